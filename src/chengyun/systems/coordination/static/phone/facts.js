// The fields of a step, drawn from what the city says each fact is: a new verb needs nothing new here.
import { chosenClass } from "phone/classes";
import { h } from "phone/dom";
import { counterOf } from "ui/counter";

const NUMBERS = ["int", "decimal"];
const TYPES = { date: "date", datetime: "datetime-local" };
const blank = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);

/** What is still missing of a step's facts. */
export const unmet = (verb, values) => verb.facts.filter(({ key, required }) => required && blank(values[key]));

const labelOf = ({ label, unit, required }) => [label, unit ? `（${unit}）` : "", required ? "" : "（选填）"].join("");
const idOf = (fact) => `fact_${fact.key}`;

function radios(fact, values, changed) {
  const one = ({ value, label }) => h("label", {}, h("input", { type: "radio", name: fact.key, value, checked: values[fact.key] === value, on: { change: () => { values[fact.key] = value; changed(); } } }), label);
  return h("fieldset", { className: "ph-choices" }, h("legend", {}, labelOf(fact)), fact.choices.map(one));
}

function select(fact, values, changed) {
  const options = [["", "请选择"], ...fact.choices.map(({ value, label }) => [value, label])];
  const box = h("select", { className: "input", id: idOf(fact), on: { change: () => { values[fact.key] = box.value; changed(); } } }, options.map(([value, label]) => h("option", { value, selected: values[fact.key] === value }, label)));
  return box;
}

function input(fact, values, changed) {
  const number = NUMBERS.includes(fact.kind);
  const box = h(fact.kind === "long" ? "textarea" : "input", { className: "input", id: idOf(fact), value: values[fact.key] ?? "", on: { input: () => { values[fact.key] = box.value; changed(); } } });
  if (fact.kind === "long") box.rows = 3;
  else box.type = TYPES[fact.kind] ?? "text";
  if (number) Object.assign(box, { inputMode: "decimal", type: "number", step: fact.kind === "int" ? "1" : "any" });
  if (number && fact.minimum !== null) box.min = fact.minimum;
  if (number && fact.maximum !== null) box.max = fact.maximum;
  if (["text", "long"].includes(fact.kind)) box.maxLength = fact.max_length;
  return box;
}

function check(fact, values, changed) {
  const box = h("input", { type: "checkbox", id: idOf(fact), checked: Boolean(values[fact.key]), on: { change: () => { values[fact.key] = box.checked; changed(); } } });
  return box;
}

function classButton(fact, values, changed, classes) {
  const named = () => classes.find(({ code }) => code === values[fact.key])?.name ?? "选类别";
  const box = h("button", { type: "button", className: "btn", id: idOf(fact), on: { click: choose } }, named());
  async function choose() {
    const one = await chosenClass(classes);
    if (one) values[fact.key] = one.code;
    box.textContent = named();
    changed();
  }
  return box;
}

function controlOf(fact, values, changed, classes) {
  if (fact.key === "class") return classButton(fact, values, changed, classes);
  if (fact.kind === "bool") return check(fact, values, changed);
  return fact.choices.length ? select(fact, values, changed) : input(fact, values, changed);
}

/** One field; photos are drawn by whoever has the camera. */
export function fieldOf(fact, values, changed, classes) {
  if (fact.kind === "choice" && fact.choices.length <= 4) return radios(fact, values, changed);
  const control = controlOf(fact, values, changed, classes);
  return h("div", { className: "field" }, h("label", { htmlFor: idOf(fact) }, labelOf(fact)), control, fact.kind === "long" ? counterOf(control) : null, fact.hint ? h("p", { className: "hint" }, fact.hint) : null);
}
