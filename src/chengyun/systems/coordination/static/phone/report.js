// Reporting: photo, what, send. Place and time fill themselves, words are optional; nothing typed is lost.
import { answersOf, askingPart, unanswered } from "phone/asking";
import { classPart, classesOf } from "phone/classes";
import { h, toast } from "phone/dom";
import { photoStrip } from "phone/photos";
import { placePart } from "phone/place";
import { voicePart } from "phone/voice";
import { newKey } from "phone/words";
import { counterOf } from "ui/counter";

const WORDS_AT_MOST = 4000;
const empty = () => ({ files: [], class: null, answers: {}, words: "", place: null, item: null });

export const draftKey = (ctx) => `draft:report:${ctx.holder.username}`;

/** Puts a returned item back into the form, to be changed and sent again under its own key. */
export async function edit(ctx, item) {
  await ctx.store.keepNote(draftKey(ctx), { ...item.form, files: item.files, item: item.id });
  ctx.go("/report");
}

function missing(form, classes) {
  if (!form.class && !form.words.trim()) return "还差：选问题，或写一句";
  const open = unanswered(form, classes);
  if (open) return `还差：${open.label}`;
  if (!form.place) return "还差：位置";
  return form.place.wrong ? "位置不在本市，请重选" : "";
}

const stepOf = (form) => (form.files.length ? (form.class || form.words.trim() ? 3 : 2) : 1);

function steps(form) {
  const now = stepOf(form);
  const one = (label, n) => h("li", { className: n < now ? "ok" : n === now ? "cur" : "", "aria-current": n === now ? "step" : null }, h("i", {}, String(n)), label);
  return ["拍照", "选问题", "提交"].map((label, n) => one(label, n + 1));
}

function itemOf(ctx, form, classes) {
  const made = Date.now();
  const name = form.class?.name ?? "未分类";
  const { lon, lat, accuracy, address, by } = form.place;
  const body = {
    source: ctx.holder.source, class: form.class?.code ?? "", description: form.words.trim() || `${name}，见现场照片`,
    lon, lat, address: address || "", seen_at: new Date(made + ctx.skew).toISOString(), answers: answersOf(form, classes),
  };
  if (by === "gps") body.accuracy = Math.round(accuracy);
  const { class: chosen, answers, words, place } = form;
  return {
    id: form.item ?? newKey(), owner: ctx.holder.username, ownerName: ctx.holder.name, kind: "report", path: "/api/v1/cases", made,
    title: name, place: address || `东经 ${lon.toFixed(5)}，北纬 ${lat.toFixed(5)}`, form: { class: chosen, answers, words, place }, files: form.files, body, state: "waiting", frozen: null,
  };
}

export async function report(ctx) {
  const key = draftKey(ctx);
  const kept = await ctx.store.note(key);
  const form = { ...empty(), ...kept };
  const classes = await classesOf(ctx);
  const list = h("ol", { className: "ph-steps" });
  const send = h("button", { type: "button", className: "btn btn-primary btn-big", on: { click: submit } });
  let writing = null;
  let sent = false;

  function show() {
    const wrong = missing(form, classes);
    list.replaceChildren(...steps(form));
    send.disabled = Boolean(wrong);
    send.textContent = wrong || (ctx.online ? "提交" : "提交（先存手机）");
  }

  async function keep() {
    show();
    if (!sent) await ctx.store.keepNote(key, form).catch(() => toast("手机存储满了，草稿没有存下。"));
  }

  function typed() {
    form.words = words.value;
    clearTimeout(writing);
    writing = setTimeout(keep, 300);
    show();
  }

  async function submit() {
    if (send.disabled) return;
    send.disabled = true;
    sent = true;
    clearTimeout(writing);
    const item = itemOf(ctx, form, classes);
    try {
      await ctx.store.queue(item, key);
    } catch {
      sent = false;
      show();
      return toast("手机存储满了，没有存下。写好的还在，清理一些东西后再提交。");
    }
    where.stop();
    ctx.sendOff(item);
    ctx.go("/queue");
  }

  const asking = askingPart(form, classes, keep);
  const where = placePart(form, keep);
  const words = h("textarea", { className: "input", id: "words", rows: 2, maxLength: WORDS_AT_MOST, value: form.words, on: { input: typed } });
  const note = h("section", { className: "ph-note" }, h("label", { htmlFor: "words", className: "soft" }, "补充说明（选填，可以说话）"), words, counterOf(words), voicePart(ctx, form, keep));
  const body = h("div", {}, list,
    h("section", {}, photoStrip(ctx, form, { changed: keep, place: () => form.place })),
    h("section", {}, h("h2", {}, "是什么问题"), classPart(ctx, form, classes, () => { asking.draw(); return keep(); })), asking.box, where.box, note);
  show();
  if (kept && !form.item) toast("上次没写完的还在，接着写。");
  return { title: "上报问题", back: "/", body, foot: [send], online: show, leave: where.stop };
}
