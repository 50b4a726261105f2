"""Every verb of the nouns through its service: one audit row each, in the name of whoever acted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.timezone import localdate

from chengyun.city.cases.factories import MANHOLE, make_case, make_working_city, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.inspections.factories import found
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.demo.drive.cases import DESKS
from chengyun.demo.drive.ways import FINDING_WAYS, WAYS, Way
from chengyun.kernel import audit
from chengyun.kernel.files import store_photo
from chengyun.kernel.models import Audit
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.services import act as act_on_bulletin
from chengyun.systems.evaluation.services import draft_bulletin

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def facts_of(case: Case, verb: str, cast: Cast, by: User) -> dict[str, Any]:
    """Whatever any verb may need."""
    condition = case.case_class.conditions.first() if case.case_class else None
    return {
        "reason": "见说明",
        "result": "已处置",
        "verdict": "true",
        "class": MANHOLE,
        "condition": condition.pk if condition else None,
        "unit": cast.crew.code,
        "inspector": cast.inspector.username,
        "photos": [store_photo(photo_bytes(), "现场.jpg", by=by).pk],
        "due": date(2099, 1, 31).isoformat(),
    }


def taken(case: Case, verb: str, by: User, cast: Cast) -> None:
    """Take a verb and see that it left its one row."""
    before = Audit.objects.count()
    act(case, verb, facts_of(case, verb, cast, by), by=by)
    row = Audit.objects.latest("id")
    assert Audit.objects.count() == before + 1, verb
    assert (row.verb, row.subject_id) == (f"{case.workflow}.{verb}", case.pk)
    assert (row.actor_id, row.post, row.area) == (by.pk, by.post_key, case.area)
    assert row.edition == case.edition_id


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way.verbs) or "report")
def test_every_way_of_a_case_is_told_verb_by_verb(way: Way, cast: Cast) -> None:
    case = make_case(cast)
    for verb in way.verbs:
        taken(case, verb, getattr(cast, DESKS.get(verb, "department")), cast)
    audit.seal_new()
    assert audit.verify().sound


@pytest.mark.parametrize("way", FINDING_WAYS, ids=lambda way: "-".join(way.verbs) or "record")
def test_every_way_of_a_finding_s_case_is_told(way: Way, cast: Cast) -> None:
    case = found(cast).case
    by = {"rectify": cast.department, "void": cast.supervisor}
    for verb in way.verbs:
        taken(case, verb, by.get(verb, cast.evaluator), cast)
    assert audit.verify().sound


def test_every_verb_of_a_bulletin_is_told(cast: Cast) -> None:
    found(cast)
    bulletin = draft_bulletin(week_of(localdate()).key, by=cast.evaluator)
    for verb in ("approve", "hand_back", "approve", "issue"):
        before = Audit.objects.count()
        act_on_bulletin(bulletin, verb, {"reason": "改一处"}, by=cast.evaluator)
        assert Audit.objects.count() == before + 1
        assert Audit.objects.latest("id").verb == f"bulletin.{verb}"
    assert audit.verify().sound
