// The signs of data on a map, drawn when first needed: a shape for each kind, so that colour is never alone.
// late: square, near: triangle, done: ring with a tick, asset: small square, case: disc; a cluster shows its count.
import { token } from "tokens";

const SCALE = 2;
const INK = { case: "map-case", late: "light-red-fill", near: "light-amber-fill", done: "eco-fill", asset: "map-asset" };
const ON = { case: "accent-on", late: "danger-on", near: "warn-on" };

const OUTLINES = {
  case: (path, r) => path.arc(0, 0, r, 0, 7),
  done: (path, r) => path.arc(0, 0, r, 0, 7),
  asset: (path, r) => path.rect(-r * 0.7, -r * 0.7, r * 1.4, r * 1.4),
  late: (path, r) => path.rect(-r, -r, 2 * r, 2 * r),
  near: (path, r) => { path.moveTo(0, -r * 1.15); path.lineTo(r * 1.2, r); path.lineTo(-r * 1.2, r); path.closePath(); },
};

function brushFor(radius) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(radius * 2.4 + 6) * SCALE;
  const brush = canvas.getContext("2d");
  brush.scale(SCALE, SCALE);
  brush.translate(canvas.width / SCALE / 2, canvas.height / SCALE / 2);
  return brush;
}

function shape(brush, kind, radius) {
  const path = new Path2D();
  (OUTLINES[kind] ?? OUTLINES.case)(path, radius);
  Object.assign(brush, { fillStyle: token(INK[kind] ?? INK.case), strokeStyle: token("map-pin-edge"), lineWidth: 2, lineJoin: "round" });
  brush.fill(path);
  brush.stroke(path);
}

function count(brush, kind, words) {
  Object.assign(brush, { fillStyle: token(ON[kind]), font: `600 11px ${token("font-sans")}`, textAlign: "center", textBaseline: "middle" });
  brush.fillText(words, 0, kind === "near" ? 4 : 0.5);
}

/** The image of "sign:<kind>" or "sign:<kind>:<count>"; null for another name. */
export function signOf(id) {
  const [what, kind, words] = id.split(":");
  if (what !== "sign") return null;
  const radius = words ? 9 + Math.min(words.length, 4) * 2 : 6;
  const brush = brushFor(radius);
  shape(brush, kind, radius);
  if (words) count(brush, kind, words);
  return { image: brush.getImageData(0, 0, brush.canvas.width, brush.canvas.height), pixelRatio: SCALE };
}

const has = (kind) => ["+", ["case", ["==", ["get", "kind"], kind], 1, 0]];

/** How points of a source are gathered; a cluster takes the sign of its worst member. */
export const clustering = { cluster: true, clusterRadius: 34, clusterMaxZoom: 13, clusterProperties: { late: has("late"), near: has("near") } };

const worst = ["case", [">", ["get", "late"], 0], "late", [">", ["get", "near"], 0], "near", "case"];
const together = ["concat", "sign:", worst, ":", ["to-string", ["get", "point_count"]]];
const single = ["concat", "sign:", ["coalesce", ["get", "kind"], "case"]];

export const pointLayer = {
  id: "points", type: "symbol", source: "data", filter: ["==", ["geometry-type"], "Point"],
  layout: {
    "icon-image": ["case", ["has", "point_count"], together, single],
    "icon-allow-overlap": true, "symbol-sort-key": ["case", ["==", ["get", "kind"], "late"], 2, ["==", ["get", "kind"], "near"], 1, 0],
  },
};
