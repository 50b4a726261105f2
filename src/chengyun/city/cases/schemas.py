"""What the doors of cases read and answer, as the OpenAPI document shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

from chengyun.kernel.api import Moment, Part
from chengyun.kernel.texts import Storable
from chengyun.science.coordinates import Crs

Code = Annotated[str, StringConstraints(max_length=40), Storable]
Line = Annotated[str, StringConstraints(max_length=120), Storable]
Long = Annotated[str, StringConstraints(max_length=4000), Storable]
PhotoId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Report(Schema):
    """A new case. ``number`` is the sender's own 来件编号; the same number of a source is taken once."""

    source: Code
    description: Long
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    crs: Crs = "wgs84"
    type: Code = "standard"
    class_code: Code = Field("", alias="class")
    address: Line = ""
    asset: Code = ""
    reporter_name: Line = ""
    reporter_phone: Code = ""
    number: Code = ""
    photos: list[PhotoId] = Field([], max_length=9)
    answers: dict[Code, Line | bool | int] = Field({}, max_length=30)
    on_the_spot: bool = False
    after_photos: list[PhotoId] = Field([], max_length=9)
    voice: PhotoId | None = None
    seen_at: Moment | None = None
    accuracy: float | None = Field(None, ge=0, le=100_000)


class Acting(Schema):
    """A verb's facts; which are needed says the case's ``verbs``. ``version`` is what the caller saw."""

    version: int | None = Field(None, ge=0, le=2**31 - 1)
    reason: Long = ""
    note: Long = ""
    result: Long = ""
    photos: list[PhotoId] = Field([], max_length=9)
    unit: Code = ""
    inspector: Line = ""
    class_code: Code = Field("", alias="class")
    condition: int | None = Field(None, ge=1, le=2**63 - 1)
    verdict: Code = ""
    due: Code = ""
    until: Code = ""
    cause: Code = ""
    watch_level: Code = ""
    grade: Code = ""
    told: Line = ""
    reply: Long = ""
    into: Code = ""
    parts: Long = ""
    helpers: list[Code] = Field([], max_length=9)
    owner: Line = ""
    outsider: Line = ""
    task: Long = ""
    question: Long = ""
    answer: Long = ""


class Choice(Schema):
    value: str
    label: str


class Fact(Schema):
    """What a step wants to know, as a form draws it; ``choices`` are those of this very case."""

    key: str
    label: str
    kind: str
    required: bool
    choices: list[Choice]
    unit: str
    hint: str
    max_length: int
    minimum: float | None
    maximum: float | None


class Verb(Schema):
    verb: str
    label: str
    needs: list[str]
    asks: list[str]
    facts: list[Fact]
    primary: bool
    danger: bool


class Standing(Schema):
    """A mark that stands on a case."""

    key: str
    label: str


class CaseLine(Schema):
    code: str
    type: str
    source: str
    state: str
    state_label: str
    stage: int
    version: int
    class_code: str | None = Field(None, alias="class")
    class_name: str | None
    description: str
    address: str
    lon: float
    lat: float
    area: str
    grid: str
    unit: str | None
    unit_name: str | None
    reported_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    light: str
    late: bool
    exempt: bool
    marks: list[Standing]
    returns: int
    reworks: int


class Asked(Schema):
    """A request: what was asked, and how it stands."""

    kind: str
    kind_label: str
    round: int
    reason: str
    cause: str
    until: date | None
    asked_at: datetime
    due_at: datetime
    outcome: str
    approved: bool | None
    decided_at: datetime | None
    note: str


class Watched(Schema):
    """督办 that is on."""

    level: str
    level_label: str
    reason: str
    at: datetime
    due_at: datetime
    replied_at: datetime | None
    reply: str


class Shared(Schema):
    """A unit that helps."""

    unit: str
    unit_name: str
    state: str
    state_label: str
    note: str


class Linked(Schema):
    """Another case this one belongs together with, and how."""

    code: str
    how: str


class Answered(Schema):
    """An answer to a question of the class."""

    key: str
    label: str
    value: str


class CaseWhole(CaseLine):
    asset: str
    answers: list[Answered]
    verbs: Sequence[Verb]
    requests: list[Asked]
    supervision: Watched | None
    shares: list[Shared]
    links: list[Linked]


class Evidence(Schema):
    """A photo or a spoken note of a case; whoever may see the case may fetch it. ``doubts``: 早于派遣, 与上次相同."""

    url: str
    small: str
    role: str
    label: str
    stamp: str
    lon: float | None
    lat: float | None
    original_sha256: str
    doubts: list[str]


class CaseDetail(CaseWhole):
    evidence: list[Evidence]


class CaseList(Schema):
    items: list[CaseLine]
    next: str
    total: int
    exact: bool


class Wanted(Part):
    """The filters of the list."""

    state: list[Code] = Field([], max_length=20)
    class_code: Code = Field("", alias="class")
    area: Code = ""
    unit: Code = ""
    source: Code = ""
    type: Code = ""
    since: Moment | None = None
    until: Moment | None = None
    q: Line = ""
    late: bool = False
    soon: bool = False
    campaign: Code = ""
    ended: Literal["", "all", "in_time", "late"] = ""
    order: Code = "-reported_at"
    exact: bool = False
