// Hears what others do while this page is open. Nothing moves by itself: a row that went is faded where it stands, what
// is new waits behind one line, an open case says who has just acted. Without the stream the page is as it was drawn.
import htmx from "htmx";
import { announce } from "ui/lights";

const SLACK = 1000;
const QUIET = 6000;
const AGAIN = [2000, 5000, 10000, 30000, 60000];
const REDRAWN = [".list", ".pagehead", ".tabs", ".side"];

let drawn = 0;
let last = "";
let source = null;
let failures = 0;
let heard = 0;
let lost = null;
let over = false;
const arrived = new Set();

const clockOf = (time) => new Date(time).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

/** The one line at the top of the page; it lies over the page and moves nothing. */
function line(kind, sentence, label, act) {
  let box = document.querySelector(`[data-line="${kind}"]`);
  if (!box) {
    box = document.createElement("div");
    box.className = `liveline liveline-${kind}`;
    box.dataset.line = kind;
    document.querySelector("main")?.append(box);
  }
  box.replaceChildren(sentence);
  if (!label) return;
  const button = box.appendChild(document.createElement("button"));
  Object.assign(button, { type: "button", textContent: label, onclick: act });
}

const unline = (kind) => document.querySelector(`[data-line="${kind}"]`)?.remove();

function showUnread({ count }) {
  for (const link of document.querySelectorAll("[data-inbox]")) {
    link.querySelector(".count")?.remove();
    if (link.hasAttribute("aria-label")) link.setAttribute("aria-label", count ? `消息 ${count} 条未读` : "消息");
    if (!count) continue;
    const badge = link.appendChild(document.createElement("span"));
    badge.className = "count";
    badge.textContent = count;
  }
}

const listed = () => document.querySelector("[data-live-states]")?.dataset.liveStates.split(" ") ?? null;

/** A row that is on screen says in its place what happened to it. */
function touch(row, change, states) {
  row.classList.remove("changed");
  void row.offsetWidth;
  row.classList.add("changed");
  if (!change.to) return;
  row.classList.toggle("gone", states.length > 0 && !states.includes(change.to));
  let note = row.querySelector(".livenote");
  if (!note) {
    note = document.createElement("span");
    note.className = "badge livenote";
    (row.querySelector(".k-strong") ?? row.lastElementChild).prepend(note);
  }
  note.textContent = `${change.by} ${change.label}`;
}

function offer() {
  const sentence = arrived.size ? `有 ${arrived.size} 件新案件　` : "有新变化　";
  line("new", sentence, "刷新", redraw);
  announce(arrived.size ? `有 ${arrived.size} 件新案件` : "有新变化");
}

function onList(change, states) {
  const row = document.querySelector(`[data-row="${CSS.escape(change.code)}"]`);
  if (row) return touch(row, change, states);
  if (document.querySelector("[data-live-marks]")) return change.marked && offer();
  const comes = states.length ? states.includes(change.to) : change.verb.endsWith(".report");
  if (comes) arrived.add(change.code);
  else arrived.delete(change.code);
  if (arrived.size) offer();
  else unline("new");
}

/** The list, its head, its tabs and the side bar as they are now; the preview and the place in the list stay. */
async function redraw() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const selected = document.querySelector("[data-row][aria-selected=true]")?.dataset.row;
  for (const part of REDRAWN) {
    const fresh = page.querySelector(part);
    const old = document.querySelector(part);
    if (!fresh || !old) continue;
    const across = old.scrollLeft;
    old.replaceWith(document.adoptNode(fresh));
    fresh.scrollLeft = across;
    htmx.process(fresh);
  }
  if (selected) document.querySelector(`[data-row="${CSS.escape(selected)}"]`)?.setAttribute("aria-selected", "true");
  arrived.clear();
  unline("new");
}

const openCase = () => document.querySelector("[data-live-case]");

function onCase(sentence) {
  line("case", sentence, "看新的情况", () => location.assign(openCase().dataset.liveUrl));
  announce(sentence);
}

function sayWhoActed(change) {
  const who = change.mine ? "你在另一个窗口" : change.by;
  onCase(`${who} ${clockOf(change.at)} ${change.label}，这一页还是之前的情况。`);
}

/** More has happened than the stream tells one by one. */
function reset(event) {
  last = event.lastEventId || last;
  if (openCase()) onCase("这一页可能不是最新的情况。");
  else if (listed()) offer();
}

function hear(event) {
  last = event.lastEventId || last;
  const change = JSON.parse(event.data);
  if (change.mine && change.at <= drawn) return;
  if (openCase()?.dataset.liveCase === change.code) return sayWhoActed(change);
  const states = listed();
  if (states) onList(change, states.filter(Boolean));
}

function alive() {
  heard = Date.now();
  failures = 0;
  clearTimeout(lost);
  lost = null;
  unline("lost");
}

function dead() {
  if (over) return;
  const when = clockOf(heard);
  lost ??= setTimeout(() => line("lost", `连接中断，${when} 以后的变化没有显示，正在重连。`), QUIET);
  if (source?.readyState !== EventSource.CLOSED) return;
  const wait = AGAIN[Math.min(failures++, AGAIN.length - 1)];
  setTimeout(connect, wait);
}

function bye(event) {
  over = true;
  close();
  const { why } = JSON.parse(event.data);
  if (why === "windows") line("lost", "同时打开的窗口太多，这一页不再更新。", "刷新", () => location.reload());
  else line("lost", "登录已经结束，这一页不再更新。", "重新登录", () => location.reload());
}

function close() {
  source?.close();
  source = null;
  clearTimeout(lost);
  lost = null;
}

function connect() {
  if (over || document.hidden) return;
  source?.close();
  const from = last ? `after=${last}` : `since=${drawn - SLACK}`;
  source = new EventSource(`/events/?${from}`);
  source.onopen = alive;
  source.onerror = dead;
  source.addEventListener("unread", (event) => showUnread(JSON.parse(event.data)));
  source.addEventListener("case", hear);
  source.addEventListener("alarm", () => document.body.dispatchEvent(new CustomEvent("live-alarm")));
  source.addEventListener("reset", reset);
  source.addEventListener("bye", bye);
}

export function startLive() {
  drawn = Number(document.body.dataset.live);
  if (!drawn) return;
  heard = Date.now();
  connect();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : connect()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) connect(); });
}
