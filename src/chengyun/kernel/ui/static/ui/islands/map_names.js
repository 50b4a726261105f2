// Names on the map, drawn into images by the browser's own fonts: no glyph server, no request.
import { token } from "tokens";

const SCALE = 2;
const NAME = ["!=", ["coalesce", ["get", "name"], ""], ""];
// Areas cut by tiles would be named once per tile: their names are points of the same layer.
const SHAPES = { roads: ["==", ["geometry-type"], "LineString"], water: ["==", ["geometry-type"], "Point"], regions: ["==", ["geometry-type"], "Point"] };
const NAMED = { roads: ["map-road-ink", 12], water: ["map-water-ink", 12], regions: ["map-road-ink", 13] };

function drawn(text, [ink, size]) {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d");
  const font = `${size * SCALE}px ${token("font-sans")}`;
  brush.font = font;
  canvas.width = Math.ceil(brush.measureText(text).width) + 8 * SCALE;
  canvas.height = (size + 8) * SCALE;
  Object.assign(brush, { font, textBaseline: "middle", lineJoin: "round", lineWidth: 3 * SCALE, strokeStyle: token("map-land"), fillStyle: token(ink) });
  brush.strokeText(text, 4 * SCALE, canvas.height / 2);
  brush.fillText(text, 4 * SCALE, canvas.height / 2);
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}

const layer = (source) => ({
  id: `${source}-names`, type: "symbol", source, "source-layer": source, filter: ["all", NAME, SHAPES[source]],
  minzoom: source === "regions" ? 9 : 12,
  layout: {
    "symbol-placement": source === "roads" ? "line" : "point", "symbol-spacing": 320, "icon-padding": 12,
    "icon-image": ["concat", source, ":", ["get", "name"]], "icon-rotation-alignment": source === "roads" ? "map" : "viewport",
  },
});

/** Adds the names of roads, water and regions to a map whose base style is loaded. */
export function addNames(map) {
  map.setMissingStyleImageResolver((id) => {
    const [source, name] = id.split(/:(.*)/s);
    if (name && NAMED[source] && !map.hasImage(id)) map.addImage(id, drawn(name, NAMED[source]), { pixelRatio: SCALE });
  });
  for (const source of Object.keys(NAMED)) map.addLayer(layer(source));
}
