"""What happened to cases goes to the lake: each sealed act once, in the order of the seals.

The history of another system goes there file by file, in the place of what was told of it before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from chengyun.city.cases.models import Case
from chengyun.city.indicators.acts import told
from chengyun.city.indicators.recipe import Recipe
from chengyun.kernel.actions import record, subject_type
from chengyun.kernel.errors import Conflict, Invalid
from chengyun.kernel.installation import installation
from chengyun.kernel.models.history import Audit, Seal

if TYPE_CHECKING:
    from chengyun.lake.origins import Origin

BUSY = "有人正在导入同一个来源，请等他完成后再试。"
SEALS_AT_ONCE = 4
"""With what is put under one seal, at most 20,000 acts are held in memory."""
CASES_AT_ONCE = 500


def newest_seal() -> int:
    """The number of the newest seal; 0 before the first."""
    return Seal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def tell_lake() -> int:
    """Bring the facts up to the newest seal; how many acts were told."""
    acts = 0
    while (batch := tell_next()) is not None:
        acts += batch
    return acts


def tell_next() -> int | None:
    """Tell the acts under the next seals, in one transaction of the lake; None when there is no new seal."""
    from chengyun.lake import facts, tables  # takes a second and 90 MB

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


@dataclass(frozen=True)
class Imported:
    """What came of a file: which origin has how many cases now, how many acts were written, instead of what.

    No acts are written when the origin has this very content. ``lifted`` cases had a moment a little before the one it
    follows.
    """

    origin: Origin
    before: Origin | None
    acts: int = 0
    lifted: int = 0


def import_facts(path: Path, recipe: Recipe, name: str) -> Imported:
    """Put the cases of a file in the lake under an origin, whole or not at all; a second time changes nothing.

    Done by whoever sits at the machine.
    """
    from chengyun.city.indicators import acts_told, cases_told
    from chengyun.lake import origins

    before, content = origins.known(settings.FACTS, name), _content(path, recipe)
    if before and before.content == content:
        return Imported(before, before)
    cases = cases_told.read(path, recipe)
    rows = acts_told.facts_of(cases, recipe, name)
    origin = origins.Origin(
        name=name, content=content, zone=str(recipe.zone), as_of=recipe.as_of, file=path.name,
        cases=len(cases),
    )  # fmt: skip
    _put(origin, rows)
    return Imported(origin, before, len(rows), cases.lifted)


@transaction.atomic
def _put(origin: Origin, rows: Any) -> None:
    from chengyun.lake import origins

    city = installation()
    if city is None:
        raise Invalid("还没有建城市，请先运行 chengyun init。")
    facts = {
        "name": origin.name,
        "source": origin.file,
        "rows": origin.cases,
        "sha256": origin.content,
    }
    record("facts.import", city, by=None, area=city.area, facts=facts)
    try:
        origins.put(settings.FACTS, origin, rows)
    except origins.Busy as error:
        raise Conflict(BUSY) from error


def _content(path: Path, recipe: Recipe) -> str:
    """What the facts are made of: the file and the recipe."""
    if not path.is_file():
        raise Invalid(f"没有文件 {path.name}。")
    with path.open("rb") as file:
        told = hashlib.file_digest(file, "sha256")
    told.update(recipe.content)
    return told.hexdigest()
