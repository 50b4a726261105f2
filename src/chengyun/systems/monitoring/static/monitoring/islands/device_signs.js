// The signs of devices, drawn when first needed: the four levels by shape, character and colour, a disc when all is well, an
// empty ring with a stroke when offline, an arrow for what moves. Devices close together are one sign with their number.
import { token } from "tokens";

const SCALE = 2;
const LEVELS = {
  red: { path: "M7 1h8l6 6v8l-6 6H7l-6-6V7z", word: "红", size: 12, at: 11.5 },
  orange: { path: "M11 .2L21.8 11 11 21.8.2 11z", word: "橙", size: 10, at: 11.3 },
  yellow: { path: "M11 .5L22 21H0z", word: "黄", size: 9, at: 15 },
  blue: { path: "M11 .8a10.2 10.2 0 1 0 .1 0z", word: "蓝", size: 12, at: 11.5 },
};
const MIDDLE = 11;

function brushFor(size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * SCALE;
  const brush = canvas.getContext("2d");
  brush.scale(SCALE, SCALE);
  brush.translate(size / 2, size / 2);
  return brush;
}

const read = (brush) => brush.getImageData(0, 0, brush.canvas.width, brush.canvas.height);
const lettered = (brush, ink, size) =>
  Object.assign(brush, { fillStyle: token(ink), font: `600 ${size}px ${token("font-sans")}`, textAlign: "center", textBaseline: "middle" });

/** A level with its character, or with how many devices it stands for; a ring around one that nobody has confirmed. */
function level(state, unanswered, count) {
  const { path, word, size, at } = LEVELS[state];
  const grown = count ? 1.35 : 1;
  const brush = brushFor(44);
  if (unanswered) {
    brush.beginPath();
    brush.arc(0, 0, 19, 0, 7);
    Object.assign(brush, { strokeStyle: token(`level-${state}-fill`), lineWidth: 2.5 });
    brush.stroke();
  }
  brush.scale(grown, grown);
  brush.translate(-MIDDLE, -MIDDLE);
  Object.assign(brush, { fillStyle: token(`level-${state}-fill`), strokeStyle: token("map-pin-edge"), lineWidth: 1.5, lineJoin: "round" });
  const shape = new Path2D(path);
  brush.fill(shape);
  brush.stroke(shape);
  lettered(brush, `level-${state}-on`, count ? (count.length > 2 ? 7 : 9) : size);
  brush.fillText(count || word, MIDDLE, at);
  return read(brush);
}

const single = {
  quiet: (brush) => {
    brush.arc(0, 0, 5, 0, 7);
    return { fillStyle: token("map-case"), strokeStyle: token("map-pin-edge"), lineWidth: 1.5 };
  },
  offline: (brush) => {
    brush.arc(0, 0, 5, 0, 7);
    brush.moveTo(-4, 4);
    brush.lineTo(4, -4);
    return { fillStyle: token("map-land"), strokeStyle: token("map-asset"), lineWidth: 2 };
  },
  moving: (brush) => {
    brush.moveTo(0, -8);
    brush.lineTo(6, 7);
    brush.lineTo(0, 3.5);
    brush.lineTo(-6, 7);
    brush.closePath();
    return { fillStyle: token("map-case"), strokeStyle: token("map-pin-edge"), lineWidth: 1.5, lineJoin: "round" };
  },
};

function plain(kind) {
  const brush = brushFor(20);
  brush.beginPath();
  Object.assign(brush, single[kind](brush));
  brush.fill();
  brush.stroke();
  return read(brush);
}

/** How many quiet devices stand together; a broken edge says that some of them are offline. */
function many(count, offline) {
  const radius = 7 + 3 * count.length;
  const brush = brushFor(2 * radius + 6);
  brush.beginPath();
  brush.arc(0, 0, radius, 0, 7);
  Object.assign(brush, { fillStyle: token("surface"), strokeStyle: token(offline ? "map-asset" : "map-case"), lineWidth: 2 });
  if (offline) brush.setLineDash([4, 3]);
  brush.fill();
  brush.stroke();
  lettered(brush, "text", 11);
  brush.fillText(count, 0, 0.5);
  return read(brush);
}

/** The image of "device:<state>:<1 when unanswered>:<count>"; null for another name. */
export function signOf(id) {
  const [what, state, flag, count] = id.split(":");
  if (what !== "device") return null;
  const image = state in LEVELS ? level(state, flag === "1", count) : state === "many" ? many(count, flag === "1") : plain(state);
  return { image, pixelRatio: SCALE };
}

const RANKED = ["match", ["get", "rank"], 4, "red", 3, "orange", 2, "yellow", "blue"];
const shown = (state) => ["concat", "device:", state, ":", ["to-string", ["coalesce", ["get", "un"], 0]], ":", ["to-string", ["coalesce", ["get", "point_count"], ""]]];
const symbols = (id, layout) => ({ id, type: "symbol", source: id, layout: { "icon-allow-overlap": true, "icon-ignore-placement": true, ...layout } });

/** The sources by their names: which devices are in each, and how those close together are gathered. */
export const SOURCES = {
  quiet: {
    holds: ({ state, moving }) => (state === "quiet" || state === "offline") && !moving,
    gathers: { cluster: true, clusterRadius: 38, clusterMaxZoom: 14, clusterProperties: { off: ["max", ["case", ["==", ["get", "state"], "offline"], 1, 0]] } },
  },
  moving: { holds: ({ state, moving }) => (state === "quiet" || state === "offline") && moving, gathers: {} },
  alarms: {
    holds: ({ rank }) => rank !== undefined,
    gathers: { cluster: true, clusterRadius: 30, clusterMaxZoom: 14, clusterProperties: { rank: ["max", ["get", "rank"]], un: ["max", ["get", "un"]] } },
  },
};

/** The layers, the worst on top, a number over single signs. What moves makes room where it is dense, until somebody comes closer. */
export const layers = (size) => [
  symbols("quiet", {
    "icon-size": size, "symbol-sort-key": ["coalesce", ["get", "point_count"], 0],
    "icon-image": ["case", ["has", "point_count"], ["concat", "device:many:", ["to-string", ["get", "off"]], ":", ["to-string", ["get", "point_count"]]], ["concat", "device:", ["get", "state"]]],
  }),
  symbols("moving", {
    "icon-size": size, "icon-allow-overlap": false, "icon-ignore-placement": false, "icon-padding": 0, "icon-rotation-alignment": "map",
    "icon-image": ["case", ["==", ["get", "state"], "offline"], "device:offline", "device:moving"],
    "icon-rotate": ["case", ["==", ["get", "state"], "offline"], 0, ["get", "turn"]],
  }),
  symbols("alarms", { "icon-size": size, "icon-image": shown(RANKED), "symbol-sort-key": ["get", "rank"] }),
];
