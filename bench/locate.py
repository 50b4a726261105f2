"""How fast points find their unit grid, beside a bare STRtree query of the same minute.

.venv/bin/python bench/locate.py [--points 1000000] [--cells 50000]

A city of jittered four-cornered cells is imported into a fresh SQLite file through the same services as a real one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import STRtree

WEST, SOUTH, STEP = 115.9, 36.3, 0.001
SINGLE = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--cells", type=int, default=50_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        start_django(Path(home))
        told(measure(asked.points, asked.cells), asked)


def start_django(home: Path) -> None:
    os.environ |= {
        "CHENGYUN_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home}/city.sqlite3",
        "DJANGO_SETTINGS_MODULE": "chengyun.config.settings",
        "CHENGYUN_LOG": "WARNING",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def cells(count: int) -> np.ndarray[Any, Any]:
    """``count`` cells of about 100 m whose neighbours share their corners, in one wide strip of columns."""
    columns = int(np.ceil(np.sqrt(count * 1.25)))
    rows = -(-count // columns)
    random = np.random.default_rng(7)
    shake = random.uniform(-0.2, 0.2, (2, rows + 1, columns + 1)) * STEP
    x = WEST + STEP * np.arange(columns + 1) + shake[0]
    y = SOUTH + STEP * np.arange(rows + 1)[:, None] + shake[1]
    corners = [(slice(-1), slice(-1)), (slice(-1), slice(1, None)), (slice(1, None),) * 2]
    corners += [(slice(1, None), slice(-1)), (slice(-1), slice(-1))]
    rings = np.stack([np.stack([x[at], y[at]], axis=-1) for at in corners], axis=2)
    return np.asarray(shapely.polygons(rings.reshape(-1, 5, 2)))[:count]


def imported(shapes: np.ndarray[Any, Any]) -> float:
    """Import the cells, at most 999 to a community of their own; seconds taken."""
    from chengyun.city.places.services import import_grids, import_regions
    from chengyun.city.places.specs import GridRow, RegionRow

    communities = [f"371502001{n + 1:03}" for n in range(-(-len(shapes) // 900))]
    upper = [("3715", "聊城市"), ("371502", "东昌府区"), ("371502001", "古楼街道")]
    names = [*upper, *((code, f"社区{code[-3:]}") for code in communities)]
    import_regions([RegionRow(code=code, name=name) for code, name in names], by=None)
    rows = [
        GridRow(code=f"{communities[n // 900]}{n % 900 + 1:03}", geometry=shape)
        for n, shape in enumerate(shapes)
    ]
    return timed(lambda: import_grids(rows, by=None))[0]


def measure(points: int, count: int) -> dict[str, float]:
    from chengyun.city.places import memory, queries

    shapes = cells(count)
    random = np.random.default_rng(11)
    west, south, east, north = shapely.total_bounds(shapes)
    lon, lat = random.uniform(west, east, points), random.uniform(south, north, points)
    importing = imported(shapes)
    loading = timed(lambda: (memory.current().grids.tree, memory.current().areas))[0]
    bare, expected = min(timed(lambda: bare_query(shapes, lon, lat)) for _ in range(3))
    many, found = min(
        timed(lambda: int((queries.locate_many(lon, lat).grids >= 0).sum())) for _ in range(3)
    )
    single = timed(lambda: [queries.locate(lon[n], lat[n]) for n in range(SINGLE)])[0] / SINGLE
    if found != expected:
        sys.exit(f"locate found {found} points in a cell, the bare query {expected}")
    return {
        "import_s": round(importing, 2),
        "load_s": round(loading, 3),
        "bare_s": round(bare, 3),
        "locate_s": round(many, 3),
        "ratio": round(many / bare, 2),
        "single_us": round(single * 1e6, 1),
        "found": found,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def bare_query(
    shapes: np.ndarray[Any, Any], lon: np.ndarray[Any, Any], lat: np.ndarray[Any, Any]
) -> int:
    """What anybody would write: points, tree, query; the tree is built before."""
    tree = TREES.setdefault(id(shapes), STRtree(shapes))
    return int(np.unique(tree.query(shapely.points(lon, lat), predicate="intersects")[0]).size)


TREES: dict[int, STRtree] = {}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def told(figures: dict[str, float], asked: argparse.Namespace) -> None:
    lines = (
        (f"import and check {asked.cells:,} cells", f"{figures['import_s']} s", ""),
        ("read them into memory", f"{figures['load_s']} s", ""),
        (f"bare STRtree query, {asked.points:,} points", f"{figures['bare_s']} s", "baseline"),
        (f"locate, {asked.points:,} points", f"{figures['locate_s']} s", "aim ≤ 1.5 s"),
        ("locate / bare", str(figures["ratio"]), "aim ≤ 1.3"),
        ("locate, one point", f"{figures['single_us']} µs", "aim ≤ 100 µs"),
        ("memory of the process", f"{figures['memory_mb']} MB", ""),
    )
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    when = datetime.now(UTC).date().isoformat()
    print(f"locate · {when} · {machine} · shapely {shapely.__version__}")
    print(f"command: bench/locate.py --points {asked.points} --cells {asked.cells}\n")
    for name, value, aim in lines:
        print(f"  {name:<44}{value:>12}  {aim}")
    print(json.dumps({"bench": "locate", "date": when, "machine": machine, **figures}))


if __name__ == "__main__":
    main()
