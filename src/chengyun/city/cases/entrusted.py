"""包区挂办: leaders bound to areas, and how the problems of each area stand. Read by everybody who works there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.timezone import localdate

from chengyun.city.cases import queries
from chengyun.city.cases.campaigns import first_moment
from chengyun.city.cases.models import Case
from chengyun.city.people.models import Binding, User
from chengyun.city.people.models.users import held_on
from chengyun.city.people.queries import standing_in
from chengyun.city.places.queries import names_of
from chengyun.kernel import clock

KIND = "area_leader"
DAYS = 30
"""Of the cases reported in so many days, today included, the share that is done is shown."""
DONE = ("closed", "cleared")
FIGURES = ("open", "late", "paused", "reported", "done")


def bindings_for(user: User) -> QuerySet[Binding]:
    """The areas entrusted to a leader today that lie in this person's part of the city, or around it."""
    scope = user.scope("case.view")
    homes = [*scope.areas, *([user.unit.area] if user.unit else [])]
    around = {home[:n] for home in homes for n in range(2, len(home) + 1)}
    reached = scope.area_q("place_code") | Q(place_code__in=around) | Q(user=user)
    held = held_on(localdate(clock.now()))
    rows = Binding.objects.filter(held, reached, kind=KIND, place_type="region")
    mine = ExpressionWrapper(Q(user=user), output_field=BooleanField())
    return rows.select_related("user__unit", "substitute").annotate(mine=mine)


@dataclass(frozen=True, kw_only=True)
class Entrusted:
    """A leader and an area: its open cases, those late, those put aside, and of the last days how many are done."""

    pk: int
    area: str
    place: str
    leader: str
    unit: str
    mine: bool
    open: int
    late: int
    paused: int
    reported: int
    done: int


def figured(rows: Iterable[Any]) -> list[Entrusted]:
    """These areas with their figures, which are the same for whoever reads them."""
    bindings, today = list(rows), localdate(clock.now())
    by_area = _counted()
    names = names_of([row.place_code for row in bindings])
    found = []
    for row in bindings:
        person, area = standing_in(row, today).person, row.place_code
        inside = [figures for code, figures in by_area.items() if code.startswith(area)]
        sums = [sum(column) for column in zip(*inside, strict=True)] or [0] * len(FIGURES)
        found.append(
            Entrusted(
                pk=row.pk,
                area=area,
                place=names.get(area, area),
                leader=str(person),
                unit=str(row.user.unit or ""),
                mine=row.mine,
                **dict(zip(FIGURES, sums, strict=True)),
            )
        )
    return found


def _counted() -> dict[str, list[int]]:
    """By area: open, late, put aside; reported and done of the last days."""
    now = clock.now()
    since = first_moment(localdate(now) - timedelta(days=DAYS - 1))
    opened = Case.objects.filter(open=True).values("area").order_by("area")
    standing = opened.annotate(
        n=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        paused=Count("pk", filter=Q(paused=True)),
    )
    latest = Case.objects.filter(reported_at__gte=since).values("area").order_by("area")
    lately = latest.annotate(n=Count("pk"), done=Count("pk", filter=Q(state__in=DONE)))
    found: dict[str, list[int]] = {}
    for row in standing:
        found[row["area"]] = [row["n"], row["late"], row["paused"], 0, 0]
    for new in lately:
        found.setdefault(new["area"], [0] * 5)[3:] = [new["n"], new["done"]]
    return found


def cases_in(user: User, area: str) -> QuerySet[Case]:
    """The cases of such an area this person sees."""
    return queries.cases_for(user).filter(queries.within(area))
