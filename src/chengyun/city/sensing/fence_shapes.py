"""The shape of a 围栏 or 线路 out of what was given: corners, GeoJSON, a region or grid, a way along the roads."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from chengyun.city.places import memory
from chengyun.city.places.outlines import outline_of
from chengyun.city.places.queries import grid_of, region_of
from chengyun.city.sensing.models import Fence
from chengyun.kernel.errors import wrong
from chengyun.science.coordinates import Plane
from chengyun.science.routes import Network, NoWay

Corner = tuple[float, float]
MOST_CORNERS = 2000
MOST_STOPS = 50
DIGITS = 7
ASIDE = 2000.0
"""Metres around the places of a route in which roads are looked for."""
PAIR = re.compile(r"[,，\s]+")
ACROSS = {"Polygon", "MultiPolygon"}
ALONG = {"LineString", "MultiLineString"}


def corners_in(text: str) -> list[Corner]:
    """The corners of a text, a line each: 115.985432,36.456789. Raises Invalid."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CORNERS:
        raise wrong("corners", f"最多 {MOST_CORNERS} 个点，现在有 {len(lines)} 个。")
    return [_corner(number, line) for number, line in enumerate(lines, start=1)]


def _corner(number: int, line: str) -> Corner:
    sentence = f"第 {number} 行要写成「经度,纬度」，例如 115.985432,36.456789。"
    try:
        lon, lat = map(float, PAIR.split(line))
    except ValueError as error:
        raise wrong("corners", sentence) from error
    if not (math.isfinite(lon) and abs(lon) <= 180 and math.isfinite(lat) and abs(lat) <= 90):
        raise wrong("corners", sentence)
    return lon, lat


def drawn(duty: str, corners: Sequence[Corner], *, by_road: bool = False) -> BaseGeometry:
    """The polygon or the line through some corners. Raises Invalid."""
    if duty == Fence.Duty.FOLLOW:
        if len(set(corners)) < 2:
            raise wrong("corners", "线路至少要两个点。")
        return along_roads(corners) if by_road else shapely.LineString(corners)
    if len(set(corners)) < 3:
        raise wrong("corners", "围栏至少要三个点。")
    return shapely.Polygon(corners)


def along_roads(places: Sequence[Corner]) -> BaseGeometry:
    """The shortest way along the city's roads from place to place. Raises Invalid."""
    if len(places) > MOST_STOPS:
        raise wrong("corners", f"沿道路走最多 {MOST_STOPS} 个途经点，现在有 {len(places)} 个。")
    lon, lat = np.array(places, float).T
    plane = Plane(lon=float(lon.mean()), lat=float(lat.mean()))
    x, y = plane.to_plane(lon, lat)
    box = shapely.box(x.min() - ASIDE, y.min() - ASIDE, x.max() + ASIDE, y.max() + ASIDE)
    shapes = memory.current().roads.shapes
    roads = [_flat(shape, plane) for shape in shapes[_near(shapes, box, plane)]]
    try:
        way = Network.of(roads).along(list(zip(x.tolist(), y.tolist(), strict=True)))
    except NoWay as error:
        sentence = f"从第 {error.leg + 1} 个点到下一个点没有相连的道路，请改画直线。"
        raise wrong("corners", sentence) from error
    thin: BaseGeometry = shapely.simplify(way, 1.0)
    found: BaseGeometry = shapely.transform(
        thin, lambda m: np.column_stack(plane.to_degrees(m[:, 0], m[:, 1]))
    )
    return found


def _near(shapes: Any, box: Any, plane: Plane) -> Any:
    west, south, east, north = box.bounds
    (left, right), (low, high) = plane.to_degrees([west, east], [south, north])
    return np.flatnonzero(shapely.intersects(shapes, shapely.box(left, low, right, high)))


def _flat(shape: Any, plane: Plane) -> Any:
    return shapely.transform(shape, lambda d: np.column_stack(plane.to_plane(d[:, 0], d[:, 1])))


def outline_called(code: str) -> BaseGeometry:
    """The outline of a region or a unit grid. Raises Invalid."""
    row = grid_of(code) or region_of(code)
    shape = outline_of(row) if row else None
    if shape is None:
        raise wrong("place", f"没有区域或网格「{code}」，或者它没有边界。")
    return shape


def of_geojson(told: Mapping[str, Any]) -> BaseGeometry:
    """The shape of a GeoJSON geometry. Raises Invalid."""
    try:
        return shapely.geometry.shape(dict(told))
    except Exception as error:  # a library that names no error of its own for a wrong geometry
        raise wrong("shape", "形状要写成 GeoJSON 的 Polygon 或 LineString。") from error


def checked(duty: str, shape: BaseGeometry) -> dict[str, Any]:
    """A shape as it is stored. Raises Invalid, saying what is wrong with it."""
    route = duty == Fence.Duty.FOLLOW
    if shape.is_empty or shape.geom_type not in (ALONG if route else ACROSS):
        raise wrong("shape", "线路要是一条线。" if route else "围栏要是一个面。")
    if shapely.get_num_coordinates(shape) > MOST_CORNERS * 5:
        raise wrong("shape", f"形状最多 {MOST_CORNERS * 5} 个点。")
    here = shapely.get_coordinates(shape)
    if not (np.isfinite(here).all() and (np.abs(here) <= (180, 90)).all()):
        raise wrong("shape", "经度在 -180 到 180 之间，纬度在 -90 到 90 之间。")
    if not route and not shapely.is_valid(shape):
        raise wrong("shape", "围栏的边互相交叉了，请重新画。")
    flat = shapely.transform(shapely.force_2d(shape), lambda d: np.round(d, DIGITS))
    told: dict[str, Any] = shapely.geometry.mapping(flat)
    return told
