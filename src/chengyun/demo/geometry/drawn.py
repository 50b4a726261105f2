"""What a drawn city consists of. Everything is generated; nothing here is a surveyed boundary."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from chengyun.demo.geometry.mesh import Mesh


@dataclass(frozen=True, kw_only=True)
class Area:
    """An administrative division with a generated outline."""

    code: str
    name: str
    level: str
    parent: str
    shape: BaseGeometry


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A unit grid: 15 digits, the community's 12 and three of its own."""

    code: str
    community: str
    shape: shapely.Polygon


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A responsibility grid: the unit grids one inspector walks."""

    code: str
    name: str
    community: str
    grids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A road: ``kind`` is main, side, lane or trunk."""

    name: str
    kind: str
    shape: shapely.LineString


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A piece of scenery: ``kind`` is water, green, oldtown, block, building or village."""

    kind: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, kw_only=True)
class DrawnCity:
    """Shapes in longitude and latitude; the mesh in metres, for finding places on the plan."""

    mesh: Mesh
    areas: tuple[Area, ...]
    grids: tuple[Grid, ...]
    duties: tuple[Duty, ...]
    roads: tuple[Line, ...]
    patches: tuple[Patch, ...]
