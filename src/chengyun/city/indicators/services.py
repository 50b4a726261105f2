"""What happened to cases goes to the lake: each sealed act once, in the order of the seals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from chengyun.city.cases.models import Case
from chengyun.city.indicators.acts import told
from chengyun.kernel.actions import subject_type
from chengyun.kernel.models.history import Audit, Seal

SEALS_AT_ONCE = 20
"""With what is put under one seal, at most 100,000 acts are held in memory."""
CASES_AT_ONCE = 500


def tell_lake() -> int:
    """Bring the facts up to the newest seal; how many acts were told."""
    acts = 0
    while (batch := _tell_next()) is not None:
        acts += batch
    return acts


def _tell_next() -> int | None:
    """Tell the acts under the next seals, in one transaction of the lake; None when there is no new seal."""
    # A second and 90 MB of libraries, for the one lane that needs them.
    from chengyun.lake import facts, tables

    since = tables.committed(settings.FACTS)
    newer = Seal.objects.filter(pk__gt=since).order_by("pk")
    upto = max(newer.values_list("pk", flat=True)[:SEALS_AT_ONCE], default=0)
    if not upto:
        return None
    rows = list(_facts(since, upto))
    facts.append(settings.FACTS, facts.table_of(rows), upto=upto)
    return len(rows)


def _facts(since: int, upto: int) -> Iterator[dict[str, Any]]:
    sealed = _sealed(upto).filter(seal__gt=since)
    cases = sorted(set(sealed.values_list("subject_id", flat=True)))
    for first in range(0, len(cases), CASES_AT_ONCE):
        yield from _of_cases(cases[first : first + CASES_AT_ONCE], since, upto)


def _of_cases(cases: Sequence[int], since: int, upto: int) -> Iterator[dict[str, Any]]:
    rows = _sealed(upto).filter(subject_id__in=cases).order_by("subject_id", "seq")
    for _, history in groupby(rows, key=attrgetter("subject_id")):
        acts = list(history)
        yield from (
            fact for act, fact in zip(acts, told(acts), strict=True) if (act.seal_id or 0) > since
        )


def _sealed(upto: int) -> QuerySet[Audit]:
    return Audit.objects.filter(subject_type=subject_type(Case), seal__lte=upto)


@dataclass(frozen=True)
class Agreement:
    """What the database and the lake count of the same acts, by verb: those that differ."""

    acts: int
    upto: int
    waiting: int
    faults: tuple[str, ...]


def compared() -> Agreement:
    """Prove that the lake has every sealed act of the database once, verb by verb, with the sum of their numbers."""
    from chengyun.lake import facts

    upto, inside = facts.counted(settings.FACTS)
    rows = _sealed(upto).values("verb").annotate(count=Count("pk"), numbers=Sum("pk"))
    own = {row["verb"]: (row["count"], row["numbers"]) for row in rows.order_by("verb")}
    faults = tuple(
        f"{verb}：数据库 {own.get(verb, (0, 0))[0]} 条，数据湖 {inside.get(verb, (0, 0))[0]} 条"
        for verb in sorted(own.keys() | inside.keys())
        if own.get(verb) != inside.get(verb)
    )
    waiting = Audit.objects.filter(subject_type=subject_type(Case)).count() - sum(
        count for count, _ in own.values()
    )
    return Agreement(sum(count for count, _ in inside.values()), upto, waiting, faults)
