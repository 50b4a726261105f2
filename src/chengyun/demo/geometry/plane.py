"""A flat plane in metres around the centre of the demo city, and the bends that make it look grown."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CENTRE = (115.98, 36.45)  # WGS 84 longitude and latitude of (0, 0)
METRES_PER_DEGREE = (111_320.0 * float(np.cos(np.radians(CENTRE[1]))), 110_960.0)
DIGITS = 7  # of a degree: about a centimetre


def degrees(xy: Floats) -> Floats:
    """(n, 2) metres east and north of the centre to longitude and latitude."""
    return np.round(xy / METRES_PER_DEGREE + CENTRE, DIGITS)


def metres(lonlat: Floats) -> Floats:
    """(n, 2) longitude and latitude to metres east and north of the centre."""
    return (lonlat - CENTRE) * METRES_PER_DEGREE


def located(shapes: Any) -> Any:
    """Shapes in metres to longitude and latitude."""
    return shapely.transform(shapes, degrees)


@dataclass(frozen=True, kw_only=True)
class Waves:
    """A smooth displacement of the plane: a few sine waves in random directions."""

    vectors: Floats  # (k, 2) radians per metre
    phases: Floats  # (k, 2)
    size: Floats  # (k, 1) metres

    def at(self, xy: Floats) -> Floats:
        """(..., 2) positions in metres to displacements of the same shape."""
        angles = xy @ self.vectors.T
        east = np.sin(angles + self.phases[:, 0]) @ self.size
        north = np.sin(angles + self.phases[:, 1]) @ self.size
        return np.concatenate([east, north], axis=-1)


def waves(rng: np.random.Generator, *, lengths: tuple[float, ...], height: float) -> Waves:
    """Waves of the given lengths in metres; the whole displacement is about ``height`` metres."""
    turn = rng.uniform(0, 2 * np.pi, len(lengths))
    k = 2 * np.pi / np.asarray(lengths)
    relative = np.asarray(lengths) / max(lengths)
    return Waves(
        vectors=np.stack([np.cos(turn) * k, np.sin(turn) * k], axis=1),
        phases=rng.uniform(0, 2 * np.pi, (len(lengths), 2)),
        size=(height * relative / relative.sum())[:, None],
    )


def smooth(points: Floats, steps: int = 10) -> Floats:
    """A Catmull-Rom curve through (n, 2) points with ``steps`` pieces between two of them."""
    padded = np.concatenate([points[:1] * 2 - points[1:2], points, points[-1:] * 2 - points[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    a, b, c, d = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    cubic = (d - a + 3 * (b - c)) * t**3 + (2 * a - 5 * b + 4 * c - d) * t**2 + (c - a) * t + 2 * b
    return np.concatenate([(cubic / 2).transpose(1, 0, 2).reshape(-1, 2), points[-1:]])
