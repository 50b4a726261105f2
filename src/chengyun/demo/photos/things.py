"""Things that stand in a street, drawn simply."""

import math

from chengyun.demo.photos.canvas import Canvas, Colour, shade

ORANGE, WHITE, RED, YELLOW = (232, 106, 36), (244, 244, 240), (196, 52, 44), (240, 190, 50)
BARK, LEAF, METAL = (104, 82, 62), (94, 138, 78), (138, 146, 150)
SKIN = (224, 184, 152)
CLOTHES = ((70, 92, 128), (150, 70, 66), (84, 110, 86), (120, 110, 100), (198, 186, 160))


def shadow(c: Canvas, x: float, z: float, rx: float, rz: float) -> None:
    c.blob(x, z, rx, rz, (20, 24, 28, 70))


def tree(c: Canvas, x: float, z: float, height: float = 6.0, leaf: Colour = LEAF) -> None:
    shadow(c, x + 0.4, z, height * 0.28, height * 0.12)
    c.post(x, z, height * 0.5, 0.24, BARK)
    scale = c.focus / z
    for _ in range(9):
        turn, far = c.random.uniform(0, math.tau), c.random.uniform(0, height * 0.2)
        px, py = c.at(x + far * math.cos(turn), height * 0.68 + far * 0.8 * math.sin(turn), z)
        size = height * c.random.uniform(0.13, 0.2) * scale
        tone = shade(leaf, c.random.uniform(0.82, 1.14))
        c.oval(px, py, size, size * 0.9, c.lit(tone, z))


def lamp(c: Canvas, x: float, z: float, *, on: bool | None = None, height: float = 8.0) -> None:
    """A street lamp leaning over the road; ``on`` lights it, ``False`` leaves it dark at night."""
    c.post(x, z, height, 0.16, METAL)
    reach = -1.6 if x > 0 else 1.6
    start, end = c.at(x, height, z), c.at(x + reach, height + 0.25, z)
    c.line([start, end], c.lit(METAL, z), max(1.0, 0.12 * c.focus / z))
    c.line(
        [end, c.at(x + reach * 0.7, height + 0.22, z)],
        c.lit(shade(METAL, 0.7), z),
        max(2.0, 0.26 * c.focus / z),
    )
    if on:
        c.glow(end[0], end[1], 3.4 * c.focus / z, (255, 226, 160), 200)
        c.oval(
            end[0],
            end[1] + 2,
            max(2.0, 0.3 * c.focus / z),
            max(1.5, 0.16 * c.focus / z),
            (255, 244, 214),
        )
        c.blob(x + reach * 1.2, z, 4.2, 3.0, (255, 220, 150, 46))


def cone(c: Canvas, x: float, z: float, height: float = 0.7) -> None:
    shadow(c, x + 0.1, z, 0.34, 0.2)
    half = height * 0.27
    c.strip(x - half * 1.25, x + half * 1.25, z - 0.16, z + 0.2, shade(ORANGE, 0.75))
    for low, high, colour in (
        (0, 0.34, ORANGE),
        (0.34, 0.56, WHITE),
        (0.56, 0.78, ORANGE),
        (0.78, 1, ORANGE),
    ):
        a, b = half * (1 - low * 0.86), half * (1 - high * 0.86)
        y0, y1 = low * height, high * height
        c.shape([(x - a, y0, z), (x + a, y0, z), (x + b, y1, z), (x - b, y1, z)], colour)


def barrier(c: Canvas, x0: float, x1: float, z: float) -> None:
    """A red and white board on two feet."""
    for x in (x0 + 0.1, x1 - 0.1):
        c.post(x, z, 0.95, 0.06, METAL)
    steps = 8
    for step in range(steps):
        a, b = (x0 + (x1 - x0) * (step + i) / steps for i in (0, 1))
        c.shape([(a, 0.6, z), (b, 0.6, z), (b, 0.95, z), (a, 0.95, z)], RED if step % 2 else WHITE)


def person(c: Canvas, x: float, z: float, *, vest: bool = False, height: float = 1.7) -> None:
    shadow(c, x, z, 0.35, 0.2)
    coat = ORANGE if vest else c.random.choice(CLOTHES)
    for leg in (-0.1, 0.1):
        c.post(x + leg, z, height * 0.48, 0.15, (58, 62, 72))
    c.shape(
        [
            (x - 0.2, height * 0.45, z),
            (x + 0.2, height * 0.45, z),
            (x + 0.24, height * 0.82, z),
            (x - 0.24, height * 0.82, z),
        ],
        coat,
    )
    if vest:
        c.post(x, z, height * 0.64, 0.44, (226, 230, 210), base=height * 0.59)
    px, py = c.at(x, height * 0.91, z)
    size = 0.13 * c.focus / z
    c.oval(px, py, size, size * 1.15, c.lit(SKIN, z))
    c.oval(
        px,
        py - size * 0.5,
        size * 1.05,
        size * 0.72,
        c.lit((46, 40, 38) if not vest else ORANGE, z),
    )


def car(c: Canvas, x: float, z: float, colour: Colour) -> None:
    """A car seen from behind."""
    shadow(c, x, z, 1.15, 0.8)
    for wheel in (-0.68, 0.68):
        c.post(x + wheel, z, 0.32, 0.26, (34, 36, 38))
    c.shape(
        [(x - 0.86, 0.22, z), (x + 0.86, 0.22, z), (x + 0.86, 0.86, z), (x - 0.86, 0.86, z)], colour
    )
    c.shape(
        [(x - 0.82, 0.86, z), (x + 0.82, 0.86, z), (x + 0.62, 1.42, z), (x - 0.62, 1.42, z)],
        shade(colour, 0.92),
    )
    c.shape(
        [(x - 0.7, 0.92, z), (x + 0.7, 0.92, z), (x + 0.56, 1.34, z), (x - 0.56, 1.34, z)],
        (92, 112, 124),
    )
    for light in (-0.72, 0.72):
        c.post(x + light, z, 0.78, 0.2, RED, base=0.62)
    c.post(x, z, 0.52, 0.5, (60, 92, 150), base=0.38)


def bicycle(c: Canvas, x: float, z: float, colour: Colour, *, fallen: bool = False) -> None:
    """A bicycle from the side, standing or lying."""
    tall = 0.25 if fallen else 1.0
    scale = c.focus / z
    wide = max(1.5, 0.045 * scale)
    for wheel in (-0.5, 0.5):
        px, py = c.at(x + wheel, 0.33 * tall, z)
        r = 0.33 * scale
        points = [
            (px + r * math.cos(a), py + r * tall * math.sin(a))
            for a in (math.tau * i / 24 for i in range(25))
        ]
        c.line(points, c.lit((40, 42, 44), z), wide)
    spots = {
        name: c.at(x + dx, y * tall, z)
        for name, dx, y in (
            ("back", -0.5, 0.33),
            ("front", 0.5, 0.33),
            ("crank", -0.05, 0.32),
            ("seat", -0.2, 0.85),
            ("bar", 0.38, 0.95),
        )
    }
    for a, b in (
        ("back", "crank"),
        ("crank", "bar"),
        ("back", "seat"),
        ("seat", "crank"),
        ("seat", "bar"),
        ("bar", "front"),
    ):
        c.line([spots[a], spots[b]], c.lit(colour, z), wide * 1.2)
    sx, sy = spots["seat"]
    c.oval(sx, sy, 0.13 * scale, 0.05 * scale, c.lit((36, 36, 38), z))


def bag(c: Canvas, x: float, z: float, size: float = 0.4) -> None:
    """A tied rubbish bag."""
    shadow(c, x, z, size, size * 0.5)
    tone = c.random.choice(
        ((46, 48, 52), (60, 60, 66), (176, 60, 56), (210, 212, 210), (70, 92, 76))
    )
    px, py = c.at(x, size * 0.45, z)
    r = size * c.focus / z * 0.62
    c.oval(px, py, r, r * 0.82, c.lit(tone, z))
    c.oval(px - r * 0.25, py - r * 0.25, r * 0.4, r * 0.3, (255, 255, 255, 26))
    top = c.at(x, size * 0.95, z)
    c.polygon(
        [
            (px - r * 0.3, py - r * 0.6),
            (px + r * 0.3, py - r * 0.6),
            (top[0] + r * 0.12, top[1] - r * 0.2),
            (top[0] - r * 0.2, top[1] - r * 0.1),
        ],
        c.lit(shade(tone, 0.85), z),
    )


def scrap(c: Canvas, x: float, z: float) -> None:
    """A paper, a cup, a peel on the ground."""
    tone = c.random.choice(
        ((236, 232, 220), (210, 70, 60), (226, 190, 80), (120, 160, 190), (150, 120, 90))
    )
    size = c.random.uniform(0.05, 0.13)
    c.blob(x, z, size, size * 0.8, tone, rough=0.45)


def bin_pair(c: Canvas, x: float, z: float, *, full: bool) -> None:
    """Two sorting bins; full ones overflow."""
    for number, colour in enumerate(((60, 110, 168), (98, 104, 108))):
        left = x + number * 0.72
        shadow(c, left + 0.3, z, 0.45, 0.25)
        c.box((left, left + 0.62), (0.06, 1.0), (z, z + 0.6), colour)
        lid_y = 1.0
        if full:
            for _ in range(5):
                bag_on_top(c, left + c.random.uniform(0.1, 0.52), lid_y, z)
        else:
            c.box(
                (left - 0.03, left + 0.65),
                (lid_y, lid_y + 0.1),
                (z - 0.03, z + 0.62),
                shade(colour, 0.8),
            )
        c.post(left + 0.31, z, 0.66, 0.3, (236, 240, 240), base=0.46)


def bag_on_top(c: Canvas, x: float, y: float, z: float) -> None:
    px, py = c.at(x, y + c.random.uniform(0.02, 0.24), z)
    r = c.random.uniform(0.12, 0.2) * c.focus / z
    tone = c.random.choice(
        ((52, 54, 58), (200, 204, 204), (180, 64, 60), (90, 120, 92), (222, 204, 160))
    )
    c.oval(px, py, r, r * 0.85, c.lit(tone, z))


def manhole(c: Canvas, x: float, z: float, *, lid: bool, radius: float = 0.42) -> None:
    """A round shaft: open and dark, or with its lid."""
    c.blob(x, z, radius * 1.24, radius * 1.24, (120, 122, 122))
    c.blob(x, z, radius * 1.1, radius * 1.1, (86, 88, 90))
    if not lid:
        c.blob(x, z, radius, radius, (18, 19, 20))
        c.blob(x, z + radius * 0.24, radius * 0.86, radius * 0.62, (44, 42, 40))
        c.blob(x, z - radius * 0.08, radius * 0.9, radius * 0.8, (10, 10, 11))
        return
    c.blob(x, z, radius, radius, (72, 74, 77))
    for ring in (0.82, 0.6, 0.36):
        c.blob(x, z, radius * ring, radius * ring, (88, 90, 93) if ring != 0.6 else (74, 76, 79))
    for step in range(8):
        turn = math.tau * step / 8
        c.blob(
            x + radius * 0.71 * math.cos(turn),
            z + radius * 0.71 * math.sin(turn),
            0.035,
            0.035,
            (52, 54, 56),
        )


def mound(c: Canvas, x: float, z: float, high: float, tone: Colour) -> None:
    points = [
        (x + high * 2 * (step / 10 - 1), high * math.sin(math.pi * step / 20) ** 1.4, z)
        for step in range(21)
    ]
    c.shape(points, tone)
    c.shape([(x, 0, z), *points[11:]], shade(tone, 0.86))
