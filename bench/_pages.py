"""The pages to be measured on a million cases: who opens them, under which filters, how many rows those select.

Prints a list (JSON); ``mark`` leads to page 1,000, or to the last page where there are fewer.
"""

import json
from typing import Any

import django

django.setup()

from chengyun.city.cases import queries  # noqa: E402
from chengyun.city.people.models import User  # noqa: E402
from chengyun.kernel.paging import keyset  # noqa: E402
from chengyun.systems.coordination.lists import conditions  # noqa: E402

ORDER = ("-reported_at", "-id")
FOUND = ("-id",)
"""What was searched for by words alone comes in this order."""
PAGE, FAR = 50, 999
MAIN, STREET, COMMUNITY = "371502", "371502001", "371502001001"
HALF = {"state": "closed", "class": "E01", "area": MAIN, "unit": "U00", "period": "365"}
PART = {"state": "refused", "class": "P02", "area": STREET, "unit": "U01", "period": "30"}

LISTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("no filter, whole city", "leader", {}),
    ("no filter, a district's dispatcher", "dispatcher", {}),
    ("no filter, a street's dispatcher", "officer", {}),
    ("no filter, a department", "department", {}),
    ("no filter, an inspector", "inspector", {}),
    ("state", "leader", {"state": "closed"}),
    ("state", "leader", {"state": "refused"}),
    ("state", "leader", {"state": "suspended"}),
    ("class", "leader", {"class": "E01"}),
    ("class", "leader", {"class": "P02"}),
    ("class", "leader", {"class": "E06"}),
    ("area", "leader", {"area": MAIN}),
    ("area", "dispatcher", {"area": STREET}),
    ("area", "officer", {"area": COMMUNITY}),
    ("unit", "leader", {"unit": "U00"}),
    ("unit", "leader", {"unit": "U01"}),
    ("unit", "leader", {"unit": "U02"}),
    ("period", "leader", {"period": "365"}),
    ("period", "leader", {"period": "30"}),
    ("period", "leader", {"period": "1"}),
    ("all five, the widest values", "leader", HALF),
    ("all five in a district", "dispatcher", {**HALF, "area": STREET}),
    ("all five, the narrow values", "dispatcher", {**PART, "period": "365"}),
    ("a word", "leader", {"q": "井盖"}),
    ("a word and a state", "dispatcher", {"q": "路灯", "state": "refused"}),
)


def main() -> None:
    print(json.dumps([planned(*given) for given in LISTS]))


def planned(name: str, who: str, values: dict[str, str]) -> dict[str, Any]:
    user = User.objects.get(username=who)
    rows = queries.narrowed(queries.cases_for(user), **conditions(values))
    total = rows.count()
    return {
        "name": name,
        "who": who,
        "values": values,
        "total": total,
        "mark": mark(rows, total, FOUND if set(values) == {"q"} else ORDER),
    }


def mark(rows: Any, total: int, order: tuple[str, ...]) -> str:
    """After which row page 1,000 begins."""
    pages = min(FAR, (total - 1) // PAGE)
    if pages < 1:
        return ""
    leading = order[0].removeprefix("-")
    last = rows.order_by(*order).only(leading)[pages * PAGE - 1]
    return keyset(rows.filter(**{f"{leading}__lte": getattr(last, leading)}), order, limit=1).next


if __name__ == "__main__":
    main()
