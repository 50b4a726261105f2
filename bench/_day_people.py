"""People for the day: inspectors, desks and units as many as asked for, each with an e-mail address; prints JSON.

A unit in ten has an address the mail server refuses. One endpoint outside hears of every case that is dispatched.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from chengyun.city.people.models import Role, Unit, User  # noqa: E402
from chengyun.city.people.services.passwords import DEMO_PASSWORD  # noqa: E402
from chengyun.city.people.services.roles import give_post  # noqa: E402
from chengyun.city.people.services.units import add_unit  # noqa: E402
from chengyun.city.people.services.users import add_user, change_user  # noqa: E402
from chengyun.kernel import registry  # noqa: E402
from chengyun.kernel.notify.services import add_endpoint  # noqa: E402
from chengyun.kernel.notify.specs import Notice  # noqa: E402

DESKS = {"operator": 2, "supervisor": 2, "dispatcher": 2}
NUMERALS = "一二三四五六七八九十"


def main() -> None:
    inspectors, units, hook = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    centre = Unit.objects.get(code="CG-JD")
    found = {role: team(role, count, centre) for role, count in DESKS.items()}
    found["inspector"] = team("inspector", inspectors, centre)
    found["leader"] = ["leader"]
    for people in found.values():
        for username in people:
            reach(username, f"{username}@day.example")
    kinds = [notice.key for notice in registry.all_of(Notice)]
    add_endpoint("日报平台", hook, "3715", kinds, by=None)
    print(json.dumps({"people": found, "crews": crews(units, centre.parent)}))


def team(role: str, count: int, unit: Unit) -> list[str]:
    """So many people of one role; the demo's own come first."""
    held = User.objects.filter(posts__role__key=role, posts__area="3715", is_active=True)
    there = list(held.distinct().order_by("pk").values_list("username", flat=True))[:count]
    return there + [person(f"day-{role}-{n}", role, unit) for n in range(len(there), count)]


def crews(count: int, bureau: Unit | None) -> dict[str, str]:
    """Who handles for each of so many units, by the unit's code."""
    found = {}
    for n in range(count):
        name = f"第{NUMERALS[n // 10]}养护公司{NUMERALS[n % 10]}队"
        unit = add_unit(f"DAY-{n}", name, kind="company", area="3715", parent=bureau, by=None)
        found[unit.code] = person(f"day-crew-{n}", "department", unit)
        domain = "refused.example" if n % 10 == 0 else "day.example"
        reach(found[unit.code], f"{found[unit.code]}@{domain}")
    return found


def person(username: str, role: str, unit: Unit) -> str:
    user = add_user(username, f"日{username[-4:]}", unit, DEMO_PASSWORD, by=None)
    give_post(user, Role.objects.get(key=role), unit, by=None)
    return username


def reach(username: str, email: str) -> None:
    change_user(User.objects.get(username=username), {"email": email}, by=None)


main()
