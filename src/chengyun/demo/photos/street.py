"""Backgrounds: a street, a pavement with a wall, a green, a river bank, a building site."""

from chengyun.demo.photos.canvas import HEIGHT, WIDTH, Canvas, Colour, blend, shade
from chengyun.demo.photos.things import METAL, car, lamp, tree

ASPHALT, KERB, PAVING, GRASS = (96, 100, 104), (176, 176, 170), (168, 160, 150), (122, 156, 98)
LINE = (232, 230, 220)
FACADES = (
    (206, 196, 180),
    (190, 182, 172),
    (170, 178, 184),
    (214, 206, 196),
    (182, 162, 146),
    (156, 168, 180),
)
CARS = ((228, 230, 232), (40, 44, 50), (150, 156, 162), (150, 40, 40), (56, 84, 126))


def sky(c: Canvas) -> None:
    top, low = c.light.sky
    rows = int(c.horizon) + 8
    for row in range(rows):
        c.rectangle(0, row, WIDTH, row + 1, blend(top, low, row / rows))
    if not c.light.night:
        clouds(c)


def clouds(c: Canvas) -> None:
    for _ in range(4):
        x, y = c.random.uniform(0, WIDTH), c.random.uniform(20, c.horizon * 0.55)
        for _ in range(7):
            dx, dy = c.random.uniform(-90, 90), c.random.uniform(-12, 12)
            c.oval(
                x + dx,
                y + dy,
                c.random.uniform(30, 80),
                c.random.uniform(10, 22),
                (255, 255, 255, 34),
            )


def skyline(c: Canvas) -> None:
    """Far buildings on the horizon."""
    x = -40.0
    while x < WIDTH + 40:
        wide, tall = c.random.uniform(46, 120), c.random.uniform(24, 120)
        tone = blend(c.lit((150, 164, 174)), c.light.haze, 0.45)
        c.rectangle(x, c.horizon - tall, x + wide, c.horizon + 4, tone)
        if c.light.night:
            windows(c, x, c.horizon - tall, wide, tall)
        x += wide + c.random.uniform(-10, 40)


def windows(c: Canvas, x: float, y: float, wide: float, tall: float) -> None:
    for column in range(int(wide // 12)):
        for row in range(int(tall // 14)):
            if c.random.random() < 0.35:
                left, top = x + 4 + column * 12, y + 5 + row * 14
                c.rectangle(left, top, left + 5, top + 6, (238, 206, 140, 190))


def house(c: Canvas, side: int, near: float, far: float, height: float, tone: Colour) -> None:
    """A building along the street; ``side`` is -1 left or 1 right."""
    x = side * 10.5
    c.shape([(x, 0, near), (x, 0, far), (x, height, far), (x, height, near)], tone)
    c.shape(
        [(x, 0, near), (x + side * 9, 0, near), (x + side * 9, height, near), (x, height, near)],
        shade(tone, 0.86),
    )
    glass = (236, 204, 138) if c.light.night else (112, 134, 148)
    level = 4.6
    while level + 1.6 < height:
        for z in range(int(near) + 1, int(far) - 1, 3):
            if not c.light.night or c.random.random() < 0.3:
                pane = [
                    (x, level, z),
                    (x, level, z + 1.5),
                    (x, level + 1.5, z + 1.5),
                    (x, level + 1.5, z),
                ]
                c.shape(pane, glass if not c.light.night else shade(glass, 2.6))
        level += 3.1
    shops(c, x, near, far)


def shops(c: Canvas, x: float, near: float, far: float) -> None:
    """Shop signs and doors on the ground floor."""
    z = near + 0.4
    while z + 3.6 < far:
        tone = c.random.choice(
            ((176, 56, 50), (44, 104, 132), (206, 160, 60), (70, 122, 84), (112, 84, 128))
        )
        c.shape([(x, 0.1, z), (x, 0.1, z + 3.6), (x, 2.7, z + 3.6), (x, 2.7, z)], (120, 132, 138))
        c.shape([(x, 2.8, z), (x, 2.8, z + 3.6), (x, 3.7, z + 3.6), (x, 3.7, z)], tone)
        z += 4.2


def street(c: Canvas, *, lamps: bool = True, traffic: int = 2) -> None:
    """A street with pavements, trees and houses running to the horizon."""
    sky(c)
    skyline(c)
    c.rectangle(0, c.horizon, WIDTH, HEIGHT, c.lit((150, 152, 146), 60))
    for side in (-1, 1):
        for near in range(74, 6, -14):
            house(c, side, near, near + 13, c.random.uniform(7, 22), c.random.choice(FACADES))
    for side in (-1, 1):
        footway(c, side)
    carriageway(c)
    for z in (62, 50, 38, 28, 19):
        for side in (-1, 1):
            tree(c, side * 5.2, z + side * 2, c.random.uniform(5.2, 7.2))
            if lamps and z in (50, 28):
                lamp(c, side * 4.7, z - 3)
    for _ in range(traffic):
        car(c, c.random.choice((-2.1, 2.1)), c.random.uniform(16, 44), c.random.choice(CARS))


def footway(c: Canvas, side: int) -> None:
    c.strip(side * 4.3, side * 12, 0.4, 140, PAVING)
    for z in range(3, 46):
        c.strip(side * 4.3, side * 10.5, z, z + 0.05, shade(PAVING, 0.9))
    c.strip(side * 4.0, side * 4.32, 0.4, 140, KERB)


def carriageway(c: Canvas) -> None:
    c.strip(-4.0, 4.0, 0.4, 160, ASPHALT)
    patches(c)
    for z in range(2, 90, 6):
        c.strip(-0.08, 0.08, z, z + 3, LINE)
    for side in (-1, 1):
        c.strip(side * 3.7, side * 3.82, 0.4, 140, LINE)


def patches(c: Canvas) -> None:
    """Uneven asphalt: lighter and darker spots, fine cracks."""
    for _ in range(26):
        z = c.random.uniform(2.4, 22)
        tone = (255, 255, 255, 9) if c.random.random() < 0.5 else (0, 0, 0, 14)
        c.blob(
            c.random.uniform(-3.8, 3.8),
            z,
            c.random.uniform(0.3, 1.4),
            c.random.uniform(0.3, 1.2),
            tone,
            0.3,
        )


def pavement(c: Canvas, wall: Colour = (214, 206, 194)) -> None:
    """A wall across the view with tiles in front of it: for what happens in front of a house."""
    sky(c)
    c.shape([(-14, 0, 8), (14, 0, 8), (14, 9, 8), (-14, 9, 8)], wall)
    for course in range(22):
        y = course * 0.4
        c.shape([(-14, y, 8), (14, y, 8), (14, y + 0.03, 8), (-14, y + 0.03, 8)], shade(wall, 0.95))
    c.shape([(-14, 0, 8), (14, 0, 8), (14, 0.5, 8), (-14, 0.5, 8)], shade(wall, 0.7))
    c.rectangle(0, c.at(0, 0, 8)[1], WIDTH, HEIGHT, c.lit(PAVING))
    tiles(c)


def tiles(c: Canvas) -> None:
    for step in range(40):
        z = 2.0 + step * 0.15 * (1 + step / 20)
        c.strip(-14, 14, z, z + 0.015 * z, shade(PAVING, 0.9))
    for x in range(-28, 29):
        c.ground(
            [(x / 2, 1.6), (x / 2 + 0.025, 1.6), (x / 2 + 0.025, 8), (x / 2, 8)], shade(PAVING, 0.9)
        )
    c.strip(-14, 14, 5.2, 5.7, (206, 176, 84))
    for x in range(-56, 57):
        c.strip(x / 4, x / 4 + 0.12, 5.3, 5.6, (186, 156, 70))


def shop(c: Canvas, x: float, tone: Colour) -> None:
    """A shop front on the wall of ``pavement``."""
    z = 7.95
    c.shape([(x, 0, z), (x + 4.4, 0, z), (x + 4.4, 2.9, z), (x, 2.9, z)], (92, 100, 104))
    for pane in (0.15, 1.6, 3.05):
        c.shape(
            [
                (x + pane, 0.3, z),
                (x + pane + 1.25, 0.3, z),
                (x + pane + 1.25, 2.7, z),
                (x + pane, 2.7, z),
            ],
            (150, 176, 186),
        )
    c.shape([(x - 0.1, 2.9, z), (x + 4.5, 2.9, z), (x + 4.5, 4.0, z), (x - 0.1, 4.0, z)], tone)
    for mark in range(4):
        left = x + 0.7 + mark * 0.8
        c.shape(
            [(left, 3.2, z), (left + 0.5, 3.2, z), (left + 0.5, 3.7, z), (left, 3.7, z)],
            (250, 244, 226),
        )


def green(c: Canvas) -> None:
    """A lawn with trees and a path."""
    sky(c)
    skyline(c)
    c.rectangle(0, c.horizon, WIDTH, HEIGHT, c.lit(GRASS))
    for _ in range(160):
        z = c.random.uniform(2.6, 30)
        c.blob(
            c.random.uniform(-z * 0.7, z * 0.7),
            z,
            0.3,
            0.2,
            shade(GRASS, c.random.uniform(0.9, 1.08)),
            0.3,
        )
    c.ground([(-3.4, 0.8), (-1.2, 0.8), (4.6, 40), (3.4, 40)], PAVING)
    for z in (40, 33, 27, 22, 17):
        tree(c, c.random.uniform(-z * 0.5, z * 0.5) - 2, z, c.random.uniform(5, 8))


def bank(c: Canvas) -> None:
    """A river between stone banks."""
    sky(c)
    skyline(c)
    c.rectangle(0, c.horizon, WIDTH, HEIGHT, c.lit(GRASS, 12))
    for row in (46, 38, 31, 25):
        for side in (-1, 1):
            tree(c, side * 13, row, c.random.uniform(5, 8))
    c.ground([(-9, 0.5), (9, 0.5), (9, 120), (-9, 120)], (150, 150, 144))
    c.ground([(-8, 0.5), (8, 0.5), (8, 120), (-8, 120)], (110, 146, 158))
    for _ in range(70):
        z = c.random.uniform(3, 40)
        x = c.random.uniform(-7.5, 7.5)
        c.strip(x, x + c.random.uniform(0.6, 2.6), z, z + 0.06 * z / 4, (255, 255, 255, 30))
    for far in range(30, 3, -2):
        c.post(8.6, far, 1.1, 0.1, METAL)
    c.shape([(8.6, 1.05, 2.2), (8.6, 1.05, 60), (8.6, 1.14, 60), (8.6, 1.14, 2.2)], METAL)


def site(c: Canvas) -> None:
    """A building site behind a hoarding, bare soil in front."""
    sky(c)
    skyline(c)
    c.rectangle(0, c.horizon, WIDTH, HEIGHT, c.lit((176, 154, 122)))
    c.box((-13, -4), (0, 17), (34, 46), (176, 176, 170))
    for level in range(6):
        c.shape(
            [
                (-13, level * 2.9 + 0.6, 33.9),
                (-4, level * 2.9 + 0.6, 33.9),
                (-4, level * 2.9 + 2.4, 33.9),
                (-13, level * 2.9 + 2.4, 33.9),
            ],
            (96, 100, 102),
        )
    crane(c, 9.0, 40)
    for _ in range(40):
        c.blob(
            c.random.uniform(-8, 8), c.random.uniform(2.6, 18), 0.5, 0.3, (140, 118, 88, 60), 0.4
        )


def crane(c: Canvas, x: float, z: float) -> None:
    yellow = (222, 178, 60)
    c.post(x, z, 20, 0.7, yellow)
    c.shape([(x - 14, 20, z), (x + 6, 20, z), (x + 6, 20.7, z), (x - 14, 20.7, z)], yellow)
    c.line([c.at(x, 23, z), c.at(x - 12, 20.7, z)], c.lit(yellow, z), 2)
    c.line([c.at(x, 23, z), c.at(x + 5, 20.7, z)], c.lit(yellow, z), 2)
    c.line([c.at(x - 10, 20, z), c.at(x - 10, 12, z)], c.lit((60, 60, 60), z), 1.5)


def hoarding(c: Canvas, z: float, *, gap: bool) -> None:
    """A blue site fence across the view."""
    for step in range(-12, 12):
        if gap and step in (1, 2):
            continue
        x = step * 1.0
        c.shape(
            [(x, 0, z), (x + 0.97, 0, z), (x + 0.97, 2.1, z), (x, 2.1, z)],
            (64, 118, 160) if step % 4 else (226, 230, 230),
        )
