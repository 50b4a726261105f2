"""What this system shows on the pages of others: the cases of a part, of a unit, and of a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from chengyun.city.cases.models import Case
from chengyun.city.people.models import Unit, User
from chengyun.systems.coordination import lists, queries

SHOWN = 8


def of_asset(user: User, asset: Any) -> dict[str, Any]:
    """The cases of a part, newest first, as far as this person sees them."""
    rows = queries.cases_of_part(user, asset.code)
    return _content(
        rows.order_by("-reported_at", "-id")[:SHOWN], rows.count(), {"asset": asset.code}
    )


def of_unit(user: User, unit: Unit) -> dict[str, Any]:
    """How much a unit has in hand, and the most urgent of it for whoever sees cases."""
    total, late = queries.in_hand_of_unit(unit)
    rows = queries.seen(user).filter(unit=unit, open=True)
    shown = _content(rows.order_by("due_at", "id")[:SHOWN], total, {"unit": unit.code, "live": "1"})
    return shown | {"late": late, "way": shown["way"] if user.may("case.view") else ""}


def of_person(user: User, person: User) -> dict[str, Any]:
    """What lies with one person to verify or to check."""
    total, late = queries.in_hand_of_person(person)
    rows = queries.seen(user).filter(assignee=person, open=True)
    shown = _content(rows.order_by("due_at", "id")[:SHOWN], total, {})
    return shown | {"late": late, "way": ""}


def _content(rows: Iterable[Case], total: int, query: dict[str, str]) -> dict[str, Any]:
    lines = [
        {
            "url": reverse("coordination:case", args=(case.code,)),
            "code": case.code,
            "title": case.title,
            "light": lists.light(case),
            "stage": lists.stage(case),
            "at": case.reported_at,
        }
        for case in rows
    ]
    way = f"{reverse('coordination:cases')}?{urlencode(query)}" if total > len(lines) else ""
    return {
        "lines": lines,
        "total": total,
        "fact": f"{total:,} 件",
        "way": way,
        "way_label": f"看全部 {total:,} 件",
    }
