// What waits on this phone, what is being sent, what the city has received, what came back.
import { confirmed, h, icon } from "phone/dom";
import { edit } from "phone/report";
import { again } from "phone/task";
import { moment, shortCode } from "phone/words";

const RECEIVED_SHOWN = 50;
const KEPT_FOR = 7 * 86_400_000;

const LOOKS = {
  waiting: ["q-wait", "clock", "待发"],
  sending: ["q-go", "send", "正在发"],
  received: ["q-ok", "check", "已收到"],
  refused: ["q-bad", "warning", "被退回"],
};

const photosOf = ({ files }) => files.filter(({ role }) => role === "photo").length;

function facts(item) {
  const photos = photosOf(item);
  const parts = [moment(item.made)];
  if (item.state === "sending" && item.files.length) parts.push(`第 ${Math.min(item.at ?? 1, item.files.length)} 个，共 ${item.files.length} 个文件`);
  else if (item.state === "received" && item.code) parts.push(`案号 ${shortCode(item.code)}`);
  else if (photos) parts.push(`${photos} 张照片`);
  return parts.join(" · ");
}

async function giveUp(ctx, item) {
  const sure = await confirmed(`不报「${item.title}」了？`, "照片和文字会从这部手机里删掉，不能恢复。", "删掉", "留着");
  if (sure) await ctx.store.drop(item);
}

function ways(ctx, item) {
  if (item.owner !== ctx.holder.username) return null;
  const change = item.kind === "report" ? ["改后重发", () => edit(ctx, item)] : item.kind === "step" ? ["看新情况再办", () => again(ctx, item)] : null;
  const drop = h("button", { type: "button", className: "btn", on: { click: () => giveUp(ctx, item) } }, "不报了");
  if (item.state === "refused") return h("div", { className: "row" }, change && h("button", { type: "button", className: "btn", on: { click: change[1] } }, change[0]), drop);
  return item.state === "waiting" && !item.tried ? h("div", { className: "row" }, drop) : null;
}

function line(ctx, item) {
  const [look, sign, word] = LOOKS[item.state];
  const theirs = item.owner !== ctx.holder.username;
  const told = item.state === "refused" ? h("span", { className: "q-m" }, item.reason) : theirs ? h("span", { className: "q-m" }, `这是${item.ownerName}的，等本人登录后发送`) : null;
  const bar = item.state === "sending" && item.files.length ? h("progress", { max: item.files.length + 1, value: item.at ?? 0, "aria-label": "发送进度" }) : null;
  const title = item.state === "received" && item.code ? h("a", { href: `/cases/${item.code}/` }, item.title) : item.title;
  return h("li", { className: look, "data-item": item.id },
    icon(sign), h("div", {}, h("b", {}, title), h("span", { className: "soft" }, item.place), h("span", { className: "q-m" }, facts(item)), told, bar, ways(ctx, item)), h("em", {}, word));
}

/** Received long ago: no longer worth a line. */
async function forget(store, items) {
  const old = items.filter(({ state }) => state === "received").sort((a, b) => b.received - a.received).filter((item, n) => n >= RECEIVED_SHOWN || Date.now() - item.received > KEPT_FOR);
  for (const item of old) await store.drop(item);
  return items.filter((item) => !old.includes(item));
}

const ORDER = ["refused", "sending", "waiting", "received"];

export async function queue(ctx) {
  const items = (await forget(ctx.store, await ctx.store.items())).filter(({ kind }) => kind === "report" || kind === "step");
  items.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.made - a.made);
  const lines = items.map((item) => line(ctx, item));
  const body = lines.length
    ? h("div", {}, h("ul", { className: "q" }, lines), h("p", { className: "q-note" }, "照片和文字都在这部手机里，收到回执前不会删。"))
    : h("p", { className: "empty" }, "这部手机里没有要发的。");
  const next = ctx.holder.may_report ? h("a", { className: "btn btn-primary btn-big", href: "#/report" }, icon("camera"), "拍下一件") : null;
  const retry = items.some(({ state }) => state === "waiting") ? h("button", { type: "button", className: "ph-self", on: { click: () => ctx.send(true) } }, "现在重试") : null;
  return { title: "我的上报", back: "/", body, foot: [next, retry], live: true, bar: true };
}
