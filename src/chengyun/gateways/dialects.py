"""In what each device departs from its protocol: learned from three frames in a row that agree, for that device alone.

Until then, and after a person took it back, its frames are held against the protocol as it is written.
"""

from __future__ import annotations

from datetime import datetime

from chengyun.city.sensing.dialects import known_dialects
from chengyun.city.sensing.services.dialects import NewDialect, learn
from chengyun.gateways.talk import Departs
from chengyun.kernel import clock

ENOUGH = 3
"""Frames that have to agree."""
LONGEST_NAME = 40
MOST_LISTENED = 1000
"""Devices that are listened to at once; beyond that it begins anew for all."""

Frames = list[tuple[datetime, bytes]]


class Dialects:
    """One for all doors: the event loop asks it, the pipeline's thread lets it ``follow`` what is written down."""

    def __init__(self) -> None:
        self.known = known_dialects()
        self.agreed: dict[tuple[str, str], dict[str, Frames]] = {}
        self.fresh: list[NewDialect] = []

    def speaks(self, door: str, departs: Departs, frame: bytes) -> bool:
        """Whether a frame may be read as its device departs; a frame that is the third to agree teaches it."""
        name = departs.device
        if len(name) > LONGEST_NAME or not name.isprintable():
            return False
        for quirk in departs.quirks:
            if (door, name, quirk) not in self.known:
                self._count(door, name, quirk, frame)
        return all(self.known.get((door, name, quirk), False) for quirk in departs.quirks)

    def plain(self, door: str, name: str) -> None:
        """A frame of a device is as the protocol is written: what seemed to be a habit was none."""
        if self.agreed:
            self.agreed.pop((door, name), None)

    def seen(self, door: str, departs: Departs) -> int:
        """How many frames in a row agreed so far."""
        mine = self.agreed.get((door, departs.device), {})
        return max((len(mine.get(quirk, ())) for quirk in departs.quirks), default=0)

    def _count(self, door: str, name: str, quirk: str, frame: bytes) -> None:
        if (door, name) not in self.agreed and len(self.agreed) >= MOST_LISTENED:
            self.agreed.clear()
        frames = self.agreed.setdefault((door, name), {}).setdefault(quirk, [])
        frames.append((clock.now(), frame))
        if len(frames) >= ENOUGH:
            del self.agreed[door, name][quirk]
            self.known[door, name, quirk] = True
            self.fresh.append(NewDialect(door=door, name=name, quirk=quirk, frames=tuple(frames)))

    def follow(self) -> None:
        """Write down what was learned, and hear what people took back or allow again."""
        fresh = list(self.fresh)
        learn(fresh)
        del self.fresh[: len(fresh)]
        known = known_dialects()
        self.known = known | {(new.door, new.name, new.quirk): True for new in self.fresh}
