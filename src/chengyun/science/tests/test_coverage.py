import numpy as np
import shapely
from shapely import Polygon, box

from chengyun.science.coverage import Fault, Tolerance, faults_of


def tiles(columns: int, rows: int, size: float = 100.0) -> list[Polygon]:
    return [
        box(x * size, y * size, (x + 1) * size, (y + 1) * size)
        for y in range(rows)
        for x in range(columns)
    ]


def names(count: int) -> list[str]:
    return [f"{n:03}" for n in range(count)]


def kinds(faults: list[Fault]) -> list[tuple[int, str, int | None]]:
    return [(fault.row, fault.kind, fault.other) for fault in faults]


def test_a_sound_layer_has_no_faults() -> None:
    shapes = tiles(6, 5)
    parents = {"left": box(0, 0, 300, 500), "right": box(300, 0, 600, 500)}
    parent_of = ["left" if n % 6 < 3 else "right" for n in range(30)]
    assert faults_of(shapes, names(30), parents=parents, parent_of=parent_of) == []
    assert faults_of([], []) == []


def test_an_overlap_names_both_rows_and_its_size() -> None:
    shapes = tiles(3, 1)
    shapes[2] = box(190, 0, 300, 100)
    (fault,) = faults_of(shapes, names(3))
    assert (fault.row, fault.kind, fault.other, fault.size) == (2, "overlap", 1, 1000.0)
    assert 190 <= fault.x <= 200


def test_drawing_noise_is_let_pass() -> None:
    shapes = tiles(2, 1, 1000.0)
    shapes[1] = box(999.98, 0, 2000, 1000)
    assert faults_of(shapes, names(2)) == []
    assert kinds(faults_of(shapes, names(2), tolerance=Tolerance(width=0.01))) == [
        (1, "overlap", 0)
    ]


def test_a_hole_and_an_open_slit_are_gaps() -> None:
    shapes = tiles(3, 3)
    del shapes[4]
    (hole,) = faults_of(shapes, names(8))
    assert (hole.kind, round(hole.size), round(hole.x), round(hole.y)) == ("gap", 10000, 150, 150)
    slit = [box(0, 0, 100, 100), box(100.5, 0, 200, 100)]
    assert kinds(faults_of(slit, names(2))) == [(0, "gap", None)]


def test_bad_rings_and_missing_shapes() -> None:
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    shapes = [bow, None, shapely.Point(0, 0), Polygon(), box(0, 20, 9, 29)]
    faults = faults_of(shapes, names(5))
    assert kinds(faults) == [
        (0, "invalid", None),
        (1, "empty", None),
        (2, "type", None),
        (3, "empty", None),
    ]
    assert (faults[0].detail, faults[0].x, faults[0].y) == ("Self-intersection", 5.0, 5.0)


def test_double_codes_name_the_first_row() -> None:
    assert kinds(faults_of(tiles(3, 1), ["a", "b", "a"])) == [(2, "duplicate", 0)]


def test_outside_and_orphan() -> None:
    faults = faults_of(
        tiles(3, 1),
        names(3),
        parents={"p": box(0, 0, 150, 100)},
        parent_of=["p", "p", "q"],
    )
    assert kinds(faults) == [(1, "outside", None), (2, "orphan", None)]
    assert faults[0].size == 5000.0


def test_every_planted_fault_is_found_among_many() -> None:
    random = np.random.default_rng(3)
    shapes = tiles(60, 50)
    planted = set(random.choice(len(shapes), 40, replace=False).tolist())
    for row in planted:
        shapes[row] = shapely.transform(shapes[row], lambda xy: xy + (7.0, 5.0))
    faults = faults_of(shapes, names(len(shapes)))
    overlapping = {row for fault in faults for row in (fault.row, fault.other)}
    assert planted - overlapping <= {n for n in planted if n % 60 == 59 or n >= 2940}
