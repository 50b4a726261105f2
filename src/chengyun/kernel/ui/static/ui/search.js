// Suggestions under the search box: ↓ ↑ choose, Enter opens, Esc closes; without them the box still searches.
const box = () => document.querySelector("[data-suggest]");
const list = () => document.getElementById("suggestions");
const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])];
const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

function mark(number) {
  const all = options();
  all.forEach((option, n) => option.setAttribute("aria-selected", String(n === number)));
  const id = all[number]?.id;
  if (id) box().setAttribute("aria-activedescendant", id);
  else box().removeAttribute("aria-activedescendant");
  all[number]?.scrollIntoView({ block: "nearest" });
}

function show(open) {
  if (!list()) return;
  list().hidden = !open;
  box().setAttribute("aria-expanded", String(open));
  if (!open) mark(-1);
}

function onKey(event) {
  const all = options();
  if (event.key === "Escape" && !list().hidden) show(false);
  else if (event.key === "ArrowDown" && all.length) { show(true); mark((chosen() + 1) % all.length); }
  else if (event.key === "ArrowUp" && all.length) mark(chosen() <= 0 ? all.length - 1 : chosen() - 1);
  else if (event.key === "Enter" && chosen() >= 0) location.assign(all[chosen()].href);
  else return;
  event.preventDefault();
}

export function startSearch() {
  const input = box();
  if (!input) return;
  input.addEventListener("keydown", onKey);
  input.addEventListener("focusout", (event) => { if (!list()?.contains(event.relatedTarget)) show(false); });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "suggestions") show(options().length > 0 && document.activeElement === box());
  });
}
