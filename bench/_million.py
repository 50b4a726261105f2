"""Fill the database of the environment with a million cases of two years, eight audit rows each.

Written straight into the tables, with the shape of a city: streets and classes of very different weight, nearly all
cases closed, their audit rows lying days apart as they would have been written. Indexes are taken away for the load and
made again after it. Prints who may log in (JSON).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django
import numpy as np

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from bench import _load  # noqa: E402
from chengyun.city.cases.factories import EDITION  # noqa: E402
from chengyun.city.cases.models import Case, CaseClass  # noqa: E402
from chengyun.city.cases.services.catalogue import load_catalogue  # noqa: E402
from chengyun.city.cases.services.naming import search_text  # noqa: E402
from chengyun.city.people.factories import make_user  # noqa: E402
from chengyun.city.people.models import Unit, User  # noqa: E402
from chengyun.city.people.services.roles import store_roles  # noqa: E402
from chengyun.city.people.services.tokens import issue_token  # noqa: E402
from chengyun.city.people.services.units import add_unit  # noqa: E402
from chengyun.city.places.services import import_regions  # noqa: E402
from chengyun.city.places.specs import RegionRow  # noqa: E402
from chengyun.kernel import editions  # noqa: E402
from chengyun.kernel.installation import install  # noqa: E402
from chengyun.science.cells import cells  # noqa: E402

COUNT = int(os.environ.get("BENCH_CASES", "1000000"))
DAYS = 730
BLOCK = 4000
"""Cases whose audit rows are written together, step by step: three days of the city."""
CITY, MAIN, STREET, COMMUNITY = "3715", "371502", "371502001", "371502001001"
DISTRICTS = ("371502", "371503", "371521", "371522", "371523", "371524", "371526", "371581")
SHARES = (0.5, 0.12, 0.1, 0.08, 0.07, 0.06, 0.04, 0.03)
STATES = {"closed": 0.93, "refused": 0.05, "declined": 0.0145, "voided": 0.0045, "suspended": 0.001}
OPEN_STATES = ("reported", "accepted", "filed", "dispatched", "handling", "handled", "checking")
OPEN_DAYS = 7
WORDS = (
    "雨水井盖不见",
    "路灯不亮",
    "暴露垃圾",
    "占道经营",
    "道路破损",
    "树枝断落",
    "小广告",
    "积水",
)
FAR = "9999-01-01 00:00:00+00:00"

random = np.random.default_rng(7)


def main() -> None:
    call_command("migrate", verbosity=0)
    units = found()
    with _load.without_indexes(
        ("cases_case", "kernel_audit", "kernel_personal", "cases_stageclock")
    ):
        _load.rows("cases_case", columns(Case), cases(units))
        _load.history(COUNT, BLOCK)
    _load.settle()
    print(json.dumps({name: keys(name) for name in PEOPLE}))


# The city ----------------------------------------------------------------------------------------


def communities() -> dict[str, float]:
    """2,400 communities with their share of all cases; one of a thousandth, in a street of a twentieth."""
    shares: dict[str, float] = {}
    for district, share in zip(DISTRICTS, SHARES, strict=True):
        streets = random.lognormal(0, 0.6, 20)
        if district == MAIN:
            streets[0], streets[1:] = 0.1, 0.9 * streets[1:] / streets[1:].sum()
        for s, street in enumerate(streets / streets.sum()):
            parts = random.lognormal(0, 0.6, 15)
            if (district, s) == (MAIN, 0):
                parts[0], parts[1:] = 0.02, 0.98 * parts[1:] / parts[1:].sum()
            for c, part in enumerate(parts / parts.sum()):
                shares[f"{district}{s + 1:03}{c + 1:03}"] = float(share * street * part)
    return shares


AREAS = communities()
PEOPLE = {
    "leader": ("leader", CITY),
    "dispatcher": ("dispatcher", MAIN),
    "officer": ("dispatcher", STREET),
    "department": ("department", MAIN),
    "inspector": ("inspector", MAIN),
}


def found() -> list[Unit]:
    """Places, catalogue, sixty units, two hundred people; the units."""
    install("聊城市", CITY, demo=False)
    regions = {CITY: "聊城市", **{d: f"第 {d[-2:]} 区" for d in DISTRICTS}}
    regions |= {code[:9]: f"街道 {code[6:9]}" for code in AREAS}
    regions |= {code: f"社区 {code[9:]}" for code in AREAS}
    import_regions([RegionRow(code=code, name=name) for code, name in regions.items()], by=None)
    store_roles()
    load_catalogue(EDITION, by=None)
    bureau = add_unit("371500-CG", "城市管理局", kind="bureau", area=CITY, by=None)
    units = [_unit(n, bureau) for n in range(60)]
    for name, (role, area) in PEOPLE.items():
        make_user(name, name, role, units[0] if name == "department" else bureau, area=area)
    extra = [User(username=f"person{n}", name=f"人员{n}", unit=units[n % 60]) for n in range(200)]
    User.objects.bulk_create(extra)
    return units


def _unit(number: int, bureau: Unit) -> Unit:
    area = MAIN if number < 20 else DISTRICTS[number % 8]
    name = f"专业部门 {number}"
    return add_unit(f"U{number:02}", name, kind="department", area=area, parent=bureau, by=None)


def keys(name: str) -> dict[str, str]:
    """How one person comes in: an API token and a session."""
    user = User.objects.get(username=name)
    token, _ = issue_token(user, "bench", timedelta(days=1), by=None)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"token": token, "session": str(session.session_key)}


# The cases ---------------------------------------------------------------------------------------


def columns(model: Any) -> list[str]:
    return [field.column for field in model._meta.local_concrete_fields]


def cases(units: list[Unit]) -> Iterator[tuple[Any, ...]]:
    """The rows of all cases in the order of their reports; the database is asked before the first row only."""
    edition = editions.current("case", MAIN).pk
    classes = list(CaseClass.objects.filter(edition=EDITION).order_by("code"))
    people = list(User.objects.filter(username__startswith="person").values_list("pk", flat=True))
    people.append(User.objects.get(username="inspector").pk)
    return _cases(edition, classes, people, [unit.pk for unit in units])


def _cases(
    edition: int, classes: list[CaseClass], people: list[int], units: list[int]
) -> Iterator[tuple[Any, ...]]:
    now = datetime.now(UTC)
    age = np.sort(random.uniform(0, DAYS * 86400, COUNT))[::-1]
    picks = {
        "area": random.choice(len(AREAS), COUNT, p=list(AREAS.values())),
        "class": random.choice(len(classes), COUNT, p=_class_shares(classes)),
        "unit": random.choice(len(units), COUNT, p=_unit_shares(len(units))),
        "state": random.choice(len(STATES), COUNT, p=list(STATES.values())),
        "person": random.choice(people, COUNT),
    }
    codes, states, numbers = list(AREAS), list(STATES), _Numbers()
    lon, lat = random.uniform(115.3, 116.6, COUNT), random.uniform(35.8, 37.0, COUNT)
    morton = cells(lon, lat)
    chance = random.uniform(0, 1, COUNT)
    for n in range(COUNT):
        at = now - timedelta(seconds=float(age[n]))
        state = states[picks["state"][n]]
        live = bool(age[n] < OPEN_DAYS * 86400 and chance[n] < 0.7)
        state = OPEN_STATES[n % 7] if live else state
        live = live or state == "suspended"
        kind, area, words = classes[picks["class"][n]], codes[picks["area"][n]], WORDS[n % 8]
        code = numbers.next(at)
        due = at + timedelta(days=3 + n % 5)
        person = int(picks["person"][n])
        handled = state not in ("reported", "accepted", "filed", "refused", "declined")
        address = f"{area[6:9]} 路北侧，距柳园路口 {n % 90 * 10} 米"
        yield (
            n + 1, code, area, "case", edition, state, "{}", 8, "[]", "standard",
            ("inspector", "hotline", "public", "web")[n % 4], kind.pk, None,
            f"{words}，请尽快处理（{n % 1000}）", address, float(lon[n]), float(lat[n]),
            int(morton[n]), area[:6], f"{area}{n % 30 + 1:03}", "", person,
            units[picks["unit"][n]] if handled else None, person if state == "checking" else None,
            str(at), str(at), None if live else str(due), live, "handle" if live else "",
            state == "suspended", str(due - timedelta(days=1)) if live else FAR,
            str(due) if live else FAR, bool(chance[n] < 0.05), 0, 0, "{}",
            search_text(code, words, address, kind), True,
        )  # fmt: skip


class _Numbers:
    """Codes of cases: the day and a running number."""

    def __init__(self) -> None:
        self.day, self.last = "", 0

    def next(self, at: datetime) -> str:
        day = f"{at:%y%m%d}"
        self.day, self.last = day, self.last + 1 if day == self.day else 1
        return f"{day}{self.last:04}"


def _class_shares(classes: list[CaseClass]) -> list[float]:
    """Half of all cases are of one major class, a twentieth of another, a thousandth of a third."""
    majors = {"E01": 0.5, "P02": 0.05, "E06": 0.001}
    rest = (1 - sum(majors.values())) / sum(c.code[:3] not in majors for c in classes)
    sizes = {m: sum(c.code[:3] == m for c in classes) for m in majors}
    return [majors[m] / sizes[m] if (m := c.code[:3]) in majors else rest for c in classes]


def _unit_shares(count: int) -> list[float]:
    """One company does half of the work, one a twentieth, one a thousandth."""
    rest = (1 - 0.551) / (count - 3)
    return [0.5, 0.05, 0.001, *[rest] * (count - 3)]


if __name__ == "__main__":
    main()
    connection.close()
    sys.exit()
