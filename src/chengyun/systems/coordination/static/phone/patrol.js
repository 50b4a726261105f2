// One's own patrol today: the places, how much of their roads is walked, the minutes outside.
import { h, icon } from "phone/dom";
import { moment } from "phone/words";

const noteOf = (ctx) => `patrol:${ctx.holder.username}`;

/** Ask how far it is; without a network what was heard last stands. */
async function heard(ctx) {
  const answer = await fetch("/api/v1/phone/patrol", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) await ctx.store.keepNote(noteOf(ctx), await answer.json());
  return ctx.store.note(noteOf(ctx));
}

const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "—");

function placeLine({ name, shift, road_metres, passed_metres }) {
  return h("li", {}, icon("grid"), h("div", {}, h("b", {}, name), h("span", { className: "soft" }, shift)), h("em", {}, share(passed_metres, road_metres)));
}

function pointLine({ name, times, visits }) {
  const left = times - visits;
  return h("li", { className: left > 0 ? "q-wait" : "q-ok" }, icon(left > 0 ? "place" : "check"), h("div", {}, h("b", {}, name), h("span", { className: "soft" }, `每天 ${times} 次，到了 ${visits} 次`)), h("em", {}, left > 0 ? `还差 ${left} 次` : "到了"));
}

function figures({ began_at, metres, outside_minutes, measured_at }) {
  const rows = [["上岗", began_at ? moment(began_at) : "今天还没有上岗"], ["走了", `${(metres / 1000).toFixed(1)} 公里`], ["越界", `${outside_minutes} 分钟`], ["算到", measured_at ? moment(measured_at) : "还没有位置"]];
  return h("dl", { className: "facts" }, rows.flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
}

export async function patrol(ctx) {
  const told = await heard(ctx);
  const empty = h("p", { className: "empty" }, "没有网络，今天的责任区还没有存在这部手机里。");
  const places = told?.places.length ? h("ul", { className: "q" }, told.places.map(placeLine)) : h("p", { className: "empty" }, "今天没有排你的班。");
  const points = told?.points.length ? [h("h2", { className: "ph-h2" }, "必到点"), h("ul", { className: "q" }, told.points.map(pointLine))] : [];
  const body = told ? h("div", {}, h("h2", { className: "ph-h2" }, "今天的责任区和覆盖"), places, points, h("section", {}, figures(told))) : empty;
  return { title: "今天的巡查", back: "/", body, foot: [], bar: true };
}
