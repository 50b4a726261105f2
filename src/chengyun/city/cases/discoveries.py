"""Reads about 发现线索: what waits for a person, what was judged, and how often the algorithms were right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from chengyun.city.cases import queries
from chengyun.city.cases.models import Camera, Case, Discovery, DiscoveryKind
from chengyun.city.cases.similarity import Report
from chengyun.city.cases.specs import Source
from chengyun.city.people.models import User
from chengyun.kernel import registry
from chengyun.kernel.errors import Missing
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Scope
from chengyun.science.proportions import wilson

RELATED = ("camera", "flight", "kind", "frame", "judged_by", "case__case_class")
State, Reason = Discovery.State, Discovery.Reason


def discoveries_for(user: User) -> QuerySet[Discovery]:
    """What was found in this person's part of the city; by a pilot who reaches no further, on their own flights."""
    scope = user.scope("discovery.view")
    here = scope.area_q("area")
    return Discovery.objects.filter(here | Q(flight__pilot=user) if scope.own else here)


def in_full(rows: QuerySet[Discovery]) -> QuerySet[Discovery]:
    """With everything a line or a page of it reads."""
    return rows.select_related(*RELATED)


def discovery_for(user: User, code: str) -> Discovery:
    """One discovery in full; Missing when it is not this person's to see."""
    found = in_full(discoveries_for(user)).filter(code=code).first()
    if found is None:
        raise Missing(f"没有发现线索「{code}」，或者它不在你的范围内。")
    return found


def may_read(user: Any, pk: int) -> bool:
    """Whether this person may see the frame of a discovery."""
    return bool(user.may("discovery.view")) and discoveries_for(user).filter(pk=pk).exists()


def waiting_for(user: User) -> QuerySet[Discovery]:
    """What this person has to judge."""
    here = user.scope("discovery.judge").area_q("area")
    return Discovery.objects.filter(here, state=State.WAITING)


def next_waiting(user: User, after: int) -> list[Discovery]:
    """The one to judge now and the one after it, the oldest first; past the last one it begins anew."""
    rows = in_full(waiting_for(user)).order_by("id")
    return list(rows.filter(pk__gt=after)[:2]) or list(rows[:2])


def count_waiting(user: User) -> int:
    """How many wait for this person, for the side bar."""
    return _count_waiting(user.scope("discovery.judge"))


@recent(15)
def _count_waiting(scope: Scope) -> int:
    return Discovery.objects.filter(scope.area_q("area"), state=State.WAITING).count()


def forget_count() -> None:
    """What waits has changed."""
    _count_waiting.forget()


def taken(sender: User, number: str) -> Discovery | None:
    """What a number of this sender became."""
    rows = in_full(Discovery.objects.filter(sender=sender, number=number))
    return rows.first()


def cameras_for(user: User) -> QuerySet[Camera]:
    """The cameras in this person's part of the city."""
    return Camera.objects.filter(user.scope("discovery.view").area_q("area"))


def camera_for(user: User, code: str) -> Camera:
    """One camera; Missing when it is not this person's to see."""
    found = cameras_for(user).filter(code=code).first()
    if found is None:
        raise Missing(f"没有摄像头「{code}」，或者它不在你的范围内。")
    return found


def kinds() -> QuerySet[DiscoveryKind]:
    """The kinds that are taken; they belong to the whole city and hold nothing secret."""
    return DiscoveryKind.objects.filter(ended_at=None)


def kind_named(key: str) -> DiscoveryKind:
    """One kind, ended ones included; Missing when there is none of that key."""
    found = DiscoveryKind.objects.filter(key=key).first()
    if found is None:
        raise Missing(f"没有代号为「{key}」的种类。")
    return found


def report_of(row: Discovery) -> Report:
    """A discovery as what is compared with the cases around it."""
    return Report(
        lon=row.lon,
        lat=row.lat,
        at=row.taken_at,
        area=row.area,
        class_code=row.kind.class_code,
        description=row.kind.label,
    )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How often something was right, as far as people have judged it; ``waiting`` is not judged yet."""

    name: str
    detail: str
    confirmed: int
    reasons: dict[str, int]
    waiting: int

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def judged(self) -> int:
        return self.confirmed + self.rejected

    @property
    def received(self) -> int:
        return self.judged + self.waiting

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """Between which percentages the share of the confirmed lies (95 %); None while none is judged."""
        return wilson(self.confirmed, self.judged)


Group = Callable[[dict[str, Any]], tuple[str, str]]


def by_algorithm(row: dict[str, Any]) -> tuple[str, str]:
    return row["algorithm"], row["label"]


def by_source(row: dict[str, Any]) -> tuple[str, str]:
    if row["camera_code"]:
        return row["camera_name"], row["camera_code"]
    return "无人机", ""


def all_together(row: dict[str, Any]) -> tuple[str, str]:
    return "", ""


def tallies(user: User, since: datetime, until: datetime) -> list[Any]:
    """What was received in a time, counted by source, algorithm and kind as finely as anybody asks; one query."""
    rows = discoveries_for(user).filter(received_at__gte=since, received_at__lt=until)
    named = rows.values(
        "algorithm",
        label=F("kind__label"),
        camera_code=F("camera__code"),
        camera_name=F("camera__name"),
    )
    counts = {
        "confirmed": Count("pk", filter=Q(state=State.CONFIRMED)),
        "waiting": Count("pk", filter=Q(state=State.WAITING)),
        **{reason.value: Count("pk", filter=Q(reason=reason)) for reason in Reason},
    }
    return list(named.order_by("algorithm", "kind", "camera__code").annotate(**counts))


def judged(rows: Iterable[dict[str, Any]], group: Group) -> list[Judged]:
    """Tallies put together by what is asked, the most judged first."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    found = [_sum(key, members) for key, members in groups.items()]
    return sorted(found, key=lambda one: (-one.judged, one.name, one.detail))


def _sum(key: tuple[str, str], rows: list[dict[str, Any]]) -> Judged:
    return Judged(
        name=key[0],
        detail=key[1],
        confirmed=sum(row["confirmed"] for row in rows),
        waiting=sum(row["waiting"] for row in rows),
        reasons={reason.value: sum(row[reason.value] for row in rows) for reason in Reason},
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """How many cases the city found itself, by source, and how many somebody complained about."""

    by_source: list[tuple[Source, int]]

    def of(self, origin: str) -> int:
        return sum(count for source, count in self.by_source if source.origin == origin)

    @property
    def own(self) -> int:
        return self.of("own")

    @property
    def complaints(self) -> int:
        return self.of("complaint")

    @property
    def whole(self) -> int:
        """Both together; what was handed down counts as neither."""
        return self.own + self.complaints


def found_by(user: User, since: datetime, until: datetime) -> Found:
    """Cases of a time by how they came to be known."""
    rows = Case.objects.filter(queries.visible(user), reported_at__gte=since, type="standard")
    counted = rows.filter(reported_at__lt=until).values_list("source").order_by()
    counts = dict(counted.annotate(Count("pk")))
    return Found(
        by_source=[
            (source, counts[source.key])
            for source in registry.all_of(Source)
            if source.key in counts
        ]
    )
