"""Who of many people may open which cases: what ``queries.open_to`` is for one, asked for all open pages at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from chengyun.city.cases.models import Case, Share
from chengyun.city.people.models import User


def sees(user: User, case: Case, helping: Collection[int] = ()) -> bool:
    """Whether this person may open a case; ``helping`` are the units that help with it or did."""
    scope = user.scope("case.view")
    if user.pk in (case.reporter_id, case.assignee_id) and scope.person:
        return True
    return scope.covers(area=case.area, unit=case.unit_id) or bool({*scope.units} & {*helping})


def readers(ids: Sequence[int], people: Sequence[User]) -> dict[int, list[int]]:
    """By case, who of these people may open it; two queries, however many they are."""
    helping: dict[int, set[int]] = defaultdict(set)
    for case, unit in Share.objects.filter(case__in=ids).values_list("case", "unit"):
        helping[case].add(unit)
    cases = Case.objects.filter(pk__in=ids).only("area", "unit", "reporter", "assignee")
    return {
        case.pk: [user.pk for user in people if sees(user, case, helping[case.pk])]
        for case in cases
    }
