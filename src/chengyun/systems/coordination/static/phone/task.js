// One task: what is wrong, before and after, and the steps the city says this person may take. Any of them can wait on the phone.
import { classesOf } from "phone/classes";
import { h, icon, light, toast } from "phone/dom";
import { fieldOf, unmet } from "phone/facts";
import { photoStrip } from "phone/photos";
import { showPlace } from "phone/place";
import { pendingFor, tasksOf } from "phone/today";
import { lightOf, moment, newKey, shortCode } from "phone/words";

const BESIDE = 2; // more steps than these below the first one would cover the page

const draftKey = (ctx, code) => `draft:task:${ctx.holder.username}:${code}`;
/** By the time a photo is taken the phone knows where it is. */
const lookAround = (ctx) => void ctx.place();
const wantsPhotos = (verbs) => verbs.some(({ facts }) => facts.some(({ kind }) => kind === "photos"));

/** A returned step: its words and photos go back into the task, whose new state is asked for. */
export async function again(ctx, item) {
  await ctx.store.keepNote(draftKey(ctx, item.case), { files: item.files, values: item.values });
  await ctx.store.drop({ ...item, files: [] });
  await ctx.refresh();
  ctx.go(`/task/${item.case}`);
}

/** The task with what may be done next: after a step that still waits, the steps behind it. */
async function found(ctx, code) {
  const task = (await tasksOf(ctx)).tasks.find((one) => one.code === code);
  if (!task) return null;
  const before = pendingFor(await ctx.store.items(), code, ctx.holder.username);
  if (!before) return { task, verbs: task.verbs, before };
  const then = task.verbs.find(({ verb }) => verb === before.verb)?.then ?? [];
  return { task, verbs: before.state === "refused" ? [] : then, before };
}

async function formOf(ctx, code) {
  const key = draftKey(ctx, code);
  const form = { files: [], values: {}, ...(await ctx.store.note(key)) };
  const keep = () => ctx.store.keepNote(key, form).catch(() => toast("手机存储满了，草稿没有存下。"));
  return { key, form, keep };
}

const filled = (form) => ({ ...form.values, photos: form.files.map(({ key }) => key) });

async function queue(ctx, { task, before }, verb, form, key) {
  const photos = verb.facts.some(({ kind }) => kind === "photos");
  const wanted = new Set(verb.facts.map((fact) => fact.key));
  const values = Object.fromEntries(Object.entries(form.values).filter(([name, value]) => wanted.has(name) && value !== "" && value !== null));
  const item = {
    id: newKey(), owner: ctx.holder.username, ownerName: ctx.holder.name, kind: "step", case: task.code, verb: verb.verb, label: verb.label, made: Date.now(),
    title: `${verb.label}：${task.class_name ?? "未分类"}`, place: task.address, path: `/api/v1/cases/${task.code}/${verb.verb}`,
    files: photos ? form.files : [], values, body: before ? values : { ...values, version: task.version }, after: before?.id ?? "", state: "waiting", frozen: null,
  };
  try {
    await ctx.store.queue(item, key);
  } catch {
    return toast("手机存储满了，没有存下。写好的还在，清理一些东西后再提交。");
  }
  ctx.sendOff(item);
  ctx.go("/");
}

function evidence(task) {
  const one = ({ url, small, label, stamp, doubts }) => h("figure", {}, h("a", { className: "photo", href: url, target: "_blank" }, h("img", { src: small, alt: label, width: 400, height: 300, loading: "lazy" })), h("figcaption", {}, `${label} · ${stamp} `, (doubts ?? []).map((words) => h("span", { className: "badge badge-amber" }, words))));
  const photos = task.evidence.filter(({ small }) => small).map(one);
  const missing = task.evidence.some(({ role }) => role === "after") ? [] : [h("figure", {}, h("span", { className: "photo ph-empty" }, icon("camera"), h("span", {}, "处置后照片，由处置人员现场拍摄")))];
  return h("div", { className: "ph-pair" }, photos, missing);
}

/** Why it came back, what was done, what to look at: the words of whoever sent it here. */
const said = ({ label, words, who, at }) => h("blockquote", { className: "ph-said" }, h("b", {}, label), h("p", {}, words), h("footer", { className: "soft" }, `${who} · ${moment(at)}`));

function head(ctx, task, before) {
  const sign = lightOf(task, ctx.skew);
  const waiting = before ? h("p", { className: "notice" }, before.state === "refused" ? `「${before.label}」被退回：${before.reason}` : `「${before.label}」已存手机，待发。`) : null;
  const onMap = h("button", { type: "button", className: "ph-link", on: { click: () => showPlace(task) } }, icon("map"), "看地图");
  const rows = [["说明", task.description], ["地点", [task.address, onMap]], ["案号", shortCode(task.code)], ["结案条件", task.closing], ["单位", task.unit_name]].filter(([, value]) => value);
  return h("section", {}, h("p", { className: "ph-line" }, sign ? light(...sign) : null, h("span", { className: "badge" }, task.state_label), task.reworks ? h("span", { className: "badge badge-amber" }, `返工 ${task.reworks}`) : null), waiting, task.said ? said(task.said) : null,
    h("dl", { className: "facts" }, rows.flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])));
}

/** Live: on a new phone the tasks are only just coming. */
const gone = () => ({ title: "任务", back: "/", body: h("p", { className: "empty" }, "这件事不在你这里了：已经办过，或者转给了别人。", " ", h("a", { href: "#/" }, "看今天的任务")), foot: [], live: true });

export async function task(ctx, code) {
  const here = await found(ctx, code);
  if (!here) return gone();
  const { key, form, keep } = await formOf(ctx, code);
  const doIt = (verb) => (unmet(verb, filled(form)).length || verb.danger ? ctx.go(`/task/${code}/${verb.verb}`) : queue(ctx, here, verb, form, key));
  const button = (verb, n) => h("button", { type: "button", className: n ? "btn btn-second" : "btn btn-primary btn-big", on: { click: () => doIt(verb) } }, verb.label);
  if (wantsPhotos(here.verbs)) lookAround(ctx);
  const strip = wantsPhotos(here.verbs) ? h("section", {}, h("h2", {}, "现场照片"), photoStrip(ctx, form, { changed: keep, place: () => ctx.place() })) : null;
  const [first, ...others] = here.verbs;
  const rest = others.length ? h("div", { className: "ph-others" }, others.map((verb) => button(verb, 1))) : null;
  const many = others.length > BESIDE;
  const foot = first ? [button(first, 0), many ? null : rest] : [];
  const back = here.before?.state === "refused" ? h("a", { className: "btn btn-primary btn-big", href: "#/queue" }, "去处理被退回的") : null;
  return { title: here.task.class_name ?? "未分类", back: "/", body: h("div", {}, head(ctx, here.task, here.before), h("section", {}, evidence(here.task)), strip, many && !back ? h("section", {}, h("h2", {}, "还可以"), rest) : null), foot: back ? [back] : foot };
}

export async function step(ctx, code, name) {
  const here = await found(ctx, code);
  const verb = here?.verbs.find((one) => one.verb === name);
  if (!verb) return gone();
  const { key, form, keep } = await formOf(ctx, code);
  if (wantsPhotos([verb])) lookAround(ctx);
  const classes = verb.facts.some((fact) => fact.key === "class") ? await classesOf(ctx) : [];
  const send = h("button", { type: "button", className: "btn btn-primary btn-big", on: { click: () => { send.disabled = true; return queue(ctx, here, verb, form, key).finally(show); } } });
  function show() {
    const [lacks] = unmet(verb, filled(form));
    send.disabled = Boolean(lacks);
    send.textContent = lacks ? `还差：${lacks.label}` : ctx.online ? verb.label : `${verb.label}（先存手机）`;
  }
  const changed = async () => { show(); await keep(); };
  const fields = verb.facts.map((fact) => (fact.kind === "photos" ? h("div", {}, h("h2", {}, fact.required ? fact.label : `${fact.label}（选填）`), photoStrip(ctx, form, { changed, place: () => ctx.place() })) : fieldOf(fact, form.values, changed, classes)));
  const warning = verb.danger ? h("p", { className: "notice" }, icon("warning"), `${verb.label}以后这件案件就办结了，不能恢复。`) : null;
  show();
  return { title: verb.label, back: `/task/${code}`, body: h("section", { className: "ph-form" }, h("p", { className: "soft" }, here.task.address), warning, fields), foot: [send], online: show };
}
