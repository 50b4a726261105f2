// A long list of a form gets a box that narrows it while one types; the list itself stays the field.
// An option is found by its words or by what data-also says of its value, such as pinyin initials.
// ↓ goes into the list, Enter takes the first that is left, Esc shows all again.
const LONG = 30;
const SHOWN = 8;

const say = (words) => { document.getElementById("announcer").textContent = words; };

function sift(select) {
  const all = [...select.options];
  const also = JSON.parse(select.dataset.also ?? "{}");
  const found = new Map(all.map((option) => [option, `${option.text} ${also[option.value] ?? ""}`.toLowerCase()]));
  const frame = document.createElement("span");
  const box = document.createElement("input");
  frame.className = "sift";
  Object.assign(box, { type: "text", className: "input", placeholder: "输入查找", autocomplete: "off" });
  box.setAttribute("aria-label", "查找选项");
  box.setAttribute("aria-controls", select.id);

  const left = () => [...select.options].filter((option) => option.value && fits(option));
  const fits = (option) => box.value.toLowerCase().split(/\s+/).every((word) => found.get(option).includes(word));
  const draw = (options) => {
    const value = select.value;
    select.replaceChildren(...options);
    select.value = value;
  };
  const close = () => {
    box.value = "";
    draw(all);
    select.removeAttribute("size");
  };
  const narrow = () => {
    if (!box.value.trim()) return void close();
    draw(all.filter((option) => option.value && (option.value === select.value || fits(option))));
    select.size = Math.min(Math.max(select.options.length, 2), SHOWN);
    say(`${left().length} 项`);
  };
  const take = (option) => {
    select.value = option.value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    close();
    select.focus();
  };
  const press = ({ key }) => {
    if (!box.value.trim()) return false;
    if (key === "Escape") close();
    else if (key === "ArrowDown") select.focus();
    else if (key === "Enter" && left().length) take(left()[0]);
    else return key === "Enter";
    return true;
  };

  box.addEventListener("input", narrow);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || !press(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  select.addEventListener("keydown", ({ key }) => { if (select.size && (key === "Enter" || key === "Escape")) close(); });
  select.addEventListener("click", () => { if (select.size) close(); });
  frame.addEventListener("focusout", (event) => { if (!frame.contains(event.relatedTarget)) close(); });
  select.replaceWith(frame);
  frame.append(box, select);
}

/** A form with an island has keys of its own. */
function look() {
  for (const select of document.querySelectorAll(".field > select.input:not([multiple])")) {
    if (select.options.length > LONG && !select.closest("[data-island]")) sift(select);
  }
}

export function startSift() {
  look();
  document.addEventListener("htmx:afterSwap", look);
}
