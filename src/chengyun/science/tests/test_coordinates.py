import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from chengyun.science.coordinates import (
    Crs,
    Plane,
    bd09_of,
    distance,
    gcj02_of,
    point_to_wgs84,
    to_wgs84,
)

GEOD = Geod(ellps="WGS84")
lons = st.floats(73.5, 135.0)
lats = st.floats(18.0, 53.5)


@given(lons, lats)
def test_gcj02_there_and_back(lon: float, lat: float) -> None:
    back = to_wgs84(*gcj02_of(lon, lat), "gcj02")
    assert np.allclose(back, (lon, lat), rtol=0, atol=1e-9)


@given(lons, lats)
def test_bd09_there_and_back(lon: float, lat: float) -> None:
    back = to_wgs84(*bd09_of(lon, lat), "bd09")
    assert np.allclose(back, (lon, lat), rtol=0, atol=1e-9)


@given(lons, lats)
def test_the_offset_is_some_hundred_metres(lon: float, lat: float) -> None:
    assert 10 < distance(lon, lat, *gcj02_of(lon, lat)) < 1000
    assert 100 < distance(lon, lat, *bd09_of(lon, lat)) < 2500


def test_known_points() -> None:
    # the example of the JavaScript library coordtransform (MIT)
    lon, lat = gcj02_of(116.404, 39.915)
    assert (float(lon), float(lat)) == pytest.approx((116.41024449916938, 39.91640428150164))
    lon, lat = bd09_of(*to_wgs84(116.404, 39.915, "gcj02"))
    assert (float(lon), float(lat)) == pytest.approx((116.41036949371029, 39.92133699351021))


@pytest.mark.parametrize("point", [(2.35, 48.85), (-74.0, 40.7), (151.2, -33.9)])
def test_abroad_is_untouched(point: tuple[float, float]) -> None:
    assert point_to_wgs84(*point, "gcj02") == point
    assert point_to_wgs84(*point, "bd09") == point


def test_arrays_and_single_points_agree() -> None:
    lon, lat = np.linspace(115, 117, 50), np.linspace(35, 37, 50)
    x, y = to_wgs84(lon, lat, "bd09")
    assert x.shape == (50,)
    assert point_to_wgs84(float(lon[7]), float(lat[7]), "bd09") == (x[7], y[7])
    assert point_to_wgs84(115.5, 36.5, "cgcs2000") == (115.5, 36.5)


def test_unknown_system() -> None:
    crs: Crs = "mars"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="坐标系“mars”不认识"):
        to_wgs84(1, 1, crs)


@given(lons, lats, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_distance_is_the_geodesic(lon: float, lat: float, dx: float, dy: float) -> None:
    exact = GEOD.inv(lon, lat, lon + dx, lat + dy)[2]
    assert float(distance(lon, lat, lon + dx, lat + dy)) == pytest.approx(exact, rel=1e-4, abs=1e-3)


@given(lons, lats, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_a_plane_keeps_lengths(lon: float, lat: float, x: float, y: float) -> None:
    plane = Plane(lon=lon, lat=lat)
    there = plane.to_degrees(x, y)
    assert np.allclose(plane.to_plane(*there), (x, y), atol=1e-4)
    exact = GEOD.inv(lon, lat, float(there[0]), float(there[1]))[2]
    assert np.hypot(x, y) == pytest.approx(exact, rel=1e-3, abs=0.01)
