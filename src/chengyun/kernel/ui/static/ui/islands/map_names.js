// Names on the map, drawn into images by the browser's own fonts: no glyph server, no request.
import { token } from "tokens";

const SCALE = 2;
const INK = { roads: ["map-road-ink", 12], water: ["map-water-ink", 12], labels: ["map-road-ink", 13] };
const LEVELS = { district: [7, 12], street: [10.5, 14], community: [13.5, 22] };
const NAMED = ["!=", ["coalesce", ["get", "name"], ""], ""];

function drawn(text, [ink, size]) {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d");
  const font = `${size * SCALE}px ${token("font-sans")}`;
  brush.font = font;
  canvas.width = Math.ceil(brush.measureText(text).width) + 8 * SCALE;
  canvas.height = (size + 8) * SCALE;
  const style = { font, textBaseline: "middle", lineJoin: "round", lineWidth: 3 * SCALE };
  Object.assign(brush, { ...style, strokeStyle: token("map-land"), fillStyle: token(ink) });
  brush.strokeText(text, 4 * SCALE, canvas.height / 2);
  brush.fillText(text, 4 * SCALE, canvas.height / 2);
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}

const layer = (id, from, filter, [minzoom, maxzoom], layout) => ({
  id, type: "symbol", source: "base", "source-layer": from, filter: ["all", NAMED, filter], minzoom, maxzoom,
  layout: { "icon-image": ["concat", from, ":", ["get", "name"]], "icon-padding": 12, ...layout },
});

/** The layers of names of roads, water and regions. */
export const nameLayers = () => [
  layer("road-names", "roads", true, [12, 22], { "symbol-placement": "line", "symbol-spacing": 360, "icon-rotation-alignment": "map", "icon-keep-upright": true }),
  layer("water-names", "water", true, [12, 22], { "symbol-placement": "point", "icon-padding": 60 }),
  ...Object.entries(LEVELS).map(([level, zooms]) =>
    layer(`${level}-names`, "labels", ["==", ["get", "level"], level], zooms, { "symbol-placement": "point", "icon-padding": 16 })),
];

/** The image of "<layer>:<name>"; null for another name. */
export function nameOf(id) {
  const [from, name] = id.split(/:(.*)/s);
  return name && INK[from] ? { image: drawn(name, INK[from]), pixelRatio: SCALE } : null;
}
