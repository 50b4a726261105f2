// The phone: one shell, a view for each address behind the #, and a queue that is sent whenever there is a way.
import { h, icon, toast } from "phone/dom";
import { dutyPart, placeNow, showDuty } from "phone/duty";
import { me } from "phone/me";
import { messages } from "phone/messages";
import { patrol } from "phone/patrol";
import { queue } from "phone/queue";
import { report } from "phone/report";
import { sendAll, whoIsHere } from "phone/sender";
import { openStore } from "phone/store";
import { step, task } from "phone/task";
import { refreshTasks, tasksKey, today } from "phone/today";
import { lasting } from "phone/words";

const SOON = 2_000;
const EVERY = 60_000;
const WRONG_CLOCK = 300_000;
const VIEWS = [[/^\/$/, today], [/^\/report$/, report], [/^\/queue$/, queue], [/^\/messages$/, messages], [/^\/patrol$/, patrol], [/^\/me$/, me], [/^\/task\/(\w+)$/, task], [/^\/task\/(\w+)\/(\w+)$/, step]];
const NOBODY = { username: "", name: "", post: "", area: "", classes: [], may_report: false, unread: 0, source: "inspector" };

const part = (id) => document.getElementById(id);
const ctx = { store: null, holder: NOBODY, state: "asking", skew: 0, online: false, offlineWhy: "这个浏览器不能离线打开" };
let view = {};
let stale = false;

const pathNow = () => location.hash.slice(1) || "/";

function login(words) {
  return { title: "城运", body: h("p", { className: "empty" }, words), foot: [h("a", { className: "btn btn-primary btn-big", href: "/login/?next=/m/" }, "登录")] };
}

function viewOf(path) {
  if (!ctx.holder.username && ctx.state === "asking") return { title: "手机端", body: h("p", { className: "empty" }, "正在打开…"), foot: [] };
  if (!ctx.holder.username) return login(ctx.state === "offline" ? "没有网络，这部手机还没有人登录过。" : "请登录，再上报和办任务。");
  for (const [pattern, draw] of VIEWS) {
    const found = pattern.exec(path);
    if (found) return draw(ctx, ...found.slice(1));
  }
  return today(ctx);
}

let turn = 0;

async function draw() {
  const mine = ++turn;
  const next = await viewOf(pathNow());
  if (mine !== turn) return void next.leave?.();
  view.leave?.();
  view = next;
  part("title").textContent = view.title;
  document.title = `${view.title} · 城运`;
  part("back").href = view.back ? `#${view.back}` : "/";
  part("main").replaceChildren(view.body);
  part("foot").replaceChildren(...view.foot.filter(Boolean), ...(view.bar ? [bar()] : []));
  await drawLine();
}

function bar() {
  const here = pathNow();
  const link = (to, sign, label, n = 0) => h("a", { href: `#${to}`, "aria-current": here === to ? "page" : null }, icon(sign), label, n ? h("span", { className: "badge badge-red", "aria-label": `${n} 条未读` }, n > 99 ? "99+" : String(n)) : null);
  return h("nav", { className: "ph-bar", "aria-label": "手机端" }, link("/", "list", "今天"), link("/queue", "send", "我的上报"), link("/messages", "bell", "消息", ctx.holder.unread), link("/me", "person", "我"));
}

const seen = (kind) => kind === "report" || kind === "step";

/** What stands under the title while something waits or is not as it should be. */
async function line() {
  const items = await ctx.store.items();
  const waiting = items.filter(({ kind, state }) => seen(kind) && (state === "waiting" || state === "sending"));
  const mine = waiting.filter(({ owner }) => owner === ctx.holder.username).length;
  const theirs = waiting.find(({ owner }) => owner !== ctx.holder.username);
  const back = items.filter(({ kind, state, owner }) => state === "refused" && seen(kind) && owner === ctx.holder.username).length;
  if (ctx.state === "login") return ["登录已过期", mine ? `${mine} 件还在手机里，登录后接着发` : "请再登录一次", "/login/?next=/m/"];
  if (!ctx.online) return [mine ? "没有网络，已存手机" : "没有网络", mine ? `${mine} 件待发，来网后自动发送，不会重复` : "照常上报，先存在手机里", "#/queue"];
  if (back && pathNow() !== "/queue") return [`${back} 件被退回`, "点这里看原因，改后重发", "#/queue"];
  if (mine) return ["正在发送", `${mine} 件待发，每件只会收一次`, "#/queue"];
  if (theirs) return [`手机里有${theirs.ownerName}没发的`, "等本人登录后发送，不会算到你名下", "#/queue"];
  if (Math.abs(ctx.skew) > WRONG_CLOCK) return [`手机时间${ctx.skew > 0 ? "慢" : "快"}了 ${lasting(ctx.skew)}`, "上报时间已按服务器更正，请校准手机时间", "#/me"];
  return null;
}

/** A way to the page it speaks of, unless that is this one. */
function notice(title, words, href) {
  const told = [icon(ctx.online ? "warning" : "offline"), h("span", {}, h("b", {}, title), words)];
  return href === `#${pathNow()}` ? h("p", { className: "ph-off" }, told) : h("a", { className: "ph-off", href }, told, icon("next"));
}

async function drawLine() {
  const told = ctx.holder.username ? await line() : null;
  part("line").replaceChildren(...(told ? [notice(...told)] : []));
}

async function meet(here) {
  const before = ctx.holder.username;
  const was = ctx.online;
  const told = ctx.holder.unread;
  ctx.state = here.state === "running" ? ctx.state : here.state;
  ctx.online = !["offline", "asking"].includes(ctx.state);
  if (here.state === "ok") {
    if (before && before !== here.username) await ctx.forgetHolder();
    Object.assign(ctx, { holder: here, skew: here.skew });
    await ctx.store.keepNote("holder", here);
  }
  if (before !== ctx.holder.username || !before || (view.bar && told !== ctx.holder.unread)) await draw();
  if (was !== ctx.online) view.online?.();
  await showDuty(ctx);
  await drawLine();
}

/** What was sent changes what is to be done and whether one is on duty: what was heard before it is old by now. */
const afterSending = (here) => (here.sent ? ctx.refresh() : meet(here));

let beat;
let pause = SOON;

/** When to try again by itself: soon while another page sends, less and less often without a network. */
function rest(state) {
  pause = state === "offline" ? Math.min(EVERY, pause * 2) : SOON;
  clearTimeout(beat);
  beat = setTimeout(() => ctx.send(), state === "offline" ? pause : state === "running" ? SOON : EVERY);
}

async function sendOnce(forced) {
  const here = await sendAll(ctx.store, { forced });
  await afterSending(here);
  return here.state;
}

let sending = null;
let wanted = null;

/** What is asked for while something is being sent is done after it: the network may be back since. */
ctx.send = (forced = false) => {
  if (sending) { wanted = Boolean(wanted) || forced; return sending; }
  sending = sendOnce(forced).catch((error) => toast(`没能发送：${error.message}`)).then((state) => {
    const more = wanted;
    [sending, wanted] = [null, null];
    if (more === null) rest(state);
    else ctx.send(more);
  });
  return sending;
};

/** Now if there is a way, later in any case: where the system can, also after this page is closed. */
ctx.sendSoon = () => {
  navigator.serviceWorker?.ready.then((found) => found.sync?.register("send")).catch(() => null);
  ctx.send();
};

let last = null;

/** What was just put in the queue goes: says so. */
ctx.sendOff = ({ id, label, title }) => {
  last = { id, name: label ?? title, hush: toast(ctx.online ? `正在发送：${label ?? title}` : "已存手机，来网后自动发送。") };
  ctx.sendSoon();
};

/** How it ended; what came back says why in its own place. */
async function tellLast() {
  if (!last) return;
  const { id, name, hush } = last;
  const { state } = (await ctx.store.item(id)) ?? {};
  if (state === "waiting" || state === "sending") return;
  last = null;
  hush();
  if (state === "received") toast(`已收到：${name}`);
}

ctx.go = (path) => { if (pathNow() === path) draw(); else location.hash = path; };
ctx.redraw = draw;
ctx.place = () => placeNow(ctx);
ctx.dutyPart = () => dutyPart(ctx);
ctx.refresh = async () => { await meet(await whoIsHere()); if (ctx.state === "ok") await refreshTasks(ctx); };
ctx.forgetHolder = async () => {
  await Promise.all([ctx.store.dropNote("holder"), ctx.store.dropNote(tasksKey(ctx)), self.caches?.delete("photos")]);
  ctx.holder = NOBODY;
};

async function heard() {
  await tellLast();
  await showDuty(ctx);
  await drawLine();
  if (view.live) await draw();
}

async function keepWorking() {
  if (!navigator.serviceWorker) return void (ctx.offlineWhy = "要用 https 打开才能离线使用");
  let old = navigator.serviceWorker.controller; // the first worker brings nothing new
  navigator.serviceWorker.addEventListener("controllerchange", () => { stale = stale || Boolean(old); old = navigator.serviceWorker.controller; });
  await navigator.serviceWorker.register(document.body.dataset.worker, { type: "module", updateViaCache: "none" }).catch(() => null);
  await navigator.storage?.persist?.();
}

async function start() {
  ctx.store = await openStore();
  const kept = await ctx.store.note("holder");
  if (kept) Object.assign(ctx, { holder: kept, skew: kept.skew ?? 0 });
  ctx.store.listen(heard);
  addEventListener("hashchange", async () => {
    if (stale && navigator.onLine) return location.reload();
    await draw();
    part("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  });
  addEventListener("online", () => ctx.send(true));
  addEventListener("offline", () => meet({ state: "offline" }));
  addEventListener("visibilitychange", () => { if (!document.hidden) ctx.refresh().then(() => ctx.send()); });
  await draw();
  await ctx.refresh();
  await ctx.send(true);
  await keepWorking();
}

start().catch((error) => { part("main").replaceChildren(h("p", { className: "empty" }, `这个浏览器打不开手机端：${error.message}。请换用新一点的浏览器，或打开电脑版页面。`)); });
