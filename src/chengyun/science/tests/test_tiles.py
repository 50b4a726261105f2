import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.tiles import EXTENT, box_of_tile, to_tile


@given(st.integers(0, 18), st.floats(-179.9, 179.9), st.floats(-84, 84))
def test_a_point_lies_in_the_box_of_its_tile(z: int, lon: float, lat: float) -> None:
    across, down = to_tile(z, 0, 0, lon, lat)
    x, y = int(across // EXTENT), int(down // EXTENT)
    west, south, east, north = box_of_tile(z, x, y, margin=1e-9)
    assert west <= lon <= east and south <= lat <= north


def test_the_corners_of_a_tile() -> None:
    west, south, east, north = box_of_tile(12, 3367, 1603)
    columns, rows = to_tile(12, 3367, 1603, [west, east], [north, south])
    assert np.allclose([columns, rows], [[0, EXTENT], [0, EXTENT]], atol=1e-6)
    assert box_of_tile(0, 0, 0) == pytest.approx((-180, -85.0511288, 180, 85.0511288))


@pytest.mark.parametrize("tile", [(-1, 0, 0), (2, 4, 0), (2, 0, -1), (31, 0, 0)])
def test_there_is_no_such_tile(tile: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="没有瓦片"):
        box_of_tile(*tile)
