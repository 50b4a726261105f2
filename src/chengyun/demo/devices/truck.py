"""A truck with building waste that leaves its route, and says where it is over JT/T 808.

It is to go along 湖南路, 柳园路 and 东昌路; at 柳园路 it turns south instead of north and comes back by 光岳路.
The corners are those of the demo city, WGS 84.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from chengyun.demo.devices import jt808
from chengyun.demo.devices.jt808 import Position, Registration, Terminal, item
from chengyun.demo.devices.link import WAIT, Link

Corner = tuple[float, float]
GONE: tuple[Corner, ...] = (
    (115.944533, 36.439400),  # 湖南路, in the west
    (115.958984, 36.439481),
    (115.984954, 36.441093),  # 柳园路: here it ought to turn north
    (115.985549, 36.433901),  # 振兴路
    (115.997216, 36.434280),  # 光岳路
    (115.995852, 36.458234),  # 东昌路, its route again
    (116.006153, 36.458488),
    (116.005858, 36.476028),  # 花园路, in the north
)
ROUTE: tuple[Corner, ...] = (
    GONE[0],
    GONE[2],
    (115.984291, 36.458503),  # 东昌路
    GONE[6],
    GONE[7],
)
"""Where it ought to go, along the roads from one to the next."""
MARGIN = 60.0
"""Metres it may be beside them."""
WHO = Registration(
    province=37,
    city=1500,
    maker="CYDEM",
    model="SIM-1",
    terminal="0000001",
    colour=2,
    plate="鲁P00001",
)
PHONE, IMEI = "13800138000", "860000000000001"
METRES_PER_DEGREE = 111_000.0
SILENT = (0.60, 0.66)
"""The part of its way without a network; what it measured there is sent later, in one message."""
MOST = 20
"""Positions in one message at most."""
BEATS = 15
"""A heartbeat after so many positions."""
HOUR = timedelta(hours=1)


def speak(
    host: str, port: int, moments: Iterable[tuple[datetime, float]], *, wait: float = WAIT
) -> int:
    """Register, identify, and tell the way; how many messages were taken after that. Raises Unanswered."""
    truck, told = Truck(), 0
    with Link(host, port, greet=truck.enter, wait=wait) as link:
        for number, serial, frame in truck.messages(moments):
            link.ask(frame, partial(_taken, number, serial))
            told += 1
    return told


@dataclass
class Truck:
    """Its terminal, and the serial of the last message it began."""

    terminal: Terminal = field(default_factory=lambda: Terminal(phone=PHONE))
    serial: int = 0

    def enter(self, link: Link) -> None:
        """Registered, then identified by the code that was given for it."""
        serial = self._next()
        code = link.exchange(self.terminal.register(WHO, serial), partial(_code, serial))
        serial = self._next()
        link.exchange(
            self.terminal.identify(code, serial, imei=IMEI, software=WHO.model),
            partial(_taken, jt808.IDENTIFY, serial),
        )

    def messages(
        self, moments: Iterable[tuple[datetime, float]]
    ) -> Iterator[tuple[int, int, bytes]]:
        """Each message after its number and serial: positions, heartbeats, and what was kept while it was silent."""
        kept: list[Position] = []
        for n, (share, position) in enumerate(_positions(moments)):
            kept.append(position)
            if SILENT[0] <= share < SILENT[1]:
                continue
            for begin in range(0, len(kept), MOST):
                yield self._places(kept[begin : begin + MOST])
            kept = []
            if n % BEATS == 0:
                serial = self._next()
                yield jt808.HEARTBEAT, serial, self.terminal.heartbeat(serial)

    def _places(self, places: list[Position]) -> tuple[int, int, bytes]:
        serial = self._next()
        if len(places) == 1:
            return jt808.POSITION, serial, self.terminal.position(places[0], serial)
        return jt808.BATCH, serial, self.terminal.batch(places, serial)

    def _next(self) -> int:
        self.serial = self.serial % 0xFFFF + 1
        return self.serial


def _code(serial: int, came: bytes) -> str | None:
    found = jt808.registered(came, serial)
    return found[1] if found is not None and found[0] == 0 else None


def _taken(number: int, serial: int, came: bytes) -> bool | None:
    """None also for an answer that says it was not taken: the message has to be sent again."""
    return jt808.answered(came, number, serial) == 0 or None


def _positions(
    moments: Iterable[tuple[datetime, float]],
) -> Iterator[tuple[float, Position]]:
    """Where it is at each moment; its speed is that since the moment before."""
    before: tuple[datetime, float] | None = None
    for at, share in moments:
        lon, lat, direction, gone = where(share)
        kmh = (gone - before[1]) / 1000 / ((at - before[0]) / HOUR) if before else 0.0
        before = at, gone
        speed = round(kmh * 10)
        items = (
            item(jt808.MILEAGE, round(gone / 100)),
            item(jt808.SPEED, speed),
            item(jt808.SIGNAL, 24),
            item(jt808.SATELLITES, 11),
        )
        yield (
            share,
            Position(
                at=at,
                latitude=lat,
                longitude=lon,
                altitude=32,
                speed=speed,
                direction=direction,
                items=items,
            ),
        )


def where(share: float) -> tuple[float, float, int, float]:
    """Longitude, latitude, degrees from north, and the metres gone after a ``share`` (0 to 1) of the way."""
    legs = [(begin, end, math.hypot(*_metres(begin, end))) for begin, end in pairwise(GONE)]
    gone = left = share * sum(length for _, _, length in legs)
    leg = 0
    while left > legs[leg][2] and leg < len(legs) - 1:
        left -= legs[leg][2]
        leg += 1
    begin, end, length = legs[leg]
    done = min(1.0, left / length)
    lon, lat = (a + (b - a) * done for a, b in zip(begin, end, strict=True))
    east, north = _metres(begin, end)
    return lon, lat, round(math.degrees(math.atan2(east, north))) % 360, gone


def _metres(begin: Corner, end: Corner) -> tuple[float, float]:
    """How far east and north one corner lies from another."""
    east = (end[0] - begin[0]) * math.cos(math.radians(begin[1]))
    return east * METRES_PER_DEGREE, (end[1] - begin[1]) * METRES_PER_DEGREE
