// Elements from words. Text is always text: nothing a person wrote is ever read as markup.
const SVG = "http://www.w3.org/2000/svg";
const sprite = document.body.dataset.icons;

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
  else if (name in element && !name.startsWith("aria")) element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** h("p", {className: "soft"}, "words", child, null) */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i i-20");
  if (label) svg.setAttribute("aria-label", label);
  svg.setAttribute(label ? "role" : "aria-hidden", label ? "img" : "true");
  const use = svg.appendChild(document.createElementNS(SVG, "use"));
  use.setAttribute("href", `${sprite}#${name}`);
  return svg;
}

const SHAPES = {
  amber: "M7 .6L13.8 12.8H.2z", red: "M1 1h12v12H1z", paused: "M2 1h4v12H2zM8 1h4v12H8z", green: "M7 1a6 6 0 1 1 0 12A6 6 0 0 1 7 1z",
};

/** 灯: shape, colour and words. */
export function light(tone, words) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("aria-hidden", "true");
  const path = svg.appendChild(document.createElementNS(SVG, "path"));
  path.setAttribute("class", tone === "green" ? "ring" : "shape");
  path.setAttribute("d", SHAPES[tone]);
  return h("span", { className: `light light-${tone}` }, svg, h("span", { className: "words" }, words));
}

let fading;

/** One sentence at the bottom, for what the person just did; what this returns takes it away. */
export function toast(sentence) {
  clearTimeout(fading);
  const box = h("div", { className: "toast", role: "status" }, sentence);
  document.getElementById("toasts").replaceChildren(box);
  fading = setTimeout(() => box.remove(), 5000);
  return () => box.remove();
}

/** Asks before what cannot be undone; the safe answer has the focus. */
export function confirmed(question, consequence, yes, no) {
  return new Promise((done) => {
    const safe = h("button", { type: "button", className: "btn", autofocus: true, on: { click: () => box.close("") } }, no);
    const sure = h("button", { type: "button", className: "btn btn-dangerfill", on: { click: () => box.close("yes") } }, yes);
    const box = h("dialog", { className: "dialog", "aria-label": question }, h("h3", {}, question), h("p", { className: "soft" }, consequence), h("div", { className: "row end" }, safe, sure));
    box.addEventListener("close", () => { box.remove(); done(box.returnValue === "yes"); });
    document.body.append(box);
    box.showModal();
  });
}
