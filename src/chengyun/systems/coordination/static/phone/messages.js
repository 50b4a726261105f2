// What one was told: newest first, kept on the phone. Opening the list online makes it read.
import { h } from "phone/dom";
import { tasksOf } from "phone/today";
import { moment, shortCode } from "phone/words";

const noteOf = (ctx) => `messages:${ctx.holder.username}`;

/** Ask for them; without a network those heard last stand. */
async function heard(ctx) {
  const answer = await fetch("/api/v1/phone/messages", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return (await ctx.store.note(noteOf(ctx))) ?? [];
  const found = await answer.json();
  await ctx.store.keepNote(noteOf(ctx), found);
  if (found.some(({ read }) => !read)) await read(ctx, found[0].id);
  return found;
}

async function read(ctx, until) {
  const headers = { "X-CSRFToken": ctx.holder.csrf, "Content-Type": "application/json" };
  const answer = await fetch("/api/v1/phone/messages/read", { method: "POST", headers, body: JSON.stringify({ until }) }).catch(() => null);
  if (answer?.ok) ctx.holder.unread = 0;
}

function line({ id, title, text, code, at, read }, here) {
  const there = here.has(code) ? `#/task/${code}` : `/messages/${id}/`;
  return h("li", {}, h("a", { href: there, className: "ph-task" },
    h("span", { className: "ph-line" }, read ? null : h("span", { className: "badge badge-accent" }, "未读"), h("span", { className: "faint" }, moment(at)), code ? h("span", { className: "faint" }, shortCode(code)) : null),
    h("b", {}, title), text ? h("span", { className: "soft" }, text) : null));
}

export async function messages(ctx) {
  const [told, { tasks }] = [await heard(ctx), await tasksOf(ctx)];
  const here = new Set(tasks.map(({ code }) => code));
  const empty = h("p", { className: "empty" }, ctx.online ? "还没有消息。有任务派给你、退给你或快到时限时，会在这里告诉你。" : "没有网络，消息还没有存在这部手机里。");
  const body = h("div", {}, h("h2", { className: "ph-h2" }, "最近的消息"), told.length ? h("ul", { className: "ph-tasks" }, told.map((one) => line(one, here))) : empty);
  return { title: "消息", back: "/", body, foot: [], bar: true };
}
