"""Dispatch rules as they hold somewhere: the district's own first, then those of the city."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from chengyun.city.cases.models import DispatchEdition, DispatchRule
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.errors import Missing
from chengyun.kernel.recent import recent
from chengyun.science.rulebook import Conditions


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A stored rule, ready to be matched; ``number`` counts within its own edition, from 1."""

    row: DispatchRule
    number: int
    edition: DispatchEdition
    conditions: Conditions

    @property
    def title(self) -> str:
        """规则 3「路灯」, as sentences name it."""
        return f"规则 {self.number}「{self.row.name}」"

    @property
    def receiver(self) -> str:
        """Whom it names."""
        unit = str(self.row.unit)
        return f"当地工作专班的牵头单位（没有专班时{unit}）" if self.row.to_team else unit

    @property
    def ended(self) -> bool:
        return self.row.unit.valid_to is not None


def conditions_of(row: DispatchRule) -> Conditions:
    """The conditions of a stored rule."""
    kept = row.conditions
    lists = {key: tuple(value) for key, value in kept.items() if isinstance(value, list)}
    return Conditions(
        **lists,
        begin=kept.get("begin", ""),
        end=kept.get("end", ""),
        working=kept.get("working"),
        since=row.valid_from,
        until=row.valid_to,
    )


def rules_of(edition: DispatchEdition) -> list[Rule]:
    """The rules of one edition in their order."""
    rows = edition.rules.select_related("unit").order_by("order", "id")
    return _numbered(edition, rows)


def _numbered(edition: DispatchEdition, rows: Iterable[DispatchRule]) -> list[Rule]:
    return [
        Rule(row=row, number=number, edition=edition, conditions=conditions_of(row))
        for number, row in enumerate(rows, start=1)
    ]


@recent(5)
def _held() -> dict[str, tuple[DispatchEdition, list[Rule]]]:
    """By area the newest edition whose moment has come, with its rules: all of the city in two queries."""
    rows = DispatchEdition.objects.filter(in_force_from__lte=clock.now())
    newest = {row.area: row for row in rows.order_by("in_force_from", "number")}
    kept: dict[int, list[DispatchRule]] = {}
    rules = DispatchRule.objects.filter(edition__in=newest.values()).select_related("unit")
    for rule in rules.order_by("order", "id"):
        kept.setdefault(rule.edition_id, []).append(rule)
    return {a: (row, _numbered(row, kept.get(row.pk, []))) for a, row in newest.items()}


def _holding(area: str) -> list[tuple[DispatchEdition, list[Rule]]]:
    """What is asked in an area: its own edition first, then those of the areas above it."""
    held = _held()
    above = (area[:length] for length in range(len(area), 0, -1))
    return [held[code] for code in above if code in held]


def editions_for(area: str) -> list[DispatchEdition]:
    """The editions that hold in an area now, the narrowest area's first."""
    return [edition for edition, _ in _holding(area)]


def rules_for(area: str) -> list[Rule]:
    """All rules asked in an area, in the order they are asked."""
    return [rule for _, rules in _holding(area) for rule in rules]


def with_draft(draft: DispatchEdition) -> list[Rule]:
    """The rules as they would be asked in the draft's area were it in force."""
    above = [rule for rule in rules_for(draft.area) if rule.edition.area != draft.area]
    return [*rules_of(draft), *above]


def forget_rules() -> None:
    """An edition came into force."""
    _held.forget()


def draft_of(area: str) -> DispatchEdition | None:
    """The draft of an area, if somebody has begun one."""
    return DispatchEdition.objects.filter(area=area, in_force_from=None).first()


def editions_of(area: str) -> QuerySet[DispatchEdition]:
    """Every edition of an area that is or was or will be in force, newest first."""
    rows = DispatchEdition.objects.filter(area=area).exclude(in_force_from=None)
    return rows.annotate(size=Count("rules")).order_by("-in_force_from", "-number")


def edition_for(user: User, pk: int) -> DispatchEdition:
    """One edition of an area this person looks after or stands under; Missing otherwise."""
    found = DispatchEdition.objects.filter(pk=pk).first()
    scope = user.scope("dispatch.rule.view")
    if found is None or not (
        scope.covers(area=found.area) or any(a.startswith(found.area) for a in scope.areas)
    ):
        raise Missing("没有这一版派遣规则，或者它不在你的范围内。")
    return found


def rule_in(draft: DispatchEdition, pk: int) -> DispatchRule:
    """One rule of a draft."""
    found = draft.rules.select_related("unit").filter(pk=pk).first()
    if found is None:
        raise Missing("草稿里没有这一条规则，可能刚被别人删掉。")
    return found
