// Where it is: by satellite with how exact that is, or by pressing the map.
import { h, icon } from "phone/dom";
import { metres } from "phone/words";

const WATCH = { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 };
const WHY = {
  1: "没有定位权限。点地址栏左边的锁或「设置」，把「位置」改为允许，再点「重新定位」；也可以在图上选。",
  2: "现在收不到卫星信号。走到开阔的地方再试，或在图上选。",
  3: "定位太久没有结果。走到开阔的地方再试，或在图上选。",
};
const NO_GPS = "这个页面不能定位（要用 https 打开）。请在图上选。";
const NO_MAP = "没有网络，这部手机也还没存过这里的地图，来网后再看。";

async function addressOf({ lon, lat }) {
  const answer = await fetch(`/api/v1/places/locate?lon=${lon}&lat=${lat}`).catch(() => null);
  if (!answer) return { address: "" };
  const told = await answer.json().catch(() => ({}));
  return answer.ok ? { address: told.address } : { address: "", wrong: answer.status === 404 ? told.message : "" };
}

/** A map for a whole screen, with a word where the phone has none; the pin is at ``place``. */
function mapOf(place, word, more) {
  const box = h("div", { className: "mapbox mapbox-pick" });
  Object.assign(box.dataset, { island: "map", zoom: "16", ...more });
  if (place) Object.assign(box.dataset, { lon: String(place.lon), lat: String(place.lat) });
  setTimeout(() => { if (box.isConnected && !box.classList.contains("island-on")) word.textContent = NO_MAP; }, 6000);
  return box;
}

/** Full screen: where a task lies. */
export function showPlace({ lon, lat, address }) {
  const word = h("p", { className: "soft", role: "status" }, address);
  const back = h("button", { type: "button", className: "btn btn-big", on: { click: () => frame.close() } }, "返回任务");
  const frame = h("dialog", { className: "ph-pick", "aria-label": "在地图上的位置" }, h("h2", {}, "在地图上的位置"), mapOf({ lon, lat }, word, {}), word, back);
  frame.addEventListener("close", () => frame.remove());
  document.body.append(frame);
  frame.showModal();
}

/** Full screen: a press on the map puts the pin there; ends with the place or null. */
function picked(start) {
  return new Promise((done) => {
    const [lon, lat] = ["lon", "lat"].map((name) => h("input", { type: "hidden", id: `pick_${name}`, value: start ? String(start[name]) : "" }));
    const word = h("p", { className: "soft", role: "status" }, "点一下出问题的地方。");
    const box = mapOf(start, word, { pickLon: "pick_lon", pickLat: "pick_lat", home: "" });
    const sure = h("button", { type: "button", className: "btn btn-primary btn-big", on: { click: () => frame.close("yes") } }, "就是这里");
    const back = h("button", { type: "button", className: "ph-self", on: { click: () => frame.close("") } }, "不改了");
    const frame = h("dialog", { className: "ph-pick", "aria-label": "在图上选位置" }, h("h2", {}, "在图上选位置"), box, lon, lat, word, sure, back);
    frame.addEventListener("close", () => {
      const chosen = frame.returnValue === "yes" && lon.value ? { lon: Number(lon.value), lat: Number(lat.value), by: "map" } : null;
      frame.remove();
      done(chosen);
    });
    document.body.append(frame);
    frame.showModal();
  });
}

const wordsOf = (place) => (place.by === "gps" ? `卫星定位，误差约 ${metres(place.accuracy)}` : "在图上选的");

const near = (a, b) => Math.abs(a.lon - b.lon) < 2e-5 && Math.abs(a.lat - b.lat) < 2e-5;

/** The part of a form that says where; ``form.place`` is set, ``changed`` called after. */
export function placePart(form, changed) {
  const bold = h("b", {}, "正在定位…");
  const soft = h("span", { className: "soft" });
  const again = h("button", { type: "button", className: "ph-link", on: { click: () => start(true) } }, icon("refresh"), "重新定位");
  const move = h("button", { type: "button", className: "ph-link", on: { click: pick } }, icon("map"), "在图上选");
  const box = h("section", { className: "ph-loc", "aria-label": "位置" }, h("span", { className: "ph-pin" }, icon("place")), h("div", { role: "status" }, bold, soft), h("div", { className: "ph-links" }, again, move));
  let watch = null;
  let asked = null;

  function show() {
    const { place } = form;
    bold.textContent = place ? place.address || `东经 ${place.lon.toFixed(5)}，北纬 ${place.lat.toFixed(5)}` : "还没有位置";
    soft.textContent = place ? place.wrong || wordsOf(place) : soft.textContent;
    box.classList.toggle("bad", Boolean(place?.wrong));
  }

  async function use(place) {
    form.place = { address: form.place && near(form.place, place) ? form.place.address : "", ...place };
    show();
    changed();
    if (asked && near(asked, place)) return;
    asked = place;
    const found = await addressOf(place);
    if (form.place && near(form.place, place)) Object.assign(form.place, found);
    show();
    changed();
  }

  function stop() {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
  }

  /** The best reading so far; a coarser one later does not replace it, unless the person has moved on. */
  function better({ coords }) {
    const found = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, by: "gps" };
    if (!form.place || form.place.by !== "gps" || found.accuracy <= form.place.accuracy) use(found);
  }

  function start(anew) {
    if (!navigator.geolocation || !isSecureContext) return void (soft.textContent = NO_GPS, show());
    if (anew) form.place = null;
    stop();
    soft.textContent = "";
    bold.textContent = "正在定位…";
    watch = navigator.geolocation.watchPosition(better, ({ code }) => { if (!form.place) { soft.textContent = WHY[code]; show(); } }, WATCH);
  }

  async function pick() {
    const chosen = await picked(form.place);
    if (!chosen) return;
    stop();
    use(chosen);
  }

  if (form.place) show();
  if (!form.place) start(false);
  return { box, stop };
}
