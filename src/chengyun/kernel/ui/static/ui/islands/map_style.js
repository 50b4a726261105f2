// The muted base of every map, built from the design tokens; layers come from /tiles/{layer}/{z}/{x}/{y}.mvt.
import { token } from "tokens";

const LAYERS = ["blocks", "green", "water", "roads", "regions", "grids"];
const MAIN = ["==", ["get", "class"], "main"];
const LINES = ["==", ["geometry-type"], "LineString"];
const AREAS = ["==", ["geometry-type"], "Polygon"];
const width = (from, to) => ["interpolate", ["exponential", 1.5], ["zoom"], 10, from, 17, to];

const sources = () => Object.fromEntries(LAYERS.map((layer) => [layer, {
  type: "vector", tiles: [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt`], minzoom: layer === "grids" ? 12 : 6, maxzoom: 16,
}]));

const fill = (id, layer, paint, filter) => ({ id, type: "fill", source: layer, "source-layer": layer, paint, ...(filter && { filter }) });
const line = (id, layer, paint, filter) => ({
  id, type: "line", source: layer, "source-layer": layer, paint, layout: { "line-cap": "round", "line-join": "round" }, ...(filter && { filter }),
});

const base = () => [
  { id: "land", type: "background", paint: { "background-color": token("map-land") } },
  fill("blocks", "blocks", { "fill-color": token("map-block") }),
  fill("green", "green", { "fill-color": token("map-green") }),
  fill("water", "water", { "fill-color": token("map-water") }, AREAS),
  line("waterline", "water", { "line-color": token("map-water"), "line-width": width(1.5, 26) }, LINES),
  line("road-edge", "roads", { "line-color": token("map-road-edge"), "line-width": width(1.4, 12) }, ["!", MAIN]),
  line("road", "roads", { "line-color": token("map-road"), "line-width": width(0.8, 9) }, ["!", MAIN]),
  line("main-edge", "roads", { "line-color": token("map-road-edge"), "line-width": width(2.4, 23) }, MAIN),
  line("main", "roads", { "line-color": token("map-road-main"), "line-width": width(1.4, 19) }, MAIN),
  line("regions", "regions", { "line-color": token("map-border"), "line-width": 1, "line-dasharray": [6, 5] }, AREAS),
];

const overlay = (grid) => [
  { ...line("grids", "grids", { "line-color": token("map-grid"), "line-width": 1 }), minzoom: 14 },
  fill("grid-hit", "grids", { "fill-color": token("map-grid-hit") }, ["==", ["get", "code"], grid]),
  line("grid-hit-line", "grids", { "line-color": token("accent"), "line-width": 1.5 }, ["==", ["get", "code"], grid]),
];

/** Style of the base map; ``grid`` is the code of the grid cell that is marked. */
export const baseStyle = (grid) => ({ version: 8, sources: sources(), layers: [...base(), ...overlay(grid ?? "")] });
