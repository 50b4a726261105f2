"""What is planned to happen in the demo city. Everything is an invented fact; no Django."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chengyun.demo.spots import Spot


@dataclass(frozen=True, kw_only=True)
class Event:
    """One act on a case: at that moment somebody takes ``verb``; ``text`` goes into its main words.

    ``unit`` is whom a dispatch names, ``found`` what a verification says, ``facts`` whatever else a verb needs.
    """

    at: datetime
    verb: str
    text: str = ""
    unit: str = ""
    found: bool = True
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlannedCamera:
    code: str
    name: str
    spot: Spot


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Who saw a case first: a camera by its position in the list, -1 a drone; ``ahead`` of the person who confirmed."""

    camera: int
    kind: str
    confidence: float
    ahead: timedelta


@dataclass(frozen=True, kw_only=True)
class PlannedSighting:
    """What an algorithm saw that became no case. ``there``: the picture shows it; ``reason`` "" waits."""

    camera: int
    kind: str
    photo: str
    variant: int
    there: bool
    confidence: float
    at: datetime
    judged_at: datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class PlannedCase:
    """A report and what becomes of it. ``asset`` is a position in the list of planned assets, or -1.

    ``simple``: the inspector handled it on the spot. ``on_walk``: a leader found it on a walk. ``watch``: an algorithm
    saw it first.
    """

    topic: str
    spot: Spot
    district: str
    source: str
    text: str
    reporter_name: str
    reporter_phone: str
    inspector: int
    asset: int
    photo: int
    reported_at: datetime
    events: tuple[Event, ...]
    simple: bool = False
    watch: Watch | None = None
    on_walk: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedAsset:
    type: str
    spot: Spot
    state: str
    owner: str
    keeper: str
    name: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PlannedFinding:
    """A finding of the weekly rounds and how its unit clears it."""

    field: str
    unit: str
    photo: str
    text: str
    spot: Spot
    found_at: datetime
    due: date
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedWalk:
    """A leader's walk: from when to when, and when past which spots."""

    begins: datetime
    ends: datetime
    stops: tuple[tuple[datetime, Spot], ...]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """All that happens up to ``now``, each list in order of time."""

    now: datetime
    assets: tuple[PlannedAsset, ...]
    cases: tuple[PlannedCase, ...]
    findings: tuple[PlannedFinding, ...]
    cameras: tuple[PlannedCamera, ...]
    sightings: tuple[PlannedSighting, ...]
    walk: PlannedWalk | None
