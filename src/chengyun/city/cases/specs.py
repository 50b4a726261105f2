"""What may be declared about cases: their types and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chengyun.kernel.specs import Field


@dataclass(frozen=True, kw_only=True)
class CaseType:
    """A kind of case: its workflow and the fields beyond those every case has.

    ``classified``: filed under a class of the catalogue, whose filing condition gives the limit; otherwise a case of
    this type is opened with its own day of clearance.
    ``may`` is the permission to open one; ``source`` the only one it comes from, "" where it comes from any.
    """

    key: str
    label: str
    workflow: str
    classified: bool
    fields: tuple[Field, ...] = ()
    may: str = "case.report"
    source: str = ""
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where reports come from; compulsory on every case.

    ``reply``: how long whoever sent it waits for a reply, (5, "work_day"), until the city says otherwise; None where
    nobody waits. ``origin``: "own" where the city's own eyes find it before anybody complains, "complaint" where
    somebody did; "" where it was handed down.
    """

    key: str
    label: str
    icon: str
    order: int = 0
    reply: tuple[int, str] | None = None
    origin: Literal["own", "complaint", ""] = ""
