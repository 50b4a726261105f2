"""Who speaks at the doors, how often, and what could not be read: gathered in memory, written every few seconds."""

from __future__ import annotations

from chengyun.city.sensing.services.links import LONGEST, Count, NewUnread, Speaker
from chengyun.gateways.faults import Fault
from chengyun.kernel import clock

MOST_SPEAKERS, MOST_UNREAD = 50_000, 500
"""What is remembered between two writings; beyond that nothing new is."""


class Ledger:
    """One for all doors, used by the event loop alone; ``take`` by whoever writes it down."""

    def __init__(self) -> None:
        self.counts: dict[Speaker, Count] = {}
        self.unread: list[NewUnread] = []

    def heard(self, door: str, name: str) -> None:
        """A frame that could be read."""
        count = self._of((door, name))
        if count is not None:
            count.frames += 1

    def fault(self, door: str, name: str, fault: Fault, frame: bytes) -> None:
        """A frame that could not."""
        count = self._of((door, name))
        if count is None:
            return
        count.faults += 1
        if len(self.unread) < MOST_UNREAD:
            now = clock.now()
            self.unread.append(
                NewUnread(
                    speaker=(door, name),
                    at=now,
                    sentence=_shown(fault.sentence),
                    frame=frame[:LONGEST],
                )
            )

    def take(self) -> tuple[dict[Speaker, Count], list[NewUnread]]:
        """What was gathered since the last time."""
        counts, self.counts = self.counts, {}
        unread, self.unread = self.unread, []
        return counts, unread

    def _of(self, speaker: Speaker) -> Count | None:
        count = self.counts.get(speaker)
        if count is None:
            if len(self.counts) >= MOST_SPEAKERS:
                return None
            count = self.counts[speaker] = Count(heard_at=clock.now())
        count.heard_at = clock.now()
        return count


def _shown(text: str) -> str:
    """Without what no database takes."""
    return "".join(each for each in text if each.isprintable())
