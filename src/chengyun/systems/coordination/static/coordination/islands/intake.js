// The intake form by keyboard: Enter moves on, Ctrl+Enter saves, Shift+Enter breaks a line; ↓ ↑ Enter choose one of the
// places offered for the address and move on, Esc closes them. A chosen place fills the point and tells the form ("placed").
const typed = (field) => field.matches("input,select,textarea") && field.type !== "hidden" && field.type !== "file";

function places(form) {
  const box = form.querySelector("[role=combobox]");
  const list = () => form.querySelector("#places");
  const options = () => [...list().querySelectorAll("[role=option]")];
  const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  const mark = (number) => {
    const all = options();
    all.forEach((option, n) => option.setAttribute("aria-selected", String(n === number)));
    if (all[number]) box.setAttribute("aria-activedescendant", all[number].id);
    else box.removeAttribute("aria-activedescendant");
    all[number]?.scrollIntoView({ block: "nearest" });
  };
  const show = (open) => {
    list().hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) mark(-1);
  };
  const take = (option) => {
    box.value = option.dataset.words;
    for (const axis of ["lon", "lat"]) form.querySelector(`#id_point_${axis}`).value = Number(option.dataset[axis]).toFixed(6);
    show(false);
    form.dispatchEvent(new Event("placed", { bubbles: true }));
  };
  const press = (key) => {
    const all = options();
    if (key === "Escape" && !list().hidden) show(false);
    else if (key === "ArrowDown" && all.length) { show(true); mark((chosen() + 1) % all.length); }
    else if (key === "ArrowUp" && all.length) mark(chosen() <= 0 ? all.length - 1 : chosen() - 1);
    else if (key === "Enter" && !list().hidden && chosen() >= 0) take(all[chosen()]);
    else return false;
    return key !== "Enter";
  };

  box.addEventListener("input", () => {
    for (const axis of ["lon", "lat"]) form.querySelector(`#id_point_${axis}`).value = "";
  });
  box.addEventListener("blur", () => setTimeout(() => show(false), 150));
  form.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#places [role=option]");
    if (option) { event.preventDefault(); take(option); }
  });
  const swapped = ({ detail }) => {
    if (detail.target.id === "places") show(options().length > 0 && document.activeElement === box);
  };
  document.addEventListener("htmx:afterSwap", swapped);
  return { box, press, stop: () => document.removeEventListener("htmx:afterSwap", swapped) };
}

function moveOn(form, from) {
  const all = [...form.elements].filter((field) => field === from || (typed(field) && field.tabIndex >= 0 && field.checkVisibility()));
  const next = all[all.indexOf(from) + 1] ?? form.querySelector(".btn-primary");
  next.focus();
  next.select?.();
}

export function mount(element) {
  const form = element.querySelector("form");
  const address = places(form);
  form.dataset.ctrlEnter = "";
  const onKey = (event) => {
    const { key, ctrlKey, metaKey, shiftKey, altKey, target, isComposing } = event;
    if (isComposing || altKey || !typed(target)) return;
    if (target === address.box && !ctrlKey && !metaKey && address.press(key)) return void event.preventDefault();
    if (key !== "Enter" || ctrlKey || metaKey || shiftKey) return;
    moveOn(form, target);
    event.preventDefault();
  };
  form.addEventListener("keydown", onKey);
  return () => { form.removeEventListener("keydown", onKey); address.stop(); };
}
