// On duty: positions are kept from going on duty to going off it, while this page is open, and the person sees that they are.
import { h, icon, toast } from "phone/dom";
import { metres, moment, newKey } from "phone/words";

const EVERY = 30_000;
const BATCH = 20;
const FRESH = 300_000;
const WATCH = { enableHighAccuracy: true, maximumAge: 15_000, timeout: 60_000 };

/** What is begun and ended here: a duty, or a leader's walk. */
const KINDS = {
  duty: { path: "/api/v1/duty", held: "on_duty", on: "在岗", off: "不在岗", begin: "上岗", end: "下岗", idle: "不在岗时不记录位置。", note: "轨迹只有自己和本区域的值班长能看到，到期自动删除。" },
  walk: { path: "/api/v1/walks", held: "on_walk", on: "马路办公中", off: "马路办公", begin: "开始", end: "结束", idle: "开始后记录位置，途中上报的问题都归到这一次。", note: "路线自己和管这一片的值班长能看到，到期自动删除。" },
};
const kindOf = ({ may_record, may_walk }) => (may_record ? "duty" : may_walk ? "walk" : "");

let last = null;
let watch = null;
let kept = 0;

const noteOf = (ctx) => `points:${ctx.holder.username}`;

/** What the phone itself knows: a change that still waits counts before what the city said. */
async function dutyNow(ctx) {
  const name = kindOf(ctx.holder);
  const mine = (await ctx.store.items()).filter(({ kind, owner, state }) => kind === name && owner === ctx.holder.username && state !== "refused" && state !== "received");
  const change = mine.at(-1);
  if (change) return { on: change.body.on, since: change.body.at, waits: true };
  const since = ctx.holder[KINDS[name].held];
  return { on: Boolean(since), since, waits: false };
}

const itemOf = (ctx, kind, path, body) => ({
  id: newKey(), owner: ctx.holder.username, ownerName: ctx.holder.name, kind, path, made: Date.now(), title: "", place: "", files: [], body, state: "waiting", frozen: null,
});

/** Hand the points over to the queue: kept on the phone until the city has them. */
async function handOver(ctx) {
  const points = (await ctx.store.note(noteOf(ctx))) ?? [];
  if (!points.length) return;
  await ctx.store.queue(itemOf(ctx, "points", "/api/v1/tracks", { points }), noteOf(ctx));
  ctx.send();
}

async function keepPoint(ctx, { lon, lat, accuracy }) {
  if (Date.now() - kept < EVERY) return;
  kept = Date.now();
  const points = (await ctx.store.note(noteOf(ctx))) ?? [];
  points.push({ at: new Date(kept + ctx.skew).toISOString(), lon, lat, accuracy: Math.round(accuracy) });
  await ctx.store.keepNote(noteOf(ctx), points);
  if (points.length >= BATCH) await handOver(ctx);
}

function seen(ctx, { coords }) {
  last = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, by: "gps", at: Date.now() };
  if (watch !== null) keepPoint(ctx, last);
}

function follow(ctx, on) {
  if (!on && watch !== null) { navigator.geolocation.clearWatch(watch); watch = null; }
  if (on && watch === null && navigator.geolocation && isSecureContext) watch = navigator.geolocation.watchPosition((at) => seen(ctx, at), () => null, WATCH);
}

/** Where the phone was within the last minutes; asking looks anew. */
export function placeNow(ctx) {
  if (navigator.geolocation && isSecureContext) navigator.geolocation.getCurrentPosition((at) => seen(ctx, at), () => null, WATCH);
  return last && Date.now() - last.at < FRESH ? last : null;
}

async function turn(ctx, on) {
  if (!on) await handOver(ctx);
  const at = new Date(Date.now() + ctx.skew).toISOString();
  const name = kindOf(ctx.holder);
  await ctx.store.queue(itemOf(ctx, name, KINDS[name].path, { on, at }));
  toast(on ? `已${KINDS[name].begin}，开始记录位置。` : `已${KINDS[name].end}，不再记录位置。`);
  ctx.sendSoon();
  await showDuty(ctx);
  ctx.redraw();
}

/** Refused ones end here, the city's word stands; and what it has received holds from now. */
async function hearAnswers(ctx) {
  for (const item of await ctx.store.items()) {
    if (item.owner !== ctx.holder.username || !["duty", "walk", "points"].includes(item.kind)) continue;
    if (item.state === "refused") toast(item.reason);
    if (item.state === "received" && item.kind in KINDS) ctx.holder[KINDS[item.kind].held] = item.body.on ? item.body.at : null;
    if (["refused", "received"].includes(item.state)) await ctx.store.drop(item);
  }
}

/** The sign in the head of every view, and the watch that goes with it. */
export async function showDuty(ctx) {
  await hearAnswers(ctx);
  const box = document.getElementById("duty");
  const kind = KINDS[kindOf(ctx.holder)];
  const { on } = kind ? await dutyNow(ctx) : { on: false };
  follow(ctx, on);
  box.className = on ? "ph-duty on" : "ph-duty";
  box.replaceChildren(...(kind ? [h("span", { className: "dot" }), h("a", { href: "#/me" }, on ? kind.on : kind.off)] : []));
}

export async function dutyPart(ctx) {
  const kind = KINDS[kindOf(ctx.holder)];
  if (!kind) return null;
  const { on, since, waits } = await dutyNow(ctx);
  const told = on ? `${moment(since)} ${kind.begin}，页面开着时每 30 秒记一次位置${last ? `，刚才误差 ${metres(last.accuracy)}` : ""}。` : kind.idle;
  const button = h("button", { type: "button", className: on ? "btn" : "btn btn-primary", on: { click: () => { button.disabled = true; turn(ctx, !on); } } }, on ? kind.end : kind.begin);
  return h("section", {}, h("div", { className: "ph-switch" }, icon("place"), h("div", {}, h("b", {}, on ? kind.on : kind.off), h("span", { className: "soft" }, told, waits ? "（还没有发出）" : "")), button),
    h("p", { className: "q-note" }, kind.note));
}
