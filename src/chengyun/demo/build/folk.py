"""The bodies, accounts and posts of the demo city, and who answers for which grid."""

import random
from dataclasses import dataclass

from chengyun.city.people.models import Role, Unit, User
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.passwords import DEMO_PASSWORD
from chengyun.city.people.services.roles import give_post, store_roles
from chengyun.city.people.services.units import add_unit
from chengyun.city.people.services.users import add_user
from chengyun.demo.divisions import Division, of_level
from chengyun.demo.geometry.drawn import DrawnCity
from chengyun.demo.geometry.streets import OFFICES
from chengyun.demo.words import people
from chengyun.demo.words.people import BODIES, DEMO_ACCOUNTS

CITY, CORE = "3715", "371502"
HOMES = {
    "inspector": "centre",
    "operator": "centre",
    "supervisor": "centre",
    "dispatcher": "centre",
    "department": "drainage",
    "evaluator": "evaluation",
    "leader": "bureau",
    "admin": "bureau",
    "security": "bureau",
    "auditor": "bureau",
    "sender": "bureau",
    "duty": "centre",
}
CREWS = tuple(body.key for body in BODIES if body.kind in ("department", "company"))
DESKS = {"371502": "dcf", "371581": "lq"}  # districts with a dispatcher of their own


@dataclass(frozen=True, kw_only=True)
class Folk:
    """Who acts in the demo. ``crews`` by the key of their body; the demo's inspector comes first.

    ``police`` is the body cases are handed over to.
    """

    units: dict[str, Unit]
    accounts: dict[str, User]
    inspectors: tuple[User, ...]
    crews: dict[str, User]
    police: User


def build_folk(table: tuple[Division, ...], inspectors: int, rng: random.Random) -> Folk:
    """Bodies in four levels, the demo accounts, a crew per body, inspectors, district desks."""
    store_roles()
    roles = {role.key: role for role in Role.objects.all()}
    units = bodies(table)
    fresh = people.names(rng, DEMO_ACCOUNTS.values())
    accounts = {
        key: person(key, name, roles[key], units[HOMES[key]], rng)
        for key, name in DEMO_ACCOUNTS.items()
    }
    crews = {
        key: accounts["department"]
        if key == HOMES["department"]
        else crew(key, next(fresh), roles, units, rng)
        for key in CREWS
        if key != "evaluation"
    }
    others = [
        person(f"inspector{n}", next(fresh), roles["inspector"], units["centre"], rng)
        for n in range(2, inspectors + 1)
    ]
    for district, short in DESKS.items():
        desk = units[f"desk-{district}"]
        person(f"dispatcher-{short}", next(fresh), roles["dispatcher"], desk, rng)
    return Folk(
        units=units,
        accounts=accounts,
        inspectors=(accounts["inspector"], *others),
        crews=crews,
        police=person("police", next(fresh), roles["department"], units["police"], rng),
    )


def bodies(table: tuple[Division, ...]) -> dict[str, Unit]:
    """City bodies, a bureau and a desk per district, an office per street, a committee per core community."""
    units: dict[str, Unit] = {}
    for body in BODIES:
        units[body.key] = add_unit(
            body.code,
            body.name,
            kind=body.kind,
            area=CITY,
            parent=units.get(body.parent),
            short_name=body.short,
            duties=body.duties,
            by=None,
        )
    for district in of_level(table, "district"):
        name = f"{district.name}城市管理局"
        bureau = add_unit(
            f"QX-{district.code}",
            name,
            kind="bureau",
            area=district.code,
            parent=units["bureau"],
            by=None,
        )
        units[district.code] = bureau
        units[f"desk-{district.code}"] = add_unit(
            f"QX-{district.code}-JD",
            f"{district.name}城市管理监督指挥中心",
            kind="centre",
            area=district.code,
            parent=bureau,
            by=None,
        )
    return units | offices(table, units)


def offices(table: tuple[Division, ...], above: dict[str, Unit]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for street in of_level(table, "street"):
        units[street.code] = add_unit(
            f"JD-{street.code}", office_name(street), kind="street", area=street.code,
            parent=above[street.parent], short_name=street.name[:20], by=None,
        )  # fmt: skip
    for community in of_level(table, "community"):
        if community.parent in OFFICES:
            units[community.code] = add_unit(
                f"SQ-{community.code}", community.name, kind="community", area=community.code,
                parent=units[community.parent], by=None,
            )  # fmt: skip
    return units


def office_name(street: Division) -> str:
    if street.name.endswith("街道"):
        return f"{street.name}办事处"
    return f"{street.name}人民政府" if street.name.endswith(("镇", "乡")) else street.name


def person(username: str, name: str, role: Role, unit: Unit, rng: random.Random) -> User:
    user = add_user(username, name, unit, DEMO_PASSWORD, by=None, phone=people.phone(rng))
    give_post(user, role, unit, by=None)
    return user


def crew(
    key: str, name: str, roles: dict[str, Role], units: dict[str, Unit], rng: random.Random
) -> User:
    username = f"crew-{key.replace('_', '-')}"
    return person(username, name, roles["department"], units[key], rng)


def entrust(folk: Folk) -> None:
    """The districts of the core have a leader who answers for them."""
    for district, key in (("371502", "leader"), ("371581", "evaluator")):
        bind("area_leader", "region", district, folk.accounts[key], by=None)


def bind_inspectors(city: DrawnCity, folk: Folk) -> None:
    """Every responsibility grid of the core gets its inspector."""
    core = [duty for duty in city.duties if duty.community[:9] in OFFICES]
    for number, duty in enumerate(core):
        inspector = folk.inspectors[number * len(folk.inspectors) // len(core)]
        bind("inspector", "responsibility", duty.code, inspector, by=None)
