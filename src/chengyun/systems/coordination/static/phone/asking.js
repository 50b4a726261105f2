// What a class asks when it is reported. Which question follows from which answer says the city; it judges the answers, too.
import { h } from "phone/dom";
import { fieldOf } from "phone/facts";

const YES_NO = ["是", "否"];
const LONGEST = 200;

const said = (answers, key) => (answers[key] ?? "").trim();

const questionsOf = (form, classes) => classes.find(({ code }) => code === form.class?.code)?.questions ?? [];

/** Those asked after these answers: whose condition is met by one that is asked itself. */
function asked(questions, answers) {
  const found = [];
  for (const one of questions) {
    const met = found.some(({ key }) => key === one.condition_key && said(answers, key) === one.condition_equals);
    if (met || !one.condition_key) found.push(one);
  }
  return found;
}

/** The answers to send: those to what is asked. */
export function answersOf(form, classes) {
  const found = asked(questionsOf(form, classes), form.answers).map(({ key }) => [key, said(form.answers, key)]);
  return Object.fromEntries(found.filter(([, value]) => value));
}

/** The first question that must still be answered, or nothing. */
export const unanswered = (form, classes) =>
  asked(questionsOf(form, classes), form.answers).find(({ key, required }) => required && !said(form.answers, key));

function factOf({ key, label, kind, choices, required }) {
  const words = kind === "bool" ? YES_NO : choices;
  const fact = { key: `q_${key}`, label, required, choices: words.map((word) => ({ value: word, label: word })), max_length: LONGEST, minimum: 0, maximum: null };
  return { ...fact, kind: words.length ? "choice" : kind };
}

/** A fact writes under its own name, the form keeps answers by the key of the question. */
function fieldFor(question, form, changed) {
  const fact = factOf(question);
  const values = { [fact.key]: form.answers[question.key] };
  return fieldOf(fact, values, () => { form.answers[question.key] = values[fact.key]; changed(); });
}

/** The questions of the class of a form; ``draw`` follows another class, answers to another one are dropped. */
export function askingPart(form, classes, changed) {
  const box = h("section", { className: "ph-form" });
  let code = "";
  let fields = new Map();

  function show() {
    const now = new Set(asked(questionsOf(form, classes), form.answers).map(({ key }) => key));
    for (const [key, field] of fields) field.hidden = !now.has(key);
    box.hidden = !now.size;
  }

  function build() {
    fields = new Map(questionsOf(form, classes).map((one) => [one.key, fieldFor(one, form, () => { show(); changed(); })]));
    box.replaceChildren(...fields.values());
  }

  function draw() {
    const now = form.class?.code ?? "";
    if (now === code) return;
    if (code) form.answers = {};
    code = now;
    build();
    show();
  }

  show();
  draw();
  return { box, draw };
}
