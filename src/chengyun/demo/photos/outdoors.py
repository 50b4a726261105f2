"""Scenes on greens, at the water and on building sites."""

from chengyun.demo.photos.canvas import Canvas, shade
from chengyun.demo.photos.street import GRASS, KERB, PAVING, bank, green, hoarding, site
from chengyun.demo.photos.things import bag, mound, person, scrap, tree


def litter(c: Canvas, fixed: bool) -> None:
    green(c)
    c.strip(-5, 5, 2.2, 5.0, PAVING)
    c.strip(-5, 5, 5.0, 5.14, KERB)
    if fixed:
        person(c, 1.9, 7.6, vest=True)
        return
    for _ in range(46):
        scrap(c, c.random.gauss(0.2, 1.1), c.random.uniform(3.2, 5.6))
    for place in ((-0.9, 5.2), (0.1, 5.4), (0.9, 5.1), (-0.3, 4.7), (0.5, 4.6)):
        bag(c, *place, size=c.random.uniform(0.34, 0.52))


def dust(c: Canvas, fixed: bool) -> None:
    site(c)
    hoarding(c, 24, gap=not fixed)
    for x, z, high in ((-4.5, 16, 2.6), (3.8, 14, 2.0), (0.2, 20, 3.2)):
        tone = (84, 128, 88) if fixed else (150, 122, 88)
        mound(c, x, z, high, tone)
        if fixed:
            for line in range(7):
                c.line(
                    [
                        c.at(x - high * 1.6 + line * 0.5, 0, z),
                        c.at(x - high + line * 0.45, high * 0.55, z),
                    ],
                    (60, 100, 66, 150),
                    1,
                )
    if fixed:
        return
    for _ in range(60):
        px, py = c.at(c.random.uniform(-9, 9), c.random.uniform(0, 4.4), c.random.uniform(9, 20))
        c.oval(px, py, c.random.uniform(40, 130), c.random.uniform(24, 60), (206, 184, 150, 26))


def water_dirty(c: Canvas, fixed: bool) -> None:
    bank(c)
    if fixed:
        return
    for _ in range(90):
        z = c.random.uniform(3.4, 12)
        x = c.random.gauss(-1.0, 1.9)
        tone = c.random.choice(
            ((104, 128, 70), (86, 112, 62), (226, 226, 216), (180, 90, 70), (70, 110, 150))
        )
        c.blob(x, z, c.random.uniform(0.06, 0.26), c.random.uniform(0.05, 0.2), tone, 0.25)


def lawn_dirty(c: Canvas, fixed: bool) -> None:
    green(c)
    tree(c, 3.4, 11, 6.0)
    if fixed:
        return
    for _ in range(7):
        c.blob(
            c.random.uniform(-2.6, 2.0),
            c.random.uniform(3.6, 7.5),
            0.7,
            0.45,
            (168, 146, 104),
            0.35,
        )
    for _ in range(60):
        scrap(c, c.random.gauss(-0.4, 1.5), c.random.uniform(3.2, 7.5))
    c.ground([(-2.0, 4.4), (-0.4, 4.2), (-0.2, 4.9), (-1.8, 5.1)], shade(GRASS, 0.7))
