"""A way past every page of every system, in a city in which each kind of thing exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate

from chengyun.city.assets.factories import HOME, make_asset, row
from chengyun.city.assets.services.imports import import_assets
from chengyun.city.cases.factories import EDITION, MANHOLE, drive, make_case, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.catalogue import load_catalogue
from chengyun.city.inspections.factories import found
from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.people.services.bindings import bind
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.places.factories import make_city
from chengyun.kernel import audit, clock
from chengyun.kernel.files import store_photo
from chengyun.kernel.models import Audit
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.services import approve_bulletin, draft_bulletin

Stop = tuple[str, str]
"""Whose page, and where it is."""


@dataclass(frozen=True, kw_only=True)
class City:
    """The demo city and what stands in it."""

    cast: Cast
    asset: str
    binding: int
    bulletin: str
    cases: dict[str, Case]
    run: int
    token: int
    audit_row: int


def furnish() -> City:
    """Everybody, everything, and something of each kind."""
    cast = make_cast(demo=True)
    make_city()
    load_catalogue(EDITION, by=None)
    cases = {state: drive(make_case(cast), cast, state) for state in ("accepted", "closed")}
    photos = [store_photo(photo_bytes(), "现场.jpg", by=cast.inspector)]
    cases["filed"] = drive(make_case(cast, photos=photos), cast, "filed")
    cases["handling"] = drive(make_case(cast), cast, "handling")
    found(cast)
    bulletin = draft_bulletin(week_of(localdate(clock.now())).key, by=cast.evaluator)
    approve_bulletin(bulletin, by=cast.evaluator)
    binding = bind("grid", "grid", HOME, cast.inspector, by=cast.admin)
    _, token = issue_token(cast.admin, "大屏", timedelta(days=1), by=cast.admin)
    audit.seal_new()
    return City(
        cast=cast,
        asset=make_asset(keeper_id=cast.crew.pk).code,
        binding=binding.pk,
        bulletin=bulletin.code,
        cases=cases,
        run=import_assets([row(), row("没有这一类")], by=cast.admin).pk,
        token=token.pk,
        audit_row=Audit.objects.latest("pk").pk,
    )


def stops(city: City) -> dict[str, list[Stop]]:
    """Who opens which pages, by system."""
    return {
        "coordination": _coordination(city),
        "data": _data(city),
        "evaluation": _evaluation(city),
        "maintenance": _maintenance(city),
        "security": _security(city),
    }


def _coordination(city: City) -> list[Stop]:
    closed, filed = city.cases["closed"].code, city.cases["filed"].code
    accepted, handling = city.cases["accepted"].code, city.cases["handling"].code
    return [
        ("dispatcher", "/desk/"),
        ("operator", "/desk/"),
        ("operator", "/cases/"),
        ("operator", "/cases/?q=nothing"),
        ("inspector", "/cases/new/"),
        ("supervisor", f"/cases/{closed}/"),
        ("dispatcher", f"/cases/{filed}/"),
        ("dispatcher", f"/cases/{filed}/dispatch/"),
        ("supervisor", f"/cases/{accepted}/file/"),
        ("department", f"/cases/{handling}/handle/"),
        ("operator", "/map/"),
    ]


def _data(city: City) -> list[Stop]:
    return [
        ("admin", "/data/assets/"),
        ("admin", "/data/assets/map/"),
        ("admin", "/data/assets/add/?type=lamp"),
        ("admin", f"/data/assets/{city.asset}/"),
        ("admin", f"/data/assets/{city.asset}/edit/"),
        ("admin", "/data/imports/"),
        ("admin", "/data/imports/add/"),
        ("admin", f"/data/imports/{city.run}/"),
        ("admin", "/data/places/"),
        ("admin", "/data/places/371502/"),
        ("admin", f"/data/places/{HOME}/"),
        ("admin", "/data/places/import/"),
    ]


def _evaluation(city: City) -> list[Stop]:
    return [
        ("evaluator", "/evaluation/"),
        ("evaluator", "/evaluation/findings/"),
        ("evaluator", "/evaluation/findings/new/"),
        ("evaluator", f"/evaluation/bulletins/{city.bulletin}/"),
        ("leader", f"/evaluation/bulletins/{city.bulletin}/"),
    ]


def _maintenance(city: City) -> list[Stop]:
    return [
        ("admin", "/maintenance/units/"),
        ("admin", "/maintenance/units/add/"),
        ("admin", f"/maintenance/units/{city.cast.crew.code}/"),
        ("admin", "/maintenance/users/"),
        ("admin", "/maintenance/users/add/"),
        ("admin", "/maintenance/users/inspector/"),
        ("admin", "/maintenance/duties/"),
        ("admin", "/maintenance/duties/add/"),
        ("admin", f"/maintenance/duties/{city.binding}/"),
        ("admin", "/maintenance/classes/"),
        ("admin", f"/maintenance/classes/{MANHOLE}/"),
        ("admin", "/maintenance/workflows/"),
        ("admin", "/maintenance/params/"),
        ("admin", "/maintenance/params/case.limit.accept/"),
        ("admin", "/maintenance/calendar/"),
    ]


def _security(city: City) -> list[Stop]:
    return [
        ("security", "/maintenance/roles/"),
        ("security", "/maintenance/roles/add/"),
        ("security", "/maintenance/roles/dispatcher/"),
        ("security", "/maintenance/tokens/"),
        ("security", "/maintenance/tokens/add/"),
        ("security", f"/maintenance/tokens/{city.token}/"),
        ("auditor", "/maintenance/audit/"),
        ("auditor", f"/maintenance/audit/{city.audit_row}/"),
        ("charlie", "/me/"),
    ]
