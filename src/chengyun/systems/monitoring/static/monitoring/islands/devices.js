// Where the devices are and how each stands now, asked for again every two seconds and answered with what has changed since,
// with nothing while nothing has. data-src: GeoJSON; data-told: the id of the sentence beside the map; data-first: the device that is marked at
// first; data-still: a picture that nobody touches, it looks where the alarms are.
// An element with data-device, wherever it is on the page, shows its device here when it is pressed.
import * as maplibre from "maplibre-gl";
import { addButtons, bounds } from "islands/map";
import { baseStyle } from "islands/map_style";
import { nameLayers, nameOf } from "islands/map_names";
import { SOURCES, layers, signOf } from "islands/device_signs";
import { onTheme } from "tokens";

const EVERY = 2000;
const CLOSE = 16;
const NONE = { type: "FeatureCollection", features: [], unplaced: 0, mark: "" };

/** Finds nothing, on a picture that nobody touches. */
const NOBODY = { mark: () => {}, go: () => false, end: () => {} };

maplibre.setWorkerUrl(import.meta.resolve("maplibre-gl/worker"));

const part = (data, holds) => ({ type: "FeatureCollection", features: data.features.filter(({ properties }) => holds(properties)) });

function dress(map, data, size) {
  map.setMissingStyleImageResolver((id) => {
    const drawn = signOf(id) ?? nameOf(id);
    if (drawn && !map.hasImage(id)) map.addImage(id, drawn.image, { pixelRatio: drawn.pixelRatio });
  });
  for (const names of nameLayers()) map.addLayer(names);
  for (const [name, { holds, gathers }] of Object.entries(SOURCES)) {
    map.addSource(name, { type: "geojson", data: part(data, holds), ...gathers });
  }
  for (const layer of layers(size)) map.addLayer(layer);
}

const alarmsOf = ({ features }) => features.filter(({ properties }) => properties.rank);

function sentence({ features, unplaced }) {
  if (!features.length) return unplaced ? `${unplaced} 台设备都没有位置，在设备页上补填。` : "还没有登记设备。";
  const alarms = alarmsOf({ features }).length;
  const off = features.filter(({ properties }) => properties.state === "offline").length;
  const [all, wrong, silent] = [features.length, alarms, off].map((number) => number.toLocaleString());
  const rest = unplaced ? `，另有 ${unplaced} 台没有位置` : "";
  return `图上 ${all} 台，报警 ${wrong}，离线 ${silent}${rest}。`;
}

/** What there was, with what an answer says has changed since; an answer that names no mark says all there is. */
function joined(before, told) {
  if (!told.since) return told;
  const signs = new Map(before.features.map((sign) => [sign.properties.code, sign]));
  for (const code of told.gone) signs.delete(code);
  for (const sign of told.features) signs.set(sign.properties.code, sign);
  return { ...told, features: [...signs.values()] };
}

/** Keeps the newest answer on the map; ``first`` is called with the first of them. */
function follow(map, element, { changed, first }) {
  const told = document.getElementById(element.dataset.told);
  let [data, timer, over] = [NONE, 0, false];
  async function ask() {
    try {
      const answer = await fetch(`${element.dataset.src}?seen=${data.mark}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      if (answer.status !== 204) await take(await answer.json());
    } catch {
      if (!over) told.textContent = "没有取到设备的最新状态，图上是刚才的。";
      data = { ...data, mark: "" };
    }
    if (!over) timer = setTimeout(ask, EVERY);
  }
  function take(news) {
    if (over) return;
    const [before, fresh] = [data, joined(data, news)];
    data = fresh;
    for (const [name, { holds }] of Object.entries(SOURCES)) map.getSource(name)?.setData(part(data, holds));
    told.textContent = sentence(data);
    element.dataset.mark = data.mark;
    if (before === NONE) first(data);
    changed(data);
  }
  ask();
  return { data: () => data, end: () => { over = true; clearTimeout(timer); } };
}

function signRow({ properties }) {
  const link = document.createElement("a");
  Object.assign(link, { href: properties.url, textContent: properties.label });
  return link;
}

/** Several devices in one place: each is a line that can be chosen. */
function choose(map, found) {
  const box = document.createElement("div");
  box.className = "dm-choice";
  box.append(...found.map(signRow));
  new maplibre.Popup({ closeButton: false, offset: 10, maxWidth: "320px" }).setLngLat(found[0].geometry.coordinates).setDOMContent(box).addTo(map);
}

async function open(map, point) {
  const found = map.queryRenderedFeatures(point, { layers: Object.keys(SOURCES) });
  const gathered = found.find(({ properties }) => properties.cluster);
  if (gathered) {
    const zoom = await map.getSource(gathered.source).getClusterExpansionZoom(gathered.properties.cluster_id);
    map.easeTo({ center: gathered.geometry.coordinates, zoom });
  } else if (found.length > 1) choose(map, found);
  else if (found.length) location.assign(found[0].properties.url);
}

function letOpen(map) {
  let popup = null;
  map.on("click", ({ point }) => open(map, point));
  for (const name of Object.keys(SOURCES)) {
    map.on("mouseenter", name, ({ features: [{ geometry, properties }] }) => {
      map.getCanvas().classList.add("pointing");
      const words = properties.label ?? `${properties.point_count} 台，点开看`;
      popup?.remove();
      popup = new maplibre.Popup({ closeButton: false, offset: 12 }).setLngLat(geometry.coordinates).setText(words).addTo(map);
    });
    map.on("mouseleave", name, () => { map.getCanvas().classList.remove("pointing"); popup?.remove(); });
  }
}

function ring() {
  const element = document.createElement("div");
  element.className = "dm-ring";
  return new maplibre.Marker({ element });
}

/** A row of the page is pressed: the map goes to its device and keeps it marked, wherever it moves. */
function letFind(map, element, features) {
  const marker = ring();
  let code = element.dataset.first ?? "";
  const placed = () => features().find(({ properties }) => properties.code === code);
  function mark() {
    for (const row of document.querySelectorAll("[data-device]")) row.classList.toggle("on", row.dataset.device === code);
    const found = code && placed();
    if (!found) return void marker.remove();
    Object.assign(marker.getElement().dataset, { code, at: found.geometry.coordinates.join(",") });
    marker.setLngLat(found.geometry.coordinates).addTo(map);
  }
  function press(event) {
    const row = event.target.closest?.("[data-device]");
    if (!row || event.target.closest("a")) return;
    code = row.dataset.device;
    mark();
    go();
    element.scrollIntoView({ block: "nearest" });
  }
  function go() {
    const found = code && placed();
    if (found) map.flyTo({ center: found.geometry.coordinates, zoom: Math.max(map.getZoom(), CLOSE) });
    return Boolean(found);
  }
  if (code) document.querySelector(`.al[data-device="${CSS.escape(code)}"]`)?.scrollIntoView({ block: "nearest" });
  document.addEventListener("click", press);
  document.addEventListener("htmx:afterSettle", mark);
  const end = () => { document.removeEventListener("click", press); document.removeEventListener("htmx:afterSettle", mark); };
  return { mark, go, end };
}

/** The legend names no sign that is not on the map. */
function legend({ features }) {
  const there = new Set(features.map(({ properties: { state, moving } }) => (moving && state === "quiet" ? "moving" : state)));
  if (features.filter(({ properties }) => SOURCES.quiet.holds(properties)).length > 1) there.add("many");
  for (const line of document.querySelectorAll("[data-sign]")) line.hidden = !there.has(line.dataset.sign);
}

async function horizon() {
  const answer = await fetch("/ui/horizon").catch(() => null);
  const { box } = answer?.ok ? await answer.json() : { box: null };
  return box ? { bounds: box, fitBoundsOptions: { padding: 10 } } : { center: [105, 36], zoom: 4 };
}

function newMap(element, frame, looks) {
  try {
    return new maplibre.Map({
      container: frame, style: baseStyle(), ...looks, minZoom: 4, maxZoom: 18, interactive: !("still" in element.dataset),
      locale: { "Map.Title": "地图" }, attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
    });
  } catch (error) {
    frame.remove();
    element.classList.add("dm-none");
    document.getElementById(element.dataset.told).textContent = "这个浏览器画不了地图（没有 WebGL），列表照常。";
    throw error;
  }
}

export async function mount(element) {
  const still = "still" in element.dataset;
  const looks = await horizon();
  const frame = element.appendChild(document.createElement("div"));
  const map = newMap(element, frame, looks);
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const finder = still ? NOBODY : letFind(map, element, () => followed.data().features);
  const look = (features) => features.length && map.fitBounds(bounds({ features }), { padding: 50, maxZoom: 15, animate: false });
  const first = (data) => finder.go() || look(alarmsOf(data)) || look(data.features);
  let seen = "";
  function changed(data) {
    legend(data);
    finder.mark();
    const alarms = alarmsOf(data);
    const codes = alarms.map(({ properties }) => properties.code).join();
    if (still && seen !== codes) look(alarms);
    seen = codes;
  }
  const followed = follow(map, element, { first, changed });
  map.on("style.load", () => dress(map, followed.data(), size));
  map.on("moveend", () => { element.dataset.zoom = String(Math.round(map.getZoom())); });
  if (!still) letOpen(map);
  const buttons = still ? null : addButtons(map, element);
  const endTheme = onTheme(() => map.setStyle(baseStyle(), { diff: false }));
  return () => { followed.end(); finder.end(); endTheme(); map.remove(); frame.remove(); buttons?.remove(); };
}
