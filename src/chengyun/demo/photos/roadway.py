"""Scenes on the carriageway: shafts, holes, lamps, trees, railings, water, signs, rubble."""

import math

from chengyun.demo.photos.canvas import Canvas, shade
from chengyun.demo.photos.street import ASPHALT, street
from chengyun.demo.photos.things import (
    BARK,
    LEAF,
    METAL,
    WHITE,
    barrier,
    car,
    cone,
    lamp,
    manhole,
    mound,
    person,
    shadow,
)


def manhole_missing(c: Canvas, fixed: bool) -> None:
    street(c)
    x = c.random.uniform(-0.7, 0.5)
    manhole(c, x, 3.9, lid=fixed)
    if not fixed:
        cone(c, x + 0.95, 3.7)


def manhole_broken(c: Canvas, fixed: bool) -> None:
    street(c, traffic=1)
    x, z = c.random.uniform(-0.5, 0.6), 4.0
    manhole(c, x, z, lid=True)
    if not fixed:
        c.ground(
            [(x - 0.05, z + 0.05), (x + 0.42, z - 0.16), (x + 0.4, z + 0.2), (x + 0.05, z + 0.3)],
            (14, 14, 15),
        )
        crack(c, x - 0.4, z - 0.1, 1.1)
        cone(c, x - 1.0, 4.2)


def crack(c: Canvas, x: float, z: float, length: float, width: float = 0.03) -> None:
    for _ in range(7):
        nx, nz = x + length / 7, z + c.random.uniform(-0.12, 0.12)
        c.ground([(x, z), (nx, nz), (nx, nz + width), (x, z + width)], (34, 35, 36))
        x, z = nx, nz


def pothole(c: Canvas, fixed: bool) -> None:
    street(c, traffic=1)
    x, z = c.random.uniform(-0.9, 0.4), 4.1
    if fixed:
        c.strip(x - 0.95, x + 0.95, z - 0.75, z + 0.85, (66, 68, 71))
        c.strip(x - 0.95, x + 0.95, z - 0.76, z - 0.72, (50, 51, 53))
        return
    c.blob(x, z, 0.86, 0.66, (78, 74, 70), rough=0.16)
    c.blob(x + 0.04, z + 0.04, 0.68, 0.5, (52, 47, 43), rough=0.18)
    c.blob(x, z - 0.1, 0.42, 0.24, (96, 106, 112), rough=0.1)
    for _ in range(26):
        turn = c.random.uniform(0, math.tau)
        c.blob(x + 1.05 * math.cos(turn), z + 0.8 * math.sin(turn), 0.05, 0.04, (70, 68, 66), 0.3)
    for side in (-1, 1):
        crack(c, x + side * 0.8 - 0.4, z + side * 0.3, 0.9)


def lamp_dark(c: Canvas, fixed: bool) -> None:
    street(c, lamps=False, traffic=0)
    for z in (60, 46, 35, 26):
        lamp(c, -4.7, z, on=True)
        lamp(c, 4.7, z, on=fixed or z > 40)


def tree_fallen(c: Canvas, fixed: bool) -> None:
    street(c, traffic=0)
    if fixed:
        c.blob(4.9, 8, 0.6, 0.4, (124, 98, 72), 0.2)
        c.post(4.9, 8, 0.35, 0.4, BARK)
        person(c, 2.9, 9.4, vest=True)
        return
    shadow(c, 0.8, 8, 4.4, 0.9)
    c.shape([(4.9, 0.05, 8), (4.9, 0.5, 8), (-0.4, 0.75, 7.4), (-0.4, 0.5, 7.4)], BARK)
    for _ in range(42):
        x, z = c.random.gauss(-1.0, 1.0), c.random.uniform(6.6, 8.2)
        px, py = c.at(x, c.random.uniform(0.1, 1.5), z)
        r = c.random.uniform(0.22, 0.5) * c.focus / z
        c.oval(px, py, r, r * 0.75, c.lit(shade(LEAF, c.random.uniform(0.72, 1.15)), z))
    c.blob(5.0, 8, 0.9, 0.4, (112, 86, 62), 0.3)
    cone(c, -2.9, 6.0)
    cone(c, 1.6, 5.4)


def rail_broken(c: Canvas, fixed: bool) -> None:
    street(c, traffic=1)
    for number in range(11, -1, -1):
        z = 4.2 + number * 1.6
        if not fixed and number in (1, 2):
            rail_down(c, z)
        else:
            rail(c, z)
    if not fixed:
        cone(c, 0.2, 5.2)


def rail(c: Canvas, z: float) -> None:
    """A piece of white railing along the road at x = 1.5."""
    for step in range(6):
        c.post(1.5, z + step * 0.27, 0.92, 0.03, WHITE)
    for low in (0.2, 0.86):
        c.shape(
            [(1.5, low, z), (1.5, low, z + 1.6), (1.5, low + 0.07, z + 1.6), (1.5, low + 0.07, z)],
            (228, 230, 230),
        )
    c.post(1.5, z, 1.0, 0.09, (214, 218, 220))


def rail_down(c: Canvas, z: float) -> None:
    for step in range(6):
        x = 0.6 + step * 0.12
        c.ground(
            [
                (x - 0.6, z + step * 0.25),
                (x + 0.3, z + step * 0.27),
                (x + 0.3, z + step * 0.27 + 0.05),
                (x - 0.6, z + step * 0.25 + 0.05),
            ],
            WHITE,
        )
    c.ground([(0.0, z), (0.08, z), (0.7, z + 1.5), (0.6, z + 1.5)], (222, 224, 226))
    c.ground([(0.8, z), (0.9, z), (1.5, z + 1.5), (1.4, z + 1.5)], (222, 224, 226))


def flood(c: Canvas, fixed: bool) -> None:
    street(c, traffic=0)
    if fixed:
        c.blob(1.2, 6.2, 2.6, 1.6, (60, 64, 68, 90), 0.15)
        c.strip(3.3, 3.9, 5.0, 5.5, (40, 42, 44))
        return
    c.blob(0.6, 8.5, 4.8, 5.2, (112, 132, 146), 0.06)
    c.blob(0.9, 8.2, 4.2, 4.4, (134, 154, 168), 0.06)
    for _ in range(60):
        z = c.random.uniform(4.4, 12.5)
        x = c.random.uniform(-2.8, 4.0)
        c.strip(x, x + c.random.uniform(0.3, 1.1), z, z + 0.03 * z / 3, (236, 244, 248, 70))
    car(c, -1.8, 12.5, (150, 156, 162))
    c.ground([(-3.2, 12.0), (-0.6, 12.0), (-0.6, 12.6), (-3.2, 12.6)], (220, 232, 240, 150))
    barrier(c, 1.0, 3.2, 5.0)


def sign_broken(c: Canvas, fixed: bool) -> None:
    street(c, traffic=1)
    lean = 0.0 if fixed else 0.85
    foot, head = (2.5, 0.0, 7.0), (2.5 - lean, 2.5 - lean * 0.3, 7.0)
    shadow(c, 2.6, 7, 0.6, 0.2)
    c.line([c.at(*foot), c.at(*head)], c.lit(METAL, 7), 9)
    x, y = c.at(*head)
    tilt = math.radians(0 if fixed else -19)
    board(c, x, y, 92, 58, tilt, (30, 96, 140) if fixed else (70, 116, 144))
    if not fixed:
        for _ in range(12):
            c.line(
                [
                    (x + c.random.uniform(-70, 70), y + c.random.uniform(-40, 40)),
                    (x + c.random.uniform(-70, 70), y + c.random.uniform(-40, 40)),
                ],
                (226, 226, 222, 150),
                3,
            )


def board(
    c: Canvas, x: float, y: float, rx: float, ry: float, tilt: float, tone: tuple[int, int, int]
) -> None:
    """A blue sign with two white bars, turned by ``tilt``."""

    def turned(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * math.cos(tilt) - dy * math.sin(tilt), y + dx * math.sin(
            tilt
        ) + dy * math.cos(tilt)

    for a, b, colour in ((rx, ry, WHITE), (rx - 5, ry - 5, tone)):
        c.polygon([turned(-a, -b), turned(a, -b), turned(a, b), turned(-a, b)], c.lit(colour))
    for low in (-20, 8):
        c.polygon(
            [turned(-56, low), turned(56, low), turned(56, low + 13), turned(-56, low + 13)],
            c.lit(WHITE),
        )


def rubble(c: Canvas, fixed: bool) -> None:
    street(c, traffic=1)
    if fixed:
        c.blob(3.0, 6.8, 1.8, 1.0, (130, 126, 120, 90), 0.2)
        return
    shadow(c, 3.0, 6.6, 2.2, 0.9)
    mound(c, 3.0, 6.8, 0.95, (150, 142, 132))
    for _ in range(70):
        x = c.random.gauss(3.0, 0.8)
        y = max(0.0, 0.8 - abs(x - 3.0) * 0.45) * c.random.random()
        px, py = c.at(x, y, 6.6)
        r = c.random.uniform(4, 13)
        tone = c.random.choice(((176, 92, 70), (166, 160, 152), (120, 116, 110), (204, 200, 192)))
        c.polygon(
            [
                (px - r, py),
                (px - r * 0.3, py - r * 0.8),
                (px + r, py - r * 0.3),
                (px + r * 0.5, py + r * 0.6),
            ],
            c.lit(tone),
        )


def plain(c: Canvas, fixed: bool) -> None:
    """Nothing in particular: a tidy street, or one with a small repair going on."""
    street(c)
    if fixed:
        return
    c.strip(-1.2, 1.4, 4.2, 5.4, shade(ASPHALT, 0.8))
    barrier(c, -1.4, 0.6, 4.0)
    cone(c, 1.5, 4.2)
