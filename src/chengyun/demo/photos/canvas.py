"""A camera over a flat ground: things are placed in metres and drawn in perspective.

x is to the right of the camera, y up from the ground, z ahead; the picture is drawn at twice its size.
"""

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

WIDTH, HEIGHT, SCALE = 1024, 768, 2
EYE = 1.65  # metres above the ground

Colour = tuple[int, int, int] | tuple[int, int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Light:
    """The weather of a picture: sky from top to horizon, and how bright everything is."""

    sky: tuple[Colour, Colour]
    haze: Colour
    level: float
    night: bool = False


SUNNY = Light(sky=((126, 170, 208), (216, 230, 238)), haze=(214, 226, 232), level=1.0)
CLOUDY = Light(sky=((168, 182, 192), (222, 227, 229)), haze=(216, 221, 223), level=0.94)
EVENING = Light(sky=((118, 138, 172), (240, 214, 184)), haze=(226, 206, 188), level=0.9)
NIGHT = Light(sky=((12, 18, 34), (38, 46, 66)), haze=(34, 41, 58), level=0.34, night=True)


def shade(colour: Colour, factor: float) -> Colour:
    """The colour darker (< 1) or lighter (> 1); transparency stays."""
    r, g, b = (min(255, round(part * factor)) for part in colour[:3])
    return (r, g, b, colour[3]) if len(colour) == 4 else (r, g, b)


def blend(a: Colour, b: Colour, share: float) -> Colour:
    r, g, bl = (round(p + (q - p) * share) for p, q in zip(a[:3], b[:3], strict=True))
    return (r, g, bl)


class Canvas:
    """One picture being painted, from far to near."""

    def __init__(self, seed: int, light: Light, *, horizon: float = 300, centre: float = 512):
        """The vanishing point lies at (centre, horizon) pixels."""
        self.random = random.Random(seed)  # noqa: S311
        self.light = light
        self.horizon, self.centre, self.focus = horizon, centre, 880.0
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def at(self, x: float, y: float, z: float) -> Point:
        """Pixel of a point in metres."""
        z = max(z, 0.4)
        return self.centre + self.focus * x / z, self.horizon + self.focus * (EYE - y) / z

    def lit(self, colour: Colour, z: float | None = None) -> Colour:
        """The colour in this light, hazier with distance."""
        seen = shade(colour, self.light.level)
        if z is None or len(colour) == 4:
            return seen
        return blend(seen, self.light.haze, min(0.75, max(0.0, (z - 8) / 90)))

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A polygon in pixels."""
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=colour, width=max(1, round(width * SCALE)), joint="curve")

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        box = ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE)
        self.draw.ellipse(box, fill=colour)

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        self.draw.rectangle([side * SCALE for side in box], fill=colour)

    def shape(self, points: Sequence[tuple[float, float, float]], colour: Colour) -> None:
        """A polygon in metres; its haze is that of its first point."""
        self.polygon([self.at(*point) for point in points], self.lit(colour, points[0][2]))

    def ground(self, points: Sequence[Point], colour: Colour, y: float = 0.0) -> None:
        """A polygon of (x, z) on the ground."""
        self.shape([(x, y, z) for x, z in points], colour)

    def strip(self, x0: float, x1: float, z0: float, z1: float, colour: Colour) -> None:
        self.ground([(x0, z0), (x1, z0), (x1, z1), (x0, z1)], colour)

    def blob(
        self, x: float, z: float, rx: float, rz: float, colour: Colour, rough: float = 0.0
    ) -> None:
        """A round spot on the ground; ``rough`` 0 … 1 makes its edge uneven."""
        points = []
        for step in range(28):
            turn = math.tau * step / 28
            size = 1 + rough * self.random.uniform(-1, 1)
            points.append((x + rx * size * math.cos(turn), z + rz * size * math.sin(turn)))
        self.ground(points, colour)

    def post(
        self, x: float, z: float, height: float, width: float, colour: Colour, base: float = 0.0
    ) -> None:
        """An upright board or pole facing the camera."""
        half = width / 2
        self.shape(
            [
                (x - half, base, z),
                (x + half, base, z),
                (x + half, height, z),
                (x - half, height, z),
            ],
            colour,
        )

    def box(
        self, x: Point, y: Point, z: Point, colour: Colour, top: float = 1.12, side: float = 0.8
    ) -> None:
        """A cuboid: its top when seen from above, the side turned to the camera, and its front."""
        (x0, x1), (y0, y1), (z0, z1) = x, y, z
        if y1 < EYE:
            self.shape([(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)], shade(colour, top))
        near = x0 if x0 > 0 else x1 if x1 < 0 else None
        if near is not None:
            points = [(near, y0, z0), (near, y0, z1), (near, y1, z1), (near, y1, z0)]
            self.shape(points, shade(colour, side))
        self.shape([(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)], colour)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: int = 90) -> None:
        """A soft light in pixels."""
        for step in range(12, 0, -1):
            share = step / 12
            alpha = round(strength * (1 - share) ** 2 / 3) + 1
            self.oval(x, y, radius * share, radius * share, (*colour[:3], alpha))

    def picture(self) -> Image.Image:
        """The finished picture with the grain and the uneven light of a photo."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        pixels = np.asarray(small, dtype=np.float32)
        rng = np.random.default_rng(self.random.getrandbits(32))
        grain = rng.normal(0, 5 if self.light.night else 3.2, (HEIGHT, WIDTH, 1)).astype(np.float32)
        y, x = np.ogrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
        edge = 1 - 0.16 * (x**2 + y**2)[..., None].astype(np.float32)
        return Image.fromarray(np.clip(pixels * edge + grain, 0, 255).astype(np.uint8))


def jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=82)
    return file.getvalue()
