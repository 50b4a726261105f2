// Draws a fence or a route: each press on the map adds a corner to the field, a line each, and what the field says is drawn.
// data-corners, data-duty, data-by-road: ids of the fields; data-way: the URL of the way along the roads;
// data-told: the id of the sentence below the map. The field is the truth: it may be written in by hand as well.
import * as maplibre from "maplibre-gl";
import { addButtons, bounds, fenceLayers } from "islands/map";
import { baseStyle } from "islands/map_style";
import { nameLayers, nameOf } from "islands/map_names";
import { onTheme, token } from "tokens";

const LATER = 300;
const LINE = /^\s*(-?[\d.]+)[,，\s]+(-?[\d.]+)\s*$/;
const NONE = { type: "FeatureCollection", features: [] };

maplibre.setWorkerUrl(import.meta.resolve("maplibre-gl/worker"));

const feature = (type, coordinates, properties) => ({ type: "Feature", geometry: { type, coordinates }, properties });
const written = ([lon, lat]) => `${lon.toFixed(6)},${lat.toFixed(6)}`;

/** The corners in the field; lines that say none are left for the server to name. */
const cornersIn = (text) => text.split("\n").map((line) => LINE.exec(line)).filter(Boolean).map(([, lon, lat]) => [Number(lon), Number(lat)]);

/** What is drawn of some corners: the shape as far as there is one, and the corners. */
function shapesOf(corners, duty, way) {
  const properties = { fence: 1, ...(duty === "avoid" && { forbidden: 1 }) };
  const dots = corners.map((place) => feature("Point", place, {}));
  if (duty === "follow") return way.length > 1 ? [feature("LineString", way, properties), ...dots] : dots;
  if (corners.length < 3) return corners.length === 2 ? [feature("LineString", corners, properties), ...dots] : dots;
  return [feature("Polygon", [[...corners, corners[0]]], properties), ...dots];
}

function sentence(corners, duty) {
  if (!corners.length) return "在图上一个一个点出拐点。";
  const least = duty === "follow" ? 2 : 3;
  return corners.length < least ? `点了 ${corners.length} 个，至少要 ${least} 个。` : `点了 ${corners.length} 个拐点。`;
}

async function horizon() {
  const answer = await fetch("/ui/horizon").catch(() => null);
  const { box } = answer?.ok ? await answer.json() : { box: null };
  return box ? { bounds: box, fitBoundsOptions: { padding: 10 } } : { center: [105, 36], zoom: 4 };
}

function dress(map, data) {
  map.setMissingStyleImageResolver((id) => {
    const named = nameOf(id);
    if (named && !map.hasImage(id)) map.addImage(id, named.image, { pixelRatio: named.pixelRatio });
  });
  for (const names of nameLayers()) map.addLayer(names);
  map.addSource("drawn", { type: "geojson", data });
  for (const layer of fenceLayers("drawn")) map.addLayer(layer);
  map.addLayer({
    id: "corners", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": 5, "circle-color": token("accent"), "circle-stroke-color": token("map-pin-edge"), "circle-stroke-width": 2 },
  });
}

/** The way along the roads where it is asked for, else straight from corner to corner. */
async function wayOf(corners, byRoad, url) {
  if (!byRoad || corners.length < 2) return { way: corners, trouble: "" };
  const answer = await fetch(`${url}?corners=${encodeURIComponent(corners.map(written).join(";"))}`).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok) return { way: said.coordinates, trouble: "" };
  return { way: corners, trouble: said?.message ?? "没有取到沿道路的路线，先画成直线。" };
}

function follow(map, fields, element) {
  const told = document.getElementById(element.dataset.told);
  let [data, timer, round] = [NONE, 0, 0];
  async function draw() {
    const mine = ++round;
    const [corners, duty] = [cornersIn(fields.corners.value), fields.duty.value];
    const { way, trouble } = duty === "follow" ? await wayOf(corners, fields.byRoad.checked, element.dataset.way) : { way: corners, trouble: "" };
    if (mine !== round) return;
    data = { ...NONE, features: shapesOf(corners, duty, way) };
    map.getSource("drawn")?.setData(data);
    element.dataset.count = String(corners.length);
    told.textContent = trouble || sentence(corners, duty);
  }
  const later = () => { clearTimeout(timer); timer = setTimeout(draw, LATER); };
  const inputs = [fields.corners, fields.duty, fields.byRoad];
  for (const input of inputs) input.addEventListener("input", later);
  const end = () => { clearTimeout(timer); round += 1; for (const input of inputs) input.removeEventListener("input", later); };
  return { draw, end, data: () => data };
}

function letDraw(map, fields, element, draw) {
  const put = (lines) => { fields.corners.value = lines.join("\n"); draw(); };
  const lines = () => fields.corners.value.split("\n").filter((line) => line.trim());
  map.on("click", ({ lngLat }) => put([...lines(), written([lngLat.lng, lngLat.lat])]));
  map.getCanvas().classList.add("drawing");
  const box = addButtons(map, element);
  for (const [words, sign, act] of [["退一个拐点", "↶", () => put(lines().slice(0, -1))], ["全部重画", "×", () => put([])]]) {
    const button = box.appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", textContent: sign, ariaLabel: words, title: words, onclick: act });
  }
  return box;
}

export async function mount(element) {
  const { corners, duty, byRoad } = element.dataset;
  const fields = { corners: document.getElementById(corners), duty: document.getElementById(duty), byRoad: document.getElementById(byRoad) };
  const looks = await horizon();
  const frame = element.appendChild(document.createElement("div"));
  const map = new maplibre.Map({
    container: frame, style: baseStyle(), ...looks, minZoom: 4, maxZoom: 18,
    locale: { "Map.Title": "地图" }, attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
  });
  const followed = follow(map, fields, element);
  map.on("style.load", () => dress(map, followed.data()));
  const box = letDraw(map, fields, element, followed.draw);
  await followed.draw();
  const { features } = followed.data();
  if (features.length) map.fitBounds(bounds({ features }), { padding: 60, maxZoom: 16, animate: false });
  const endTheme = onTheme(() => map.setStyle(baseStyle(), { diff: false }));
  return () => { followed.end(); endTheme(); map.remove(); frame.remove(); box.remove(); };
}
