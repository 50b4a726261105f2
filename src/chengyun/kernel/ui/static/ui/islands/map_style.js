// The muted base of every map, built from the design tokens; every layer comes in one tile, /tiles/all/{z}/{x}/{y}.mvt.
import { token } from "tokens";

const MAIN = ["==", ["get", "class"], "main"];
const LANE = ["==", ["get", "grade"], "lane"];
const BRANCH = ["all", ["!", MAIN], ["!", LANE]];
const LINES = ["==", ["geometry-type"], "LineString"];
const AREAS = ["==", ["geometry-type"], "Polygon"];
const width = (from, to) => ["interpolate", ["exponential", 1.5], ["zoom"], 10, from, 17, to];

const sources = () => ({
  base: { type: "vector", tiles: [`${location.origin}/tiles/all/{z}/{x}/{y}.mvt`], minzoom: 4, maxzoom: 16 },
});

const layer = (id, from, type, paint, filter, rest = {}) =>
  ({ id, type, source: "base", "source-layer": from, paint, ...(filter && { filter }), ...rest });
const fill = (id, from, name, filter) => layer(id, from, "fill", { "fill-color": token(name) }, filter);
const line = (id, from, name, size, filter, rest) =>
  layer(id, from, "line", { "line-color": token(name), "line-width": size }, filter, { layout: { "line-cap": "round", "line-join": "round" }, ...rest });

const base = () => [
  { id: "land", type: "background", paint: { "background-color": token("map-land") } },
  fill("blocks", "blocks", "map-block"),
  fill("green", "green", "map-green"),
  fill("oldtown", "oldtown", "map-block"),
  fill("water", "water", "map-water", AREAS),
  line("waterline", "water", "map-water", width(1.5, 26), LINES),
  layer("buildings", "buildings", "fill", { "fill-color": token("map-road-edge"), "fill-opacity": 0.5 }, undefined, { minzoom: 15 }),
  line("lane-edge", "roads", "map-road-edge", width(0.6, 8), LANE),
  line("branch-edge", "roads", "map-road-edge", width(1.2, 14), BRANCH),
  line("main-edge", "roads", "map-road-edge", width(2.2, 24), MAIN),
  line("lane", "roads", "map-road", width(0.2, 6), LANE),
  line("branch", "roads", "map-road", width(0.6, 11), BRANCH),
  line("main", "roads", "map-road-main", width(1.2, 20), MAIN),
];

// Solid: neighbours share an edge, and two dashed lines over each other are neither.
const border = (id, level, name, size, rest) => line(id, "regions", name, size, ["==", ["get", "level"], level], rest);

const overlay = (grid) => [
  border("streets", "street", "map-border-soft", 1, { minzoom: 9 }),
  border("districts", "district", "map-border", 1.2),
  line("grids", "grids", "map-grid", 1, undefined, { minzoom: 14 }),
  fill("grid-hit", "grids", "map-grid-hit", ["==", ["get", "code"], grid]),
  line("grid-hit-line", "grids", "accent", 1.5, ["==", ["get", "code"], grid]),
];

/** Style of the base map; ``grid`` is the code of the grid cell that is marked. */
export const baseStyle = (grid) => ({ version: 8, sources: sources(), layers: [...base(), ...overlay(grid ?? "")] });
