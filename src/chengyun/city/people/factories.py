"""The cast of the tests: one city, two districts, and everybody who works there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from chengyun.city.people.models import Role, Unit, User
from chengyun.city.people.services.roles import give_post, store_roles
from chengyun.city.people.services.units import add_unit
from chengyun.city.people.services.users import add_user
from chengyun.kernel.factories import made_once
from chengyun.kernel.installation import forget, install, installation
from chengyun.kernel.recent import forget_everything

CITY, DISTRICT, OTHER_DISTRICT = "3715", "371502", "371523"
PASSWORD = "lake-and-canal-42"  # noqa: S105
SINCE = date(2020, 1, 1)
"""Posts hold on whatever day a test plays."""


# fmt: off
UNITS = {
    "bureau":       ("371500-CG", "聊城市城市管理局",     "bureau",     CITY),
    "centre":       ("371502-ZX", "东昌府区监督指挥中心", "centre",     DISTRICT),
    "crew":         ("371502-SZ", "市政工程处",           "department", DISTRICT),
    "other_centre": ("371523-ZX", "茌平监督指挥中心",     "centre",     OTHER_DISTRICT),
    "other_crew":   ("371523-SZ", "市政养护所",           "department", OTHER_DISTRICT),
}
"""Code, name, kind and area; all stand below the bureau."""
PEOPLE = {
    "inspector":        ("周启明", "inspector",  "centre"),
    "operator":         ("孙晓梅", "operator",   "centre"),
    "supervisor":       ("赵国栋", "supervisor", "centre"),
    "dispatcher":       ("林晓燕", "dispatcher", "centre"),
    "department":       ("马建军", "department", "crew"),
    "team":             ("付春霞", "team",       "crew"),
    "petitions":        ("魏素芳", "petitions",  "centre"),
    "community":        ("田国庆", "community",  "centre"),
    "steward":          ("刘桂兰", "steward",    "centre"),
    "bob":              ("鲍立新", "dispatcher", "other_centre"),
    "other_department": ("于海波", "department", "other_crew"),
    "duty":             ("何敏",   "duty",       "centre"),
    "evaluator":        ("何思远", "evaluator",  "bureau"),
    "leader":           ("高志强", "leader",     "bureau"),
    "admin":            ("许明",   "admin",      "bureau"),
    "security":         ("安卫",   "security",   "bureau"),
    "auditor":          ("沈鉴",   "auditor",    "bureau"),
    "district_admin":   ("区静",   "admin",      "centre"),
    "sender":           ("街面识别平台", "sender", "centre"),
}
"""Name, role and unit of everybody who has a post; charlie is a citizen and has none."""
# fmt: on


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody logs in with ``PASSWORD``; ``alice`` is another name for the district's dispatcher."""

    bureau: Unit
    centre: Unit
    crew: Unit
    other_centre: Unit
    other_crew: Unit

    inspector: User
    operator: User
    supervisor: User
    dispatcher: User
    department: User
    team: User
    petitions: User
    community: User
    steward: User
    bob: User
    other_department: User
    duty: User
    evaluator: User
    leader: User
    admin: User
    security: User
    auditor: User
    district_admin: User
    sender: User
    charlie: User

    @property
    def alice(self) -> User:
        return self.dispatcher


def make_cast(*, demo: bool = False) -> Cast:
    """The city 3715 with districts 371502 and 371523; all verbs are done by the system itself."""
    forget()
    forget_everything()
    made_once(f"cast, demo: {demo}", lambda: _make(demo=demo))
    forget()
    units = {unit.code: unit for unit in Unit.objects.all()}
    people = {user.username.replace("-", "_"): user for user in User.objects.all()}
    members: dict[str, Any] = {name: units[code] for name, (code, *_) in UNITS.items()}
    members |= {name: people[name] for name in (*PEOPLE, "charlie")}
    return Cast(**members)


def make_user(username: str, name: str, role: str, unit: Unit, *, area: str = "") -> User:
    """One more person with a post."""
    user = add_user(username, name, unit, PASSWORD, by=None, phone="13800002046")
    give_post(user, Role.objects.get(key=role), unit, area=area, by=None, valid_from=SINCE)
    return user


def _make(*, demo: bool) -> None:
    if installation() is None:
        install("聊城市", CITY, demo=demo)
    store_roles()
    units: dict[str, Unit] = {}
    for key, (code, name, kind, area) in UNITS.items():
        parent = units.get("bureau")
        units[key] = add_unit(code, name, kind=kind, area=area, parent=parent, by=None)
    for username, (name, role, unit) in PEOPLE.items():
        make_user(username.replace("_", "-"), name, role, units[unit])
    add_user("charlie", "查理", units["other_crew"], PASSWORD, by=None)
