// Assets on the map. data-src: GeoJSON asked for with ?bbox= of what is on the screen; data-box: what to look at first;
// data-open: the beginning of an asset's URL; data-grid: the marked cell. Many assets come as clusters with their number.
import * as maplibre from "maplibre-gl";
import { baseStyle } from "islands/map_style";
import { nameLayers, nameOf } from "islands/map_names";
import { onTheme, token } from "tokens";

const SCALE = 2;
const SIGNS = { good: "map-asset", broken: "light-amber-fill", lost: "light-red-fill", scrapped: "map-asset", removed: "map-asset" };
const PAUSE = 150;

maplibre.setWorkerUrl(import.meta.resolve("maplibre-gl/worker"));

function canvas(width, height) {
  const element = document.createElement("canvas");
  Object.assign(element, { width: width * SCALE, height: height * SCALE });
  const brush = element.getContext("2d");
  brush.scale(SCALE, SCALE);
  return brush;
}

const read = (brush) => brush.getImageData(0, 0, brush.canvas.width, brush.canvas.height);

const outline = {
  good: (b) => b.rect(4, 4, 10, 10),
  broken: (b) => { b.moveTo(9, 2); b.lineTo(16, 15); b.lineTo(2, 15); b.closePath(); },
  lost: (b) => { b.moveTo(9, 1.5); b.lineTo(16.5, 9); b.lineTo(9, 16.5); b.lineTo(1.5, 9); b.closePath(); },
};

/** A square when whole, a triangle when broken, a diamond when lost, an empty square when out of use. */
function sign(state) {
  const brush = canvas(18, 18);
  brush.beginPath();
  (outline[state] ?? outline.good)(brush);
  const hollow = state === "scrapped" || state === "removed";
  Object.assign(brush, { lineWidth: hollow ? 2 : 1.5, fillStyle: hollow ? token("map-land") : token(SIGNS[state]), strokeStyle: token(hollow ? "map-asset" : "map-pin-edge") });
  brush.fill();
  brush.stroke();
  return read(brush);
}

/** A disc with the number of assets; its edge is amber when some are not whole. */
function disc(count, broken) {
  const words = count < 10000 ? String(count) : `${(count / 10000).toFixed(1)}万`;
  const size = 20 + 6 * words.length;
  const brush = canvas(size, size);
  const middle = size / 2;
  brush.beginPath();
  brush.arc(middle, middle, middle - 3, 0, 2 * Math.PI);
  Object.assign(brush, { fillStyle: token("surface"), strokeStyle: token(broken ? "light-amber-fill" : "map-asset"), lineWidth: 3 });
  brush.fill();
  brush.stroke();
  Object.assign(brush, { font: `600 12px ${token("font-sans")}`, textAlign: "center", textBaseline: "middle", fillStyle: token("text") });
  brush.fillText(words, middle, middle + 0.5);
  return read(brush);
}

/** The image of "asset:<state>" or "disc:<count>:<broken>"; null for another name. */
function imageOf(id) {
  const [what, one, two] = id.split(":");
  const image = what === "asset" ? sign(one) : what === "disc" ? disc(Number(one), Number(two)) : null;
  return image && { image, pixelRatio: SCALE };
}

function named(map) {
  map.setMissingStyleImageResolver((id) => {
    const drawn = imageOf(id) ?? nameOf(id);
    if (drawn && !map.hasImage(id)) map.addImage(id, drawn.image, { pixelRatio: drawn.pixelRatio });
  });
  for (const names of nameLayers()) map.addLayer(names);
}

function withImages(data) {
  for (const { properties } of data.features) {
    const { count, broken, state } = properties;
    properties.image = count ? `disc:${count}:${broken ? 1 : 0}` : `asset:${state}`;
  }
  return data;
}

function dress(map, data) {
  named(map);
  map.addSource("assets", { type: "geojson", data });
  map.addLayer({
    id: "assets", type: "symbol", source: "assets",
    layout: { "icon-image": ["get", "image"], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["coalesce", ["get", "count"], 0] },
  });
}

function letOpen(map, element) {
  let popup = null;
  map.on("click", "assets", ({ features: [{ geometry, properties }] }) => {
    if (properties.count) map.easeTo({ center: geometry.coordinates, zoom: map.getZoom() + 2 });
    else location.assign(`${element.dataset.open}${properties.code}/`);
  });
  map.on("mouseenter", "assets", ({ features: [{ geometry, properties }] }) => {
    map.getCanvas().classList.add("pointing");
    popup = new maplibre.Popup({ closeButton: false, offset: 10 }).setLngLat(geometry.coordinates).setText(properties.label).addTo(map);
  });
  map.on("mouseleave", "assets", () => { map.getCanvas().classList.remove("pointing"); popup?.remove(); });
}

function address(map, element) {
  const url = new URL(element.dataset.src, location);
  const box = map.getBounds();
  const edges = [Math.max(box.getWest(), -180), Math.max(box.getSouth(), -90), Math.min(box.getEast(), 180), Math.min(box.getNorth(), 90)];
  url.searchParams.set("bbox", edges.map((edge) => edge.toFixed(6)).join(","));
  return url;
}

/** Keeps the newest answer for what is on the screen and tells it under the map. */
function follow(map, element) {
  const told = document.getElementById(element.dataset.told);
  let data = { type: "FeatureCollection", features: [] };
  let asked = null;
  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(address(map, element), { signal: asked.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      data = withImages(await answer.json());
      map.getSource("assets")?.setData(data);
      if (told) told.textContent = data.note || `图上有 ${data.total.toLocaleString()} 个部件。`;
    } catch (error) {
      if (error.name !== "AbortError" && told) told.textContent = "没有取到部件，移动地图再试一次。";
    }
  }
  let timer = 0;
  map.on("moveend", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  map.on("style.load", () => { dress(map, data); });
  map.once("load", ask);
  return () => { clearTimeout(timer); asked?.abort(); };
}

function addButtons(map, element) {
  const box = element.appendChild(document.createElement("div"));
  box.className = "mapbtns";
  for (const [words, mark, act] of [["放大", "+", () => map.zoomIn()], ["缩小", "−", () => map.zoomOut()]]) {
    const button = box.appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", textContent: mark, ariaLabel: words, onclick: act });
  }
  return box;
}

export function mount(element) {
  const { box, grid, src } = element.dataset;
  const [west, south, east, north] = (box || "73,18,135,54").split(",").map(Number);
  const frame = element.appendChild(document.createElement("div"));
  const map = new maplibre.Map({
    container: frame, style: baseStyle(grid), bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 40, maxZoom: 16 },
    minZoom: 4, maxZoom: 18, locale: { "Map.Title": "地图" }, attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
  });
  const endFollow = src ? follow(map, element) : () => {};
  if (src) letOpen(map, element);
  else map.on("style.load", () => named(map));
  const buttons = addButtons(map, element);
  const endTheme = onTheme(() => map.setStyle(baseStyle(grid), { diff: false }));
  return () => { endTheme(); endFollow(); map.remove(); frame.remove(); buttons.remove(); };
}
