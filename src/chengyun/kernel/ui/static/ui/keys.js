// The keyboard of the desk. Letters act only when no field has the focus and can be switched off.
// A row is [data-row]; an element with data-key="x" is pressed (or focused, if it is a field) by that key.
const rows = () => [...document.querySelectorAll("[data-row]")];
const current = () => document.querySelector("[data-row][aria-selected=true]");
const hasPreview = () => document.querySelector(".preview")?.checkVisibility() ?? false;
const isField = (element) => element.matches("input:not([type=checkbox]),textarea,select,[contenteditable]");

function select(row) {
  if (!row) return;
  current()?.setAttribute("aria-selected", "false");
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("pick", { bubbles: true }));
}

function step(by, extend) {
  const all = rows();
  const next = all[Math.min(Math.max(all.indexOf(current()) + by, 0), all.length - 1)];
  if (extend) tick(current(), true);
  select(next);
  if (extend) tick(next, true);
}

function tick(row, on) {
  const box = row?.querySelector(".pick input");
  if (!box) return;
  box.checked = on ?? !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function clear() {
  const ticked = rows().filter((row) => row.querySelector(".pick input:checked"));
  for (const row of ticked) tick(row, false);
  for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
}

const open = (row, tab) => {
  const link = row?.querySelector("a.rowlink");
  if (link) tab ? window.open(link.href) : link.click();
};

function press(element) {
  if (!element || element.disabled) return false;
  if (isField(element)) element.focus();
  else element.click();
  return true;
}

const ACTS = {
  j: (event) => step(1, event.shiftKey),
  k: (event) => step(-1, event.shiftKey),
  arrowdown: () => step(1),
  arrowup: () => step(-1),
  enter: () => open(current()),
  o: () => open(current(), true),
  " ": () => tick(current()),
  escape: clear,
  f: () => document.querySelector(".filters select, .filters input")?.focus(),
  p: () => document.querySelector("[data-photo]")?.click(),
  p: () => document.querySelector("[data-photo]")?.click(),
  r: () => location.reload(),
  "?": () => document.getElementById("keys")?.showModal(),
};
const NEED_ROW = new Set(["enter", "o", " ", "arrowdown", "arrowup", "j", "k"]);

function act(event) {
  const key = event.key.toLowerCase();
  if (press(document.querySelector(`[data-key="${CSS.escape(key)}"]`))) return true;
  if (/^[1-7]$/.test(key)) return press(document.querySelectorAll(".tabs a")[Number(key) - 1]);
  if (!ACTS[key] || (NEED_ROW.has(key) && !rows().length)) return false;
  ACTS[key](event);
  return true;
}

function mayAct({ target, ctrlKey, metaKey, altKey, key }) {
  if (ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return false;
  if (isField(target)) return false;
  if (target.closest("a,button,summary,input,[data-island]") && ["Enter", " ", "ArrowDown", "ArrowUp"].includes(key)) return false;
  return key.length > 1 || document.body.dataset.keys !== "off";
}

// Ctrl+Enter in a field of a form that says so presses its primary button.
function sends({ target, ctrlKey, metaKey, key, isComposing }) {
  const form = key === "Enter" && (ctrlKey || metaKey) && !isComposing && target.closest?.("form[data-ctrl-enter]");
  if (form) form.requestSubmit(form.querySelector(".btn-primary"));
  return Boolean(form);
}

function showBulk() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const ticked = document.querySelectorAll(".pick input:checked").length;
  bar.hidden = ticked === 0;
  document.body.toggleAttribute("data-picked", ticked > 0);
  bar.querySelector("[data-bulk-count]").textContent = `已选 ${ticked} ${bar.dataset.bulk || "件"}`;
}

export function startKeys() {
  // The preview opens with the first row: the row says so too.
  if (hasPreview() && !current()) rows()[0]?.setAttribute("aria-selected", "true");
  showBulk();
  document.addEventListener("reset", () => setTimeout(showBulk));
  addEventListener("pageshow", showBulk);
  document.addEventListener("keydown", (event) => { if (sends(event) || (mayAct(event) && act(event))) event.preventDefault(); });
  document.addEventListener("change", (event) => { if (event.target.closest(".pick")) showBulk(); });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.closest("a,button,input,label")) return;
    if (row.hasAttribute("hx-get") && hasPreview()) select(row);
    else open(row);
  });
}
