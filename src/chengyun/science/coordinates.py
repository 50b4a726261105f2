"""Coordinates: the systems maps in China use, distances, and a plane to measure in.

Longitude comes before latitude everywhere.  CGCS2000 and WGS 84 longitude and latitude agree within
a few centimetres and are treated as one.  GCJ-02 is the offset system of the licensed map services,
BD-09 that of Baidu on top of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Crs = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
NAMES: tuple[Crs, ...] = get_args(Crs)

_A = 6378245.0  # semi-major axis of Krasovsky 1940 in metres, as GCJ-02 uses it
_EE = 0.00669342162296594323  # its eccentricity squared
_X_PI = np.pi * 3000.0 / 180.0
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_WGS_A = 6378137.0
_WGS_EE = 0.0066943799901413165


def to_wgs84(lon: ArrayLike, lat: ArrayLike, crs: Crs) -> tuple[Floats, Floats]:
    """Convert any of the known systems to WGS 84.

    Parameters
    ----------
    lon, lat
        Degrees, scalars or arrays of one shape.
    crs
        System of the input.

    Returns
    -------
    lon, lat : ndarray of float64
        Degrees, shape of the input; within 1e-9 degrees of the exact inverse.

    Raises
    ------
    ValueError
        The system is not known.
    """
    x, y = _floats(lon, lat)
    if crs in ("wgs84", "cgcs2000"):
        return x, y
    if crs == "gcj02":
        return _inverse(gcj02_of, x, y)
    if crs == "bd09":
        return _inverse(gcj02_of, *_inverse(_bd09_of_gcj02, x, y))
    raise ValueError(f"坐标系“{crs}”不认识，可用：{'、'.join(NAMES)}")


def point_to_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """Convert one point to WGS 84, see ``to_wgs84``."""
    x, y = to_wgs84(lon, lat, crs)
    return float(x), float(y)


def gcj02_of(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Convert WGS 84 to GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, scalars or arrays of one shape.

    Returns
    -------
    lon, lat : ndarray of float64
        Degrees; unchanged outside the rectangle 72.004–137.8347° E, 0.8293–55.8271° N.

    Notes
    -----
    The commonly published approximation; the licensed algorithm is not public.
    """
    x, y = _floats(lon, lat)
    dx, dy = x - 105.0, y - 35.0
    root = np.sqrt(np.abs(dx))
    wave = 20.0 * np.sin(6.0 * dx * np.pi) + 20.0 * np.sin(2.0 * dx * np.pi)
    north = (
        -100.0
        + 2.0 * dx
        + 3.0 * dy
        + 0.2 * dy * dy
        + 0.1 * dx * dy
        + 0.2 * root
        + (wave + _waves(dy, 20.0, 1.0, 40.0, 1 / 3) + _waves(dy, 160.0, 1 / 12, 320.0, 1 / 30))
        * 2
        / 3
    )
    east = (
        300.0
        + dx
        + 2.0 * dy
        + 0.1 * dx * dx
        + 0.1 * dx * dy
        + 0.1 * root
        + (wave + _waves(dx, 20.0, 1.0, 40.0, 1 / 3) + _waves(dx, 150.0, 1 / 12, 300.0, 1 / 30))
        * 2
        / 3
    )
    phi = np.radians(y)
    magic = 1 - _EE * np.sin(phi) ** 2
    d_lat = np.degrees(north / (_A * (1 - _EE) / (magic * np.sqrt(magic))))
    d_lon = np.degrees(east / (_A / np.sqrt(magic) * np.cos(phi)))
    inside = _in_china(x, y)
    return np.where(inside, x + d_lon, x), np.where(inside, y + d_lat, y)


def bd09_of(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Convert WGS 84 to BD-09.

    Parameters
    ----------
    lon, lat
        Degrees, scalars or arrays of one shape.

    Returns
    -------
    lon, lat : ndarray of float64
        Degrees; unchanged outside the rectangle of GCJ-02.
    """
    return _bd09_of_gcj02(*gcj02_of(lon, lat))


def distance(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Measure metres between points of a city.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        WGS 84 degrees, broadcast against each other.

    Returns
    -------
    ndarray of float64
        Metres.  Within 0.01 % of the geodesic up to 100 km at Chinese latitudes.
    """
    x1, y1, x2, y2 = (np.asarray(v, dtype=np.float64) for v in (lon1, lat1, lon2, lat2))
    east, north = _metres_per_degree((y1 + y2) / 2)
    return np.asarray(np.hypot((x2 - x1) * east, (y2 - y1) * north))


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A flat map in metres around a point, x to the east and y to the north.

    Attributes
    ----------
    lon, lat
        WGS 84 degrees of the origin.

    Notes
    -----
    Lengths are right within 0.2 % up to 10 km north or south of the origin, 1 % up to 50 km.
    """

    lon: float
    lat: float

    def to_plane(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Convert degrees to metres east and north of the origin."""
        x, y = _floats(lon, lat)
        east, north = _metres_per_degree(self.lat)
        return (x - self.lon) * east, (y - self.lat) * north

    def to_degrees(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Convert metres east and north of the origin to degrees."""
        dx, dy = _floats(x, y)
        east, north = _metres_per_degree(self.lat)
        return self.lon + dx / east, self.lat + dy / north


def _floats(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def _in_china(x: Floats, y: Floats) -> NDArray[np.bool_]:
    return np.asarray((x > _WEST) & (x < _EAST) & (y > _SOUTH) & (y < _NORTH))


def _waves(v: Floats, a: float, f: float, b: float, g: float) -> Floats:
    return a * np.sin(v * np.pi * f) + b * np.sin(v * np.pi * g)


def _bd09_of_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    x, y = _floats(lon, lat)
    z = np.hypot(x, y) + 0.00002 * np.sin(y * _X_PI)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * _X_PI)
    inside = _in_china(x, y)
    return (
        np.where(inside, z * np.cos(theta) + 0.0065, x),
        np.where(inside, z * np.sin(theta) + 0.006, y),
    )


def _inverse(
    forward: Callable[[ArrayLike, ArrayLike], tuple[Floats, Floats]], lon: Floats, lat: Floats
) -> tuple[Floats, Floats]:
    """Invert by iteration: the offset changes so slowly that each round gains three digits."""
    x, y = lon, lat
    for _ in range(6):
        there_x, there_y = forward(x, y)
        x, y = x + lon - there_x, y + lat - there_y
    return x, y


def _metres_per_degree(lat: ArrayLike) -> tuple[Floats, Floats]:
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    w = 1 - _WGS_EE * np.sin(phi) ** 2
    east = np.radians(_WGS_A / np.sqrt(w) * np.cos(phi))
    north = np.radians(_WGS_A * (1 - _WGS_EE) / (w * np.sqrt(w)))
    return east, north
