"""What the pages show of 吹哨报到: the list, the light of each unit, the facts, the photos."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.urls import reverse

from chengyun.city.cases import whistles as reads
from chengyun.city.cases.models import Arrival, Whistle
from chengyun.city.cases.whistles import BLOW, HOW, Rates
from chengyun.city.people.models import User
from chengyun.city.people.queries import role_labels
from chengyun.kernel import clock, registry
from chengyun.kernel.files import attachments_of
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui import lights
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import told
from chengyun.science.coordinates import distance
from chengyun.systems.coordination import panels
from chengyun.systems.coordination.inquiry_pages import month_of
from chengyun.systems.coordination.pages import invented

TONES = {"called": "amber", "received": "accent", "arrived": "eco", "absent": "red"}
OUTCOMES = (
    ("in_time", "按时报到"),
    ("late", "晚到"),
    ("absent", "未到"),
    ("waited", "还没有到"),
)


def light_of(arrival: Arrival) -> Light:
    """How long the unit still has, or how it came."""
    if arrival.state == Arrival.State.ABSENT:
        return Light(state="missed", words="未到")
    if arrival.arrived_at:
        return lights.finished(arrival.arrived_at - arrival.due_at)
    now = clock.now()
    title = f"{told(arrival.due_at, now=now)} 前"
    whole = max(arrival.due_at - arrival.whistle.at, timedelta(minutes=1))
    return lights.running(arrival.due_at - now, whole, title=title)


def pressing(whistle: Whistle) -> Light | None:
    """The light of the unit that has the least time left; none once nobody is waited for."""
    waited = [arrival for arrival in whistle.arrivals.all() if arrival.waited_for]
    return light_of(min(waited, key=lambda arrival: arrival.due_at)) if waited else None


def come(whistle: Whistle) -> str:
    """Of how many units how many are there."""
    arrivals = list(whistle.arrivals.all())
    there = sum(arrival.state == Arrival.State.ARRIVED for arrival in arrivals)
    return f"{there} / {len(arrivals)}"


def caller_of(whistle: Whistle) -> str:
    return str(whistle.unit or whistle.by or "系统")


def badge_of(whistle: Whistle) -> dict[str, str]:
    return {
        "words": whistle.get_state_display(),
        "tone": "accent" if whistle.open else "eco",
    }


def _rows(user: Any, values: Values) -> QuerySet[Whistle]:
    rows = reads.whistles_for(user)
    if "state" in values:
        rows = rows.filter(state=values["state"])
    if "mine" in values:
        rows = rows.filter(pk__in=reads.waiting_for(user).values("whistle"))
    if {"unit", "how"} & set(values):
        arrivals = Arrival.objects.all()
        if "unit" in values:
            arrivals = arrivals.filter(unit__code=values["unit"])
        if "how" in values:
            arrivals = arrivals.filter(HOW[values["how"]])
        rows = rows.filter(pk__in=arrivals.values("whistle"))
    if "month" in values:
        first = month_of(values["month"])
        after = (first + timedelta(days=32)).replace(day=1)
        rows = rows.filter(at__gte=first, at__lt=after)
    return rows


def _units(user: Any) -> list[tuple[str, str]]:
    area = user.standing[0].area if user.standing else ""
    return [(unit.code, str(unit)) for unit in reads.units_to_call(area)]


WHISTLES = Listing(
    key="coordination:whistles",
    label="吹哨报到",
    may="case.view",
    columns=(
        Column(key="light", label="最近的报到", kind="light", value=pressing),
        Column(
            key="matter", label="事情", kind="strong", value=lambda row: (row.address, row.matter)
        ),
        Column(key="caller", label="吹哨", kind="short", value=caller_of),
        Column(key="come", label="报到 / 叫了", kind="short", value=come),
        Column(key="state", label="状态", kind="badge", value=badge_of),
        Column(key="at", label="时间", kind="time", value=lambda row: row.at),
    ),
    filters=(
        Filter(key="mine", label="只看等我单位的", kind="check"),
        Filter(key="state", label="状态", choices=lambda user: list(Whistle.State.choices)),
        Filter(key="unit", label="叫的单位", choices=_units),
        Filter(key="how", label="报到情况", choices=lambda user: list(OUTCOMES)),
        Filter(key="month", label="月份", kind="text"),
    ),
    rows=_rows,
    more=reads.with_callers,
    order=("-at", "-id"),
    links=Links(
        url=lambda row: reverse("coordination:whistle", args=(row.code,)), key=lambda row: row.code
    ),
    empty="没有这样的吹哨。",
    way="去掉全部条件",
)
registry.add(WHISTLES)


def mine(user: User, whistle: Whistle) -> list[Arrival]:
    """The units of this person that still have to come."""
    units = user.scope(reads.ANSWER).units
    return [a for a in whistle.arrivals.all() if a.waited_for and a.unit_id in units]


def calls(user: User, whistle: Whistle) -> bool:
    """Whether this person closes it."""
    if not whistle.open or not user.may(BLOW):
        return False
    own = whistle.by_id == user.pk or (whistle.unit_id and whistle.unit_id == user.unit_id)
    return bool(own) or user.scope(BLOW).covers(area=whistle.area)


def page_of(user: User, whistle: Whistle) -> dict[str, Any]:
    """What the page of one call shows."""
    return {
        "badge": badge_of(whistle),
        "arrivals": [
            (arrival, light_of(arrival), _badge(arrival), _away(whistle, arrival))
            for arrival in whistle.arrivals.all()
        ],
        "facts": _facts(whistle),
        "photos": photos_of(whistle),
        "events": panels.events_of(history_of(whistle, role_labels())),
        "map": {
            "lon": whistle.lon,
            "lat": whistle.lat,
            "zoom": 16,
            "rows": [("地点", whistle.address)],
            "note": invented(),
        },
    }


def _badge(arrival: Arrival) -> dict[str, str]:
    return {"words": arrival.get_state_display(), "tone": TONES[arrival.state]}


def _away(whistle: Whistle, arrival: Arrival) -> str:
    """How far from the spot the unit was when it said it is there."""
    if arrival.lon is None or arrival.lat is None:
        return ""
    metres = distance(whistle.lon, whistle.lat, arrival.lon, arrival.lat)
    return f"距地点 {metres:.0f} 米" if metres < 1000 else f"距地点 {metres / 1000:.1f} 公里"


def _facts(whistle: Whistle) -> list[tuple[str, Any]]:
    now = clock.now()
    who = f"{caller_of(whistle)}　{whistle.by or ''}".strip()
    rows: list[tuple[str, Any]] = [
        ("什么事", whistle.matter),
        ("地点", whistle.address),
        ("吹哨", f"{told(whistle.at, now=now)}　{who}"),
    ]
    if whistle.closed_at:
        rows.append(("办结", told(whistle.closed_at, now=now)))
        rows.append(("结果", whistle.outcome))
    return rows


def photos_of(subject: Model) -> list[dict[str, Any]]:
    """The photos of a call, or of a visit, as ``ui/photos.html`` draws them."""
    now = clock.now()
    return [
        {
            "url": reverse("files:attachment", args=(row.pk,)),
            "thumb": reverse("files:small", args=(row.pk,)),
            "caption": f"{row.caption} {told(row.at, now=now)}".strip(),
        }
        for row in attachments_of(subject)
        if row.file.width
    ]


def urls_of(row: Rates, month: datetime) -> dict[str, str]:
    """Where the figures of a unit lead."""
    same = {"unit": row.code, "month": f"{month:%Y-%m}"}
    base = reverse("coordination:whistles")
    found = {how: f"{base}?{urlencode(same | {'how': how})}" for how in HOW}
    return found | {"called": f"{base}?{urlencode(same)}"}


def sum_of(rows: list[Rates]) -> Rates:
    """All units together."""
    names = ("called", *HOW)
    sums = {name: sum(getattr(row, name) for row in rows) for name in names}
    return Rates(code="", unit="合计", **sums)
