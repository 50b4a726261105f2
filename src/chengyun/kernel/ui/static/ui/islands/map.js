// A map. data-lon/-lat: the pin; data-src: GeoJSON of points or shapes; data-grid: the marked cell;
// data-home: looks where the person works, not at all its data; data-pick-lon/-lat: ids of the inputs a click fills ("change" is fired on both);
// their form says "placed" when something else has filled them.
import * as maplibre from "maplibre-gl";
import { baseStyle } from "islands/map_style";
import { nameLayers, nameOf } from "islands/map_names";
import { clustering, pointLayer, signOf } from "islands/map_signs";
import { onTheme, token } from "tokens";

const MANY = 60;
const COUNTRY = { center: [105, 36], zoom: 4 };
maplibre.setWorkerUrl(import.meta.resolve("maplibre-gl/worker"));

const drawn = (shape, ...more) => ["all", ["==", ["geometry-type"], shape], ...more];
const [fenced, free, forbidden] = [["has", "fence"], ["!", ["has", "fence"]], ["has", "forbidden"]];

/** Fences are a light ground with an edge, dashed where nobody may go; the way of a vehicle lies over them. */
export const fenceLayers = (source) => [
  { id: "fences", type: "fill", source, filter: drawn("Polygon", fenced), paint: { "fill-color": ["case", forbidden, token("danger"), token("accent")], "fill-opacity": 0.14 } },
  { id: "fence-edges", type: "line", source, filter: drawn("Polygon", fenced, ["!", forbidden]), paint: { "line-color": token("accent"), "line-width": 1.5 } },
  { id: "fence-forbidden", type: "line", source, filter: drawn("Polygon", forbidden), paint: { "line-color": token("danger"), "line-width": 2, "line-dasharray": [3, 2] } },
  { id: "fence-routes", type: "line", source, filter: drawn("LineString", fenced), paint: { "line-color": token("accent"), "line-width": 1.5, "line-dasharray": [2, 2] } },
];

const dataLayers = () => [
  { id: "shapes", type: "fill", source: "data", filter: drawn("Polygon", free), paint: { "fill-color": token("accent"), "fill-opacity": 0.25 } },
  ...fenceLayers("data"),
  { id: "lines", type: "line", source: "data", filter: drawn("LineString", free), paint: { "line-color": token("map-track"), "line-width": 3 } },
  pointLayer,
];

function pinElement() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 36 63");
  svg.setAttribute("class", "mappin");
  svg.innerHTML = '<path d="M18 61c0-20-16-28-16-43a16 16 0 0 1 32 0c0 15-16 23-16 43z"/>';
  return svg;
}

const pinAt = (map, place) => new maplibre.Marker({ element: pinElement(), anchor: "bottom" }).setLngLat(place).addTo(map);

const fire = (input, value) => {
  input.value = value.toFixed(6);
  input.dispatchEvent(new Event("change", { bubbles: true }));
};

function letPick(map, element, pin) {
  const [lon, lat] = ["pickLon", "pickLat"].map((name) => document.getElementById(element.dataset[name]));
  let marker = pin ?? (lon.value && lat.value ? pinAt(map, [Number(lon.value), Number(lat.value)]) : null);
  map.on("click", ({ lngLat }) => {
    marker = marker?.setLngLat(lngLat) ?? pinAt(map, lngLat);
    fire(lon, lngLat.lng);
    fire(lat, lngLat.lat);
  });
  lon.form?.addEventListener("placed", () => {
    const center = [Number(lon.value), Number(lat.value)];
    marker = marker?.setLngLat(center) ?? pinAt(map, center);
    map.jumpTo({ center, zoom: Math.max(map.getZoom(), 15) });
  });
}

async function openOrEnlarge(map, { properties, geometry }) {
  if (properties.url) return void location.assign(properties.url);
  if (!properties.cluster) return;
  const zoom = await map.getSource("data").getClusterExpansionZoom(properties.cluster_id);
  map.easeTo({ center: geometry.coordinates, zoom });
}

function letOpen(map) {
  map.on("click", "points", ({ features: [feature] }) => openOrEnlarge(map, feature));
  map.on("mouseenter", "points", ({ features: [{ properties }], lngLat }) => {
    const words = properties.label ?? `${properties.point_count} 件，点开看`;
    const popup = new maplibre.Popup({ closeButton: false, offset: 10 }).setLngLat(lngLat).setText(words).addTo(map);
    map.once("mouseleave", "points", () => popup.remove());
  });
}

export function addButtons(map, element) {
  const box = element.appendChild(document.createElement("div"));
  box.className = "mapbtns";
  for (const [words, sign, act] of [["放大", "+", () => map.zoomIn()], ["缩小", "−", () => map.zoomOut()]]) {
    const button = box.appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", textContent: sign, ariaLabel: words, onclick: act });
  }
  return box;
}

export function bounds(data) {
  const box = new maplibre.LngLatBounds();
  const walk = (at) => { if (typeof at[0] === "number") box.extend(at); else at.forEach(walk); };
  for (const feature of data.features) walk(feature.geometry.coordinates);
  return box;
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

function dress(map, data) {
  map.setMissingStyleImageResolver((id) => {
    const drawn = signOf(id) ?? nameOf(id);
    if (drawn && !map.hasImage(id)) map.addImage(id, drawn.image, { pixelRatio: drawn.pixelRatio });
  });
  for (const names of nameLayers()) map.addLayer(names);
  if (!data) return;
  map.addSource("data", { type: "geojson", data, ...(data.features.length > MANY && clustering) });
  for (const layer of dataLayers()) map.addLayer(layer);
}

function listen(map, element, data, place) {
  const pin = place ? pinAt(map, place) : null;
  if (element.dataset.pickLon) letPick(map, element, pin);
  if (data) letOpen(map);
  if (data?.features.length && !place && !("home" in element.dataset)) map.fitBounds(bounds(data), { padding: 40, maxZoom: 15, animate: false });
}

/** Where the map looks first: its pin, its data, or what the person's area is. */
async function view({ zoom, src, home }, place) {
  if (place) return { center: place, zoom: Number(zoom ?? 15) };
  if (src && home === undefined) return COUNTRY;
  const { box } = await fetched("/ui/horizon").catch(() => ({ box: null }));
  return box ? { bounds: box, fitBoundsOptions: { padding: 10 } } : COUNTRY;
}

export async function mount(element) {
  const { lon, lat, grid, src } = element.dataset;
  const place = lon && lat ? [Number(lon), Number(lat)] : null;
  const [data, looks] = await Promise.all([src ? fetched(src) : null, view(element.dataset, place)]);
  const frame = element.appendChild(document.createElement("div"));
  const map = new maplibre.Map({
    container: frame, style: baseStyle(grid), ...looks, minZoom: 4, maxZoom: 18,
    locale: { "Map.Title": "地图" }, attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
  });
  map.on("style.load", () => dress(map, data));
  listen(map, element, data, place);
  const buttons = addButtons(map, element);
  const endTheme = onTheme(() => map.setStyle(baseStyle(grid), { diff: false }));
  return () => { endTheme(); map.remove(); frame.remove(); buttons.remove(); };
}
