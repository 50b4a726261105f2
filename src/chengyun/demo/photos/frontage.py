"""Scenes in front of houses: bins, stalls, goods, bills, sheds, bicycles, a public toilet."""

from chengyun.demo.photos.canvas import Canvas, shade
from chengyun.demo.photos.street import PAVING, pavement, shop
from chengyun.demo.photos.things import (
    METAL,
    RED,
    WHITE,
    bag,
    bicycle,
    bin_pair,
    person,
    scrap,
    shadow,
)


def bins_full(c: Canvas, fixed: bool) -> None:
    pavement(c)
    shop(c, -6.0, (70, 122, 84))
    shop(c, 1.2, (176, 56, 50))
    if not fixed:
        for place in ((-1.5, 5.0), (1.5, 4.9), (1.9, 4.5)):
            bag(c, *place, size=0.5)
    bin_pair(c, -0.75, 4.6, full=not fixed)
    if not fixed:
        bag(c, -0.2, 4.2, 0.46)
        bag(c, 0.6, 4.1, 0.36)
        for _ in range(22):
            scrap(c, c.random.gauss(0.1, 1.0), c.random.uniform(3.3, 4.4))


def vendor(c: Canvas, fixed: bool) -> None:
    pavement(c)
    shop(c, -5.6, (44, 104, 132))
    shop(c, 0.6, (206, 160, 60))
    if fixed:
        person(c, 2.6, 6.8)
        return
    person(c, 0.2, 6.2)
    stall(c, -1.6, 5.0, 2.4)
    parasol(c, -0.4, 5.3)
    stall(c, 1.5, 4.6, 1.5)
    person(c, -2.3, 4.7)


def stall(c: Canvas, x: float, z: float, wide: float) -> None:
    """A table with fruit."""
    shadow(c, x + wide / 2, z + 0.4, wide * 0.6, 0.4)
    for leg in (x + 0.05, x + wide - 0.05):
        c.post(leg, z, 0.75, 0.06, METAL)
    c.box((x, x + wide), (0.72, 0.82), (z, z + 0.8), (150, 112, 74))
    tones = ((214, 70, 50), (240, 168, 48), (120, 168, 64), (226, 206, 80))
    boxes = int(wide / 0.5)
    for number in range(boxes):
        tone = tones[number % len(tones)]
        for _ in range(14):
            dx, dz = c.random.uniform(0.06, 0.44), c.random.uniform(0.06, 0.7)
            px, py = c.at(x + number * 0.5 + dx, 0.88, z + dz)
            r = 0.06 * c.focus / z
            c.oval(px, py, r, r, c.lit(shade(tone, c.random.uniform(0.88, 1.1)), z))


def parasol(c: Canvas, x: float, z: float) -> None:
    c.post(x, z, 2.3, 0.06, METAL)
    for step in range(6):
        a, b = -1.5 + step * 0.5, -1.0 + step * 0.5
        tone = (206, 62, 56) if step % 2 else (240, 236, 224)
        c.shape([(x + a, 1.95, z), (x + b, 1.95, z), (x, 2.6, z)], tone)


def shop_out(c: Canvas, fixed: bool) -> None:
    pavement(c)
    shop(c, -5.2, (206, 160, 60))
    shop(c, -0.4, (176, 56, 50))
    person(c, 3.4, 6.9)
    if fixed:
        return
    for number in range(5):
        left = -3.4 + number * 1.05
        c.box(
            (left, left + 0.8),
            (0, 0.75),
            (5.6, 6.2),
            c.random.choice(((196, 164, 120), (70, 120, 160), (210, 90, 70))),
        )
        c.box((left + 0.05, left + 0.7), (0.75, 1.2), (5.7, 6.1), (214, 196, 160))
    c.post(2.2, 5.4, 1.3, 0.8, RED)
    c.post(2.2, 5.39, 1.15, 0.6, (250, 236, 190), base=0.5)


def toilet(c: Canvas, fixed: bool) -> None:
    """Inside a public toilet: tiles, a washstand, a door off its hinge and water on the floor."""
    wall = (226, 232, 232)
    c.rectangle(0, 0, 1024, 768, c.lit(wall))
    for step in range(22):
        c.line([(0, step * 24), (1024, step * 24)], (196, 206, 208), 1)
        c.line([(step * 48, 0), (step * 48, 520)], (196, 206, 208), 1)
    c.polygon([(0, 520), (1024, 520), (1024, 768), (0, 768)], c.lit((176, 182, 184)))
    for step in range(7):
        c.line([(0, 530 + step * step * 5), (1024, 530 + step * step * 5)], (150, 156, 160), 1.4)
    for number in range(3):
        left = 70 + number * 170
        c.rectangle(left - 12, 110, left + 152, 560, c.lit((150, 162, 168)))
        stall_door(c, left, fixed or number != 1)
    washstand(c, fixed)


def stall_door(c: Canvas, left: float, whole: bool) -> None:
    if whole:
        c.rectangle(left, 120, left + 140, 545, c.lit((92, 134, 150)))
        c.oval(left + 122, 330, 7, 7, (226, 226, 220))
        return
    c.rectangle(left, 120, left + 140, 545, (44, 50, 54))
    c.polygon(
        [(left + 26, 150), (left + 168, 190), (left + 128, 600), (left - 14, 556)],
        c.lit((92, 134, 150)),
    )
    c.polygon(
        [(left - 40, 600), (left + 210, 600), (left + 260, 650), (left - 90, 650)],
        (140, 170, 186, 150),
    )


def washstand(c: Canvas, fixed: bool) -> None:
    c.rectangle(640, 120, 950, 330, c.lit((178, 200, 210)))
    c.line([(650, 320), (780, 130)], (255, 255, 255, 90), 8)
    c.rectangle(610, 410, 980, 450, c.lit((240, 240, 238)))
    c.oval(795, 430, 90, 15, c.lit((200, 206, 208)))
    c.rectangle(785, 360, 803, 412, c.lit((150, 158, 162)))
    c.rectangle(620, 450, 970, 540, c.lit((206, 210, 210)))
    if not fixed:
        c.rectangle(789, 380, 799, 430, (140, 176, 196, 170))
        c.oval(800, 660, 190, 44, (130, 164, 182, 150))
        for _ in range(24):
            c.oval(c.random.uniform(560, 1000), c.random.uniform(590, 740), 9, 5, (96, 88, 78, 120))


def adverts(c: Canvas, fixed: bool) -> None:
    pavement(c, wall=(220, 212, 198))
    papers = 22
    for _ in range(papers):
        x, y = c.random.uniform(-4.2, 4.0), c.random.uniform(0.7, 2.5)
        wide, tall = c.random.uniform(0.25, 0.5), c.random.uniform(0.3, 0.55)
        if fixed:
            c.shape(
                [(x, y, 7.9), (x + wide, y, 7.9), (x + wide, y + tall, 7.9), (x, y + tall, 7.9)],
                (228, 222, 210, 150),
            )
        else:
            paper(c, x, y, wide, tall)


def paper(c: Canvas, x: float, y: float, wide: float, tall: float) -> None:
    tone = c.random.choice(((244, 240, 228), (240, 214, 90), (236, 120, 110), (160, 206, 226)))
    lean = c.random.uniform(-0.05, 0.05)
    c.shape(
        [
            (x, y, 7.9),
            (x + wide, y + lean, 7.9),
            (x + wide - lean, y + tall, 7.9),
            (x - lean, y + tall, 7.9),
        ],
        tone,
    )
    for row in range(4):
        low = y + tall * (0.18 + row * 0.19)
        c.shape(
            [
                (x + 0.05, low, 7.9),
                (x + wide * 0.86, low, 7.9),
                (x + wide * 0.86, low + 0.035, 7.9),
                (x + 0.05, low + 0.035, 7.9),
            ],
            (90, 80, 90),
        )


def illegal_shed(c: Canvas, fixed: bool) -> None:
    pavement(c)
    for left in (-6.4, -2.0, 2.4):
        c.shape(
            [
                (left, 1.2, 7.95),
                (left + 1.6, 1.2, 7.95),
                (left + 1.6, 3.0, 7.95),
                (left, 3.0, 7.95),
            ],
            (132, 156, 168),
        )
    if fixed:
        c.strip(-2.4, 2.4, 5.4, 7.6, shade(PAVING, 0.94))
        return
    shadow(c, 0, 6.0, 3.2, 0.8)
    c.box((-2.4, 2.4), (0, 2.3), (5.8, 7.9), (88, 132, 168))
    for step in range(24):
        x = -2.4 + step * 0.2
        c.shape(
            [(x, 0, 5.79), (x + 0.05, 0, 5.79), (x + 0.05, 2.3, 5.79), (x, 2.3, 5.79)],
            (70, 112, 148),
        )
    c.shape([(-2.8, 2.3, 5.5), (2.8, 2.3, 5.5), (2.6, 2.65, 7.9), (-2.6, 2.65, 7.9)], (150, 84, 70))
    c.post(0.6, 5.78, 1.95, 0.9, (120, 110, 96))
    for number in range(5):
        c.box((-2.2 + number * 0.34, -1.9 + number * 0.34), (0, 0.3), (5.1, 5.4), (170, 130, 96))


def bicycles(c: Canvas, fixed: bool) -> None:
    pavement(c)
    shop(c, -5.0, (112, 84, 128))
    shop(c, 0.8, (70, 122, 84))
    tones = ((58, 130, 190), (226, 160, 40), (88, 160, 96), (190, 70, 60))
    if fixed:
        c.strip(-3.6, 3.6, 6.2, 6.26, WHITE)
        for number in range(7):
            bicycle(c, -3.0 + number * 1.0, 7.0, tones[number % 2])
        return
    for _ in range(12):
        z = c.random.uniform(4.0, 6.6)
        bicycle(
            c,
            c.random.uniform(-2.6, 2.6),
            z,
            c.random.choice(tones),
            fallen=c.random.random() < 0.45,
        )
