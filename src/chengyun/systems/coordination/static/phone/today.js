// Today: what waits for this person in the street, the tightest limit first.
import { h, icon, light } from "phone/dom";
import { lightOf, shortCode } from "phone/words";

const LONGEST = 60;

export const tasksKey = (ctx) => `tasks:${ctx.holder.username}`;

/** Ask for the tasks; without a network those heard last stand. */
export async function refreshTasks(ctx) {
  const answer = await fetch("/api/v1/phone/tasks", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  await ctx.store.keepNote(tasksKey(ctx), { at: Date.now(), tasks: found });
  ctx.store.tell();
  for (const { evidence } of found) for (const { small } of evidence) if (small) fetch(small).catch(() => null);
}

export const tasksOf = async (ctx) => (await ctx.store.note(tasksKey(ctx))) ?? { at: 0, tasks: [] };

/** The last thing this phone still has to send for a case. */
export const pendingFor = (items, code, owner) =>
  items.filter((item) => item.kind === "step" && item.case === code && item.owner === owner && item.state !== "received").at(-1);

function line(ctx, task, pending) {
  const sign = lightOf(task, ctx.skew);
  const words = task.description.length > LONGEST ? `${task.description.slice(0, LONGEST)}…` : task.description;
  const state = pending ? h("span", { className: "badge badge-amber" }, pending.state === "refused" ? "被退回" : `${pending.label}，待发`) : h("span", { className: "badge" }, task.state_label);
  return h("li", {}, h("a", { href: `#/task/${task.code}`, className: "ph-task" },
    h("span", { className: "ph-line" }, sign ? light(...sign) : null, state, h("span", { className: "faint" }, shortCode(task.code))),
    h("b", {}, task.class_name ?? "未分类"), h("span", {}, words), h("span", { className: "soft" }, task.address)));
}

export async function today(ctx) {
  const { tasks } = await tasksOf(ctx);
  const items = await ctx.store.items();
  const lines = tasks.map((task) => line(ctx, task, pendingFor(items, task.code, ctx.holder.username)));
  const empty = h("p", { className: "empty" }, ctx.online ? "现在没有要到现场办的事。" : "这部手机里没有存下任务，来网后再看。");
  const patrol = ctx.holder.may_record ? h("a", { className: "ph-way", href: "#/patrol" }, icon("place"), "今天的巡查", icon("next")) : null;
  const body = h("div", {}, patrol, h("h2", { className: "ph-h2" }, tasks.length ? `要到现场办的 ${tasks.length} 件` : "要到现场办的"), lines.length ? h("ul", { className: "ph-tasks" }, lines) : empty);
  const report = ctx.holder.may_report ? h("a", { className: "btn btn-primary btn-big", href: "#/report" }, icon("camera"), "拍照上报") : null;
  return { title: "今天", body, foot: [report], live: true, bar: true };
}
