// What kind of problem: the classes this person reports most, or any by its name, initials or code.
import { h, icon } from "phone/dom";

const SHOWN = 7;
const KINDS = { part: "部件", event: "事件" };

/** The classes with what they ask, as they were heard last; asked for anew when there is a network. */
export async function classesOf(ctx) {
  const kept = (await ctx.store.note("classes")) ?? [];
  if (kept.length && !ctx.online) return kept;
  const answer = await fetch(`/api/v1/classes?area=${ctx.holder.area ?? ""}`).catch(() => null);
  if (!answer?.ok) return kept;
  const found = (await answer.json()).map(({ code, kind, major, name, initials, questions }) => ({ code, kind, major, name, initials, questions }));
  await ctx.store.keepNote("classes", found);
  return found;
}

const fits = (one, words) => one.name.includes(words) || one.major.includes(words) || one.code.toLowerCase().startsWith(words) || one.initials.includes(words);

function byMajor(classes) {
  const found = new Map();
  for (const one of classes) found.set(one.kind + one.major, [...(found.get(one.kind + one.major) ?? []), one]);
  return [...found.values()];
}

/** A dialog over all classes; the chosen one or null. */
export function chosenClass(classes) {
  return new Promise((done) => {
    const list = h("ul", { className: "ph-list" });
    const input = h("input", { type: "search", className: "input", id: "class_words", placeholder: "井盖、jg、P0103", autocomplete: "off", enterkeyhint: "search", on: { input: () => draw() } });
    const close = h("button", { type: "button", className: "ph-self", on: { click: () => box.close("") } }, "不改了");
    const box = h("dialog", { className: "ph-pick", "aria-label": "选类别" }, h("h2", {}, "选类别"), h("label", { htmlFor: "class_words", className: "soft" }, "名称、拼音首字母或代码"), input, list, close);

    const choice = ({ code, name }, ...more) => h("li", {}, h("button", { type: "button", on: { click: () => box.close(code) } }, h("b", {}, name), ...more));
    const hit = (one) => choice(one, h("span", { className: "soft" }, one.major));

    /** A 大类 to open, with its classes. */
    const group = (ones) => h("li", {}, h("details", {}, h("summary", {}, h("b", {}, ones[0].major), h("span", { className: "soft" }, `${KINDS[ones[0].kind] ?? ""} ${ones.length} 类`)), h("ul", {}, ones.map((one) => choice(one)))));

    function draw() {
      const words = input.value.trim().toLowerCase();
      const found = classes.filter((one) => fits(one, words));
      list.replaceChildren(...(words ? found.map(hit) : byMajor(found).map(group)));
      if (!found.length) list.append(h("li", { className: "soft" }, "没有这个类别。不选也能上报，受理时会定。"));
    }

    box.addEventListener("close", () => { box.remove(); done(classes.find(({ code }) => code === box.returnValue) ?? null); });
    draw();
    document.body.append(box);
    box.showModal();
  });
}

/** The part of a form that says what; ``form.class`` is {code, name} or null. */
export function classPart(ctx, form, classes, changed) {
  const box = h("div", { className: "ph-kinds", role: "group", "aria-label": "是什么问题" });
  const often = ctx.holder.classes.map((code) => classes.find((one) => one.code === code)).filter(Boolean).slice(0, SHOWN);

  function choose(one) {
    form.class = one && form.class?.code !== one.code ? { code: one.code, name: one.name } : null;
    draw();
    changed();
  }

  const button = (one) => h("button", { type: "button", "aria-pressed": String(form.class?.code === one.code), on: { click: () => choose(one) } }, one.name);

  async function search() {
    const one = await chosenClass(classes);
    if (one) { form.class = null; choose(one); }
  }

  function draw() {
    const shown = form.class && !often.some(({ code }) => code === form.class.code) ? [form.class, ...often.slice(0, SHOWN - 1)] : often;
    box.replaceChildren(...shown.map(button), h("button", { type: "button", className: "ph-more", on: { click: search } }, icon("search"), often.length ? "更多分类" : "搜类别"));
  }

  draw();
  return box;
}
