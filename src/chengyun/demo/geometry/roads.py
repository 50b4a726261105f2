"""Roads of the core along the mesh, trunk roads to the county seats, and the towns there."""

import numpy as np
import shapely

from chengyun.demo.geometry.drawn import Line
from chengyun.demo.geometry.mesh import Mesh, bent, filled
from chengyun.demo.geometry.plane import Floats, Waves, smooth
from chengyun.demo.geometry.streets import LANE, MAIN, ROADS, SIDE, TRUNK, Road

# trunk roads: name, where they leave the core (plan), the county they lead to
TRUNKS = (
    ("聊临路", (-1900, 2800), "371581"),
    ("聊高路", (1500, 2800), "371526"),
    ("聊茌路", (3600, 1450), "371503"),
    ("聊东路", (3600, -1000), "371524"),
    ("聊阳路", (-1900, -2800), "371521"),
    ("聊莘路", (-3600, -1000), "371522"),
    ("聊冠路", (-3600, 900), "371525"),
)
# roads between neighbouring county seats
CROSS_TRUNKS = (
    ("高茌路", "371526", "371503"),
    ("茌东路", "371503", "371524"),
    ("东阳路", "371524", "371521"),
    ("阳莘路", "371521", "371522"),
    ("莘冠路", "371522", "371525"),
    ("冠临路", "371525", "371581"),
    ("临高路", "371581", "371526"),
)
TOWN_U = (-960.0, -640.0, -320.0, 0.0, 320.0, 640.0, 960.0)
TOWN_V = (-660.0, -330.0, 0.0, 330.0, 660.0)
TOWN_NAMES = (
    ("南二路", "南一路", "人民路", "北一路", "北二路"),
    ("西三街", "西二街", "西一街", "中心街", "东一街", "东二街", "东三街"),
)


def core_roads(mesh: Mesh) -> list[Line]:
    return [Line(name=r.name, kind=r.kind, shape=core_road(r, mesh)) for r in ROADS]


def core_road(road: Road, mesh: Mesh) -> shapely.LineString:
    """The road along the nodes of the mesh, so that it is the border of the grids beside it."""
    across, along = (mesh.u, mesh.v) if road.axis == "ns" else (mesh.v, mesh.u)
    at = int(np.searchsorted(across, road.at))
    part = slice(int(np.searchsorted(along, road.start)), int(np.searchsorted(along, road.end)) + 1)
    nodes = mesh.nodes[part, at] if road.axis == "ns" else mesh.nodes[at, part]
    return shapely.LineString(nodes)


def wandering(a: Floats, b: Floats, rng: np.random.Generator, sway: float = 0.035) -> Floats:
    """A gently winding way from a to b."""
    share = np.linspace(0, 1, 7)[:, None]
    straight = a + (b - a) * share
    aside = np.array([-(b - a)[1], (b - a)[0]])
    off = rng.uniform(-sway, sway, (7, 1)) * np.sin(np.pi * share)
    return smooth(straight + off * aside)


def trunk_roads(mesh: Mesh, seats: dict[str, Floats], rng: np.random.Generator) -> list[Line]:
    ends = [
        (name, mesh.bent(np.array([start], dtype=float))[0], seats[to])
        for name, start, to in TRUNKS
    ]
    ends += [(name, seats[a], seats[b]) for name, a, b in CROSS_TRUNKS]
    return [
        Line(name=name, kind=TRUNK, shape=shapely.LineString(wandering(a, b, rng)))
        for name, a, b in ends
    ]


def turned(uv: Floats, angle: float, seat: Floats, bend: Waves) -> Floats:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return bent(uv @ turn, bend) - bent(np.zeros((1, 2)), bend) + seat


def town_roads(seat: Floats, angle: float, bend: Waves) -> list[Line]:
    """The street grid of a county seat."""
    steps = (filled([TOWN_U[0], TOWN_U[-1]], 160.0), filled([TOWN_V[0], TOWN_V[-1]], 160.0))
    found = []
    for axis, lines in enumerate((TOWN_V, TOWN_U)):
        for at, name in zip(lines, TOWN_NAMES[axis], strict=True):
            along = steps[axis]
            pair = (
                [along, np.full_like(along, at)] if axis == 0 else [np.full_like(along, at), along]
            )
            shape = shapely.LineString(turned(np.stack(pair, axis=1), angle, seat, bend))
            kind = MAIN if at == 0 else SIDE if abs(at) > 600 else LANE
            found.append(Line(name=name, kind=kind, shape=shape))
    return found
