"""What may be declared about messages: which events are told to whom, and by which ways. No Django."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chengyun.kernel.specs import Misdeclared

INBOX = "inbox"
"""The way that is always there: the person's own page of messages."""
ADDRESSED = ("mailto:", "tel:")


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is told: a person in the role for which they are, or an address outside (``mailto:…``, ``tel:…``)."""

    person: int = 0
    role: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        if bool(self.person) == bool(self.address):
            raise Misdeclared("a recipient is a person or an address")
        if self.address and not self.address.startswith(ADDRESSED):
            raise Misdeclared(f"{self.address.partition(':')[0]} is no kind of address")

    @property
    def to(self) -> str:
        """The recipient as one text: the same is told the same once."""
        return f"person {self.person}" if self.person else self.address


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One kind of message: the events it tells of, to whom, and in which words.

    ``to`` and ``facts`` take the audit row; ``title`` and ``text`` are filled with the facts, of which ``link`` and
    ``code`` also lead to the page. ``channels`` is what holds until the city decides otherwise for a role. Who acted
    is not told of it. A ``compulsory`` one cannot be muted, an ``urgent`` one does not wait for the morning, a
    ``private`` one is for its recipients alone: nobody chooses about it and no program elsewhere is told.
    """

    key: str
    label: str
    group: str
    on: tuple[str, ...]
    to: Callable[[Any], Iterable[Recipient]]
    facts: Callable[[Any], Mapping[str, str]]
    title: str
    text: str = ""
    channels: tuple[str, ...] = (INBOX,)
    urgent: bool = False
    compulsory: bool = False
    private: bool = False
    order: int = 0

    def __post_init__(self) -> None:
        if not self.on or not self.title:
            raise Misdeclared(f"Notice {self.key}: an event and a title are needed")


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What a channel is given to carry. ``id`` stays the same however often it is tried; ``secret`` signs it."""

    id: str
    address: str
    kind: str
    title: str
    text: str
    link: str
    code: str
    area: str
    at: datetime
    secret: str = ""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A way out of the house.

    ``field`` names the attribute of a person that is the address here, ``scheme`` the addresses outside it serves.
    ``connected`` says whether this installation has it. ``send`` gives the number the carrier knows the message by;
    it raises ``Refused`` for what will never arrive and anything else for what may arrive later.
    """

    key: str
    label: str
    field: str
    scheme: str
    lacking: str
    connected: Callable[[], bool]
    send: Callable[[Envelope], str]
    digests: bool = False
    order: int = 0


class Refused(Exception):
    """The other side will not take it, now or later."""
