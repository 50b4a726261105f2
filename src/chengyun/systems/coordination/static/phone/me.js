// One's own: who this is, on duty or not, what the phone keeps, light, dark or as the system is.
import { confirmed, h, toast } from "phone/dom";

const megabytes = (bytes) => `${(bytes / 1048576).toFixed(0)} MB`;

async function room() {
  const found = await navigator.storage?.estimate?.().catch(() => null);
  return found?.quota ? `用了 ${megabytes(found.usage)}，还可以用 ${megabytes(found.quota - found.usage)}` : "这个浏览器不说";
}

const LOOKS = { light: "浅色", dark: "深色", auto: "随系统" };

function choose(name) {
  document.cookie = `theme=${name}; path=/; max-age=31536000; samesite=lax`;
  dispatchEvent(new Event("look"));
}

function looks() {
  const now = document.documentElement.dataset.look;
  const one = ([value, label]) => h("label", {}, h("input", { type: "radio", name: "look", value, checked: value === now, on: { change: () => choose(value) } }), label);
  return h("fieldset", { className: "ph-choices ph-looks" }, h("legend", {}, "外观"), Object.entries(LOOKS).map(one));
}

/** Leaves this phone to nobody: tasks and photos go, what waits to be sent stays for its owner. */
async function leave(ctx) {
  const waiting = (await ctx.store.items()).filter(({ state }) => state === "waiting").length;
  const sure = await confirmed("退出登录？", waiting ? `手机里还有 ${waiting} 件没有发，会留着，等你下次登录再发。` : "手机里存的任务会清掉。", "退出", "不退出");
  if (!sure) return;
  const answer = await fetch("/logout/", { method: "POST", headers: { "X-CSRFToken": ctx.holder.csrf }, redirect: "manual" }).catch(() => null);
  if (!answer) return toast("没有网络，现在退不了。");
  await ctx.forgetHolder();
  location.assign("/login/?next=/m/");
}

export async function me(ctx) {
  const { holder } = ctx;
  const rows = [["姓名", holder.name], ["岗位", holder.post || "没有岗位"], ["手机存储", await room()], ["离线", navigator.serviceWorker?.controller ? "没有网络也能打开" : ctx.offlineWhy]];
  const body = h("div", {}, await ctx.dutyPart(),
    h("section", {}, h("dl", { className: "facts" }, rows.flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]))),
    h("section", { className: "ph-stack" }, looks(), h("a", { className: "btn", href: "/" }, "打开电脑版页面"), h("button", { type: "button", className: "btn btn-danger", on: { click: () => leave(ctx) } }, "退出登录")));
  return { title: "我", back: "/", body, foot: [], live: true, bar: true };
}
