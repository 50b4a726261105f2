import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.cells import Box, around, cell, cells, ranges
from chengyun.science.coordinates import Plane

lons = st.floats(-180, 180)
lats = st.floats(-90, 90)
shares = st.floats(0, 1)


@given(st.lists(st.tuples(lons, lats), min_size=1, max_size=50))
def test_one_and_many_agree_and_fit_a_column(points: list[tuple[float, float]]) -> None:
    many = cells([x for x, _ in points], [y for _, y in points])
    assert many.tolist() == [cell(x, y) for x, y in points]
    assert int(many.min()) >= 0 and int(many.max()) < 2**62


@given(lons, lons, lats, lats, shares, shares, st.integers(1, 64))
def test_a_point_of_the_box_is_in_some_range(
    a: float, b: float, c: float, d: float, u: float, v: float, limit: int
) -> None:
    box = Box(min(a, b), min(c, d), max(a, b), max(c, d))
    found = ranges(box, limit)
    x = min(max(box.west + u * (box.east - box.west), box.west), box.east)
    y = min(max(box.south + v * (box.north - box.south), box.south), box.north)
    assert len(found) <= limit
    assert any(low <= cell(x, y) <= high for low, high in found)
    assert all(a[1] < b[0] for a, b in zip(found, found[1:], strict=False))


@given(st.floats(75, 135), st.floats(18, 53), st.floats(1, 20_000), shares, st.floats(0, 6.2832))
def test_a_point_of_the_circle_is_in_some_range(
    lon: float, lat: float, metres: float, share: float, turn: float
) -> None:
    r = metres * share
    x, y = Plane(lon=lon, lat=lat).to_degrees(r * np.cos(turn), r * np.sin(turn))
    found = ranges(around(lon, lat, metres))
    assert any(low <= cell(float(x), float(y)) <= high for low, high in found)


def test_ranges_are_tight() -> None:
    random = np.random.default_rng(1)
    lon, lat = random.uniform(115, 117, 100_000), random.uniform(35, 37, 100_000)
    box = Box(116.0, 36.0, 116.1, 36.1)
    inside = (lon >= 116.0) & (lon <= 116.1) & (lat >= 36.0) & (lat <= 36.1)
    code = cells(lon, lat)
    hit = np.zeros(len(code), dtype=bool)
    for low, high in ranges(box):
        hit |= (code >= low) & (code <= high)
    assert np.all(hit[inside])
    assert hit.sum() < 2 * inside.sum()


@pytest.mark.parametrize("point", [(181.0, 0.0), (0.0, 91.0), (float("nan"), 0.0)])
def test_nonsense_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="超出范围"):
        cell(*point)
    with pytest.raises(ValueError, match="超出范围"):
        cells([point[0]], [point[1]])


@pytest.mark.parametrize("box", [Box(2, 0, 1, 1), Box(0, 2, 1, 1), Box(-181, 0, 1, 1)])
def test_bad_boxes_are_refused(box: Box) -> None:
    with pytest.raises(ValueError, match="范围框"):
        ranges(box)
