"""Every operation of the OpenAPI document, as every role, with right and wrong data: no 5xx, no undocumented answer.

Half of the codes and the like are exchanged for such as exist, so that the calls get further than "not found". Each
example is undone, so that one does not lead to another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils.timezone import localdate
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chengyun.city.assets.factories import make_asset
from chengyun.city.cases.factories import (
    LAT,
    LON,
    MANHOLE,
    drive,
    make_agreement,
    make_case,
    make_discovery,
    make_flight,
    make_joint,
    make_promise,
    make_service_item,
    make_team,
    make_visit,
    photo_bytes,
)
from chengyun.city.cases.models import FilingCondition, Flight, JointEntry, Team
from chengyun.city.cases.services.campaigns import Part, Plan, begin_campaign, draft_campaign
from chengyun.city.cases.services.meetings import report_done
from chengyun.city.cases.services.whistles import Call, Spot, blow
from chengyun.city.inspections.factories import found
from chengyun.city.people.factories import PASSWORD, Cast
from chengyun.city.people.models import User
from chengyun.city.people.roles import DEFAULT_ROLES
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import clock, registry
from chengyun.kernel.api import api
from chengyun.kernel.files import store_photo
from chengyun.kernel.recent import forget_everything
from chengyun.kernel.specs import Workflow
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.services.bulletins import draft_bulletin

# The lines it reaches are counted for the tests of each door, which need no tracing of thousands of calls.
pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STATES = (
    "reported",
    "accepted",
    "filed",
    "dispatched",
    "handling",
    "handled",
    "checking",
    "closed",
)
EVERYBODY = (*(role.key for role in DEFAULT_ROLES), "bob", "charlie", "")
SOME, MANY = 15, 50
"""Examples of an operation; of an operation and a person."""
PARTS = 15
"""One city serves every fifteenth operation."""

Known = dict[str, list[Any]]
Heads = dict[str, dict[str, str]]
Example = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]


def document() -> dict[str, Any]:
    """The OpenAPI document as it is served; the doors are wired first."""
    import_module(settings.ROOT_URLCONF)
    plain = json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), cls=DjangoJSONEncoder)
    found: dict[str, Any] = json.loads(plain)
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With ``--long`` each operation has its own city; else the document is made by those who ask for a part."""
    if "several" in metafunc.fixturenames:
        if metafunc.config.getoption("--long"):
            parts = [[operation] for operation in operations()]
            ids = [name_of(part[0]) for part in parts]
            metafunc.parametrize("several", parts, ids=ids)
        else:
            metafunc.parametrize("several", range(PARTS), indirect=True)


@pytest.fixture
def several(request: pytest.FixtureRequest) -> Sequence[Operation]:
    """The operations of one part."""
    return operations()[request.param :: PARTS]


@cache
def operations() -> list[Operation]:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    found = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        found.append(result.ok())
    return found


def name_of(operation: Operation) -> str:
    return operation.label.replace(" ", "-")


def first_word(path: str) -> str:
    return path.removeprefix("/api/v1/").split("/")[0]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests run in the transaction of the test and must leave its connection open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


PLAIN: Known = {
    "cases type": ["standard", "ledger"],
    "cases state": list(STATES),
    "assets type": ["lamp"],
    "assets state": ["good", "broken"],
    "assets attributes": [{}],
    "classes code": [MANHOLE],
    "evaluation verb": ["approve", "hand_back", "issue"],
    "inspections state": ["open", "late"],
    "discoveries reason": ["false", "known"],
    "camera": ["DCF-001"],
    "kind": ["vendor", "water"],
    "taken_at": ["2026-05-01T08:00:00+08:00"],
    "confidence": [0.5],
    **dict.fromkeys(("x", "y", "w", "h"), [0.25]),
    "pilot": ["inspector"],
    "class": [MANHOLE],
    "area": ["3715", "371502", "371502003"],
    "source": ["inspector", "hotline"],
    "lon": [LON],
    "lat": [LAT],
    "bbox": ["115.9,36.4,116.1,36.6"],
    "crs": ["wgs84", "gcj02"],
    "version": [1, 2, 3],
    "field": ["municipal"],
    "description": ["雨水井盖不见"],
    "place": ["湖南路"],
    "address": ["湖南路 1 号"],
    "reason": ["见说明"],
    "note": ["见说明"],
    "result": ["已处置"],
    "verdict": ["true"],
    "order": ["-reported_at", "due_at"],
    "after": [""],
    "password": [PASSWORD],
}
"""What exists in every city, by the name of a parameter or field; by the first word of the path where that matters."""


@pytest.fixture
def known(cast: Cast) -> Known:
    """What exists in this city."""
    cases = [drive(make_case(cast), cast, state).code for state in STATES]
    finding = found(cast)
    week = week_of(finding.week).key
    units = [cast.crew.code, cast.other_crew.code]
    return PLAIN | {
        "cases code": [*cases, finding.case.code],
        "cases verb": [verb for flow in registry.all_of(Workflow) for verb in flow.verbs()],
        "assets code": [make_asset().code],
        "evaluation code": [draft_bulletin(week, by=cast.evaluator).code],
        "inspections code": [finding.code],
        "discoveries code": [make_discovery(cast).code for _ in range(2)],
        "cameras code": ["DCF-001", "DCF-002"],
        "flights code": [make_flight(cast).code],
        "flight": ["", Flight.objects.get().code],
        "cases campaign": campaigned(cast),
        "campaigns code": campaigned(cast),
        "campaigns case": cases,
        "whistles code": [whistled(cast) for _ in range(2)],
        **gathered(cast),
        "condition": [condition.pk for condition in FilingCondition.objects.all()[:5]],
        **dict.fromkeys(("unit", "owner", "keeper", "supervisor"), units),
        "inspector": [cast.inspector.username],
        "photos": [[], *([photo] for photo in photos(cast))],
        "due": [finding.due.isoformat(), "2099-01-31"],
        "week": [week],
        "username": [person.username for person in people(cast)],
    }


def campaigned(cast: Cast) -> list[str]:
    """A campaign that is drafted and one that runs and counts amounts."""
    today = localdate(clock.now())
    plan = Plan(
        name="井盖专项整治",
        purpose="集中解决井盖缺失。",
        starts=today,
        ends=today,
        measure="更换井盖",
        measure_unit="个",
        parts=[Part(unit=cast.crew, cases=2)],
    )
    drafted, running = (draft_campaign(plan, "371502", by=None) for _ in range(2))
    begin_campaign(running, by=None, version=1)
    return [drafted.code, running.code]


def gathered(cast: Cast) -> Known:
    """A community with its station and a visit, meetings and promises."""
    visit, promises = make_visit(cast), [make_promise(cast) for _ in range(2)]
    report_done(promises[0], "画好了", by=cast.department)
    item = make_service_item(cast)
    return {
        "service-bodies pk": [item.enlistment.body.pk],
        "enlistments pk": [item.enlistment.pk],
        "enlistment": [item.enlistment.pk],
        "service-items code": [item.code, make_service_item(cast, agreed=True).code],
        "service-bodies area": [visit.station.area, "371502"],
        "stations area": [visit.station.area],
        "meetings area": [visit.station.area, "371502"],
        "stations pk": [officer.pk for officer in visit.station.officers.all()],
        "visits pk": [visit.pk],
        "meetings code": [promise.origin.code for promise in promises],
        "meetings kind": ["四方协商"],
        "joint-actions code": [make_joint(cast).code],
        "joint-actions entry": [entry.pk for entry in JointEntry.objects.all()],
        "found": ["fine", "problem"],
        "teams code": [make_team(cast).code],
        "template": [Team.objects.get().template_id],
        "filling": ["unit", "people"],
        "agreements code": [make_agreement(cast).code for _ in range(2)],
        "promises code": [promise.code for promise in promises],
        "weekdays": ["24"],
        "hours": ["09:00-11:00"],
        "phone": ["0635-8212345"],
        "on": [f"{localdate(clock.now())}"],
    }


def whistled(cast: Cast) -> str:
    """A call that waits for a unit."""
    due = clock.now() + timedelta(hours=1)
    spot = Spot(matter="路面塌陷", address="湖南路", lon=LON, lat=LAT)
    return blow(spot, [Call(unit=cast.crew, due_at=due)], by=None).code


def photos(cast: Cast) -> list[int]:
    return [store_photo(photo_bytes(), "现场.jpg", by=person).pk for person in people(cast)]


def people(cast: Cast) -> list[User]:
    return [getattr(cast, name) for name in EVERYBODY if name]


def heads(cast: Cast) -> Heads:
    """What everybody sends along: a token, the stranger nothing."""
    found: Heads = {"": {}}
    for name, person in zip([n for n in EVERYBODY if n], people(cast), strict=True):
        token, _ = issue_token(person, "试验", timedelta(days=1), by=None)
        found[name] = {"Authorization": f"Bearer {token}"}
    return found


def exchange(case: Example, known: Known, data: st.DataObject) -> None:
    """Put things that exist into all, some or none of the places that ask for them."""
    share = data.draw(st.sampled_from((0, 2, 4)), label="quarters that exist")
    word = first_word(case.path)
    for part in (case.path_parameters, case.query, case.body):
        if not isinstance(part, dict):
            continue
        for key in sorted(part):
            pool = known.get(f"{word} {key}") or known.get(key)
            if pool and data.draw(st.integers(1, 4), label=f"{key} exists") <= share:
                part[key] = data.draw(st.sampled_from(pool), label=key)


def call(case: Example, head: dict[str, str]) -> None:
    """Call, check the answer, and undo whatever it did."""
    forget_everything()
    with transaction.atomic():
        answer = case.call(headers=head)
        transaction.set_rollback(True)
    case.validate_response(answer, checks=CHECKS, headers=head)


def either(operation: Operation) -> st.SearchStrategy[Example]:
    """Right data twice as often as wrong."""
    right = operation.as_strategy(GenerationMode.POSITIVE)
    wrong = operation.as_strategy(GenerationMode.NEGATIVE)
    return st.integers(0, 2).flatmap(lambda lot: right if lot else wrong)


def trial(
    cases: st.SearchStrategy[Example], known: Known, heads: Heads, examples: int
) -> Callable[[], None]:
    """Examples of one operation, each for one of these people."""

    @trying(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
    @given(case=cases, data=st.data())
    def tried(case: Example, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(heads)), label="as")
        exchange(case, known, data)
        call(case, heads[name])

    return tried


def test_every_answer_is_a_documented_one(
    several: Sequence[Operation], cast: Cast, known: Known, request: pytest.FixtureRequest
) -> None:
    """Everybody in turn with ``--long``; else everybody draws lots."""
    everybody = heads(cast)
    long = request.config.getoption("--long")
    rounds = [{name: head} for name, head in everybody.items()] if long else [everybody]
    for operation in several:
        cases = either(operation)
        for some in rounds:
            try:
                trial(cases, known, some, MANY if long else SOME)()
            except Exception as error:
                error.add_note(f"{operation.label} as {', '.join(some)}")
                raise
