"""Histories of other systems: a table of facts for each origin, which is only ever replaced as a whole.

What holds for all rows of an origin is told in the transaction that puts them in: whose content they are, in which zone
its days are counted and until when it is known.  So rows and what is told of them cannot part.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from deltalake.exceptions import CommitFailedError

from chengyun.lake import tables
from chengyun.lake.facts import KEPT, LAYOUT, place_of


class Busy(Exception):
    """Somebody else is putting in the same origin."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """One history as it stands in the lake.

    ``content`` is the hash of what it was made of, ``zone`` the IANA name of the zone it lived in, ``as_of`` the moment
    up to which it is known, aware; ``file`` and ``cases`` say what was read.
    """

    name: str
    content: str
    zone: str
    as_of: datetime
    file: str
    cases: int


def known(folder: Path, name: str) -> Origin | None:
    """What is told of an origin; None when nothing was put in."""
    table = tables.opened(place_of(folder, name))
    if table is None or not tables.position(table):
        return None
    told = tables.told_with(table)
    return Origin(
        name=name, content=told["content"], zone=told["zone"], file=told["file"],
        as_of=datetime.fromisoformat(told["as_of"]), cases=int(told["cases"]),
    )  # fmt: skip


def names(folder: Path) -> list[str]:
    """The origins that were put in."""
    home = place_of(folder, "any").parent
    found = sorted(path.name for path in home.iterdir()) if home.is_dir() else []
    return [name for name in found if known(folder, name)]


def put(folder: Path, origin: Origin, rows: pa.Table) -> None:
    """Put the facts of an origin in the place of those it had; all or nothing, durable when this returns.

    Raises
    ------
    Busy
        Another process put in the same origin meanwhile; nothing changed.
    """
    place = place_of(folder, origin.name)
    if not place.parent.is_dir():
        place.parent.mkdir(parents=True)
        tables.sync(place.parent.parent)
    told = {key: str(value) for key, value in asdict(origin).items()}
    try:
        tables.replace(place, LAYOUT, rows, told=told)
    except CommitFailedError as error:
        raise Busy(origin.name) from error
    tables.tidy(place, KEPT)
