"""Every verb of the nouns through its service: one audit row each, in the name of whoever acted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from chengyun.city.cases import queries
from chengyun.city.cases.factories import MANHOLE, make_case, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.inspections.factories import found
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.units import add_unit
from chengyun.demo.drive.cases import DESKS
from chengyun.demo.drive.ways import BY_ITSELF, FINDING_WAYS, WAYS, Way
from chengyun.kernel import audit, clock
from chengyun.kernel.files import store_photo
from chengyun.kernel.models import Audit
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.services.bulletins import act as act_on_bulletin
from chengyun.systems.evaluation.services.bulletins import draft_bulletin

pytestmark = pytest.mark.django_db


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
        "until": (localdate() + timedelta(days=30)).isoformat(),
        "note": "见说明",
        "reply": "今天办好",
        "grade": "4",
        "told": "应急局值班室",
        "owner": "市政工程处",
        "outsider": "华兴物业前台",
        "task": "请修好",
        "question": "在哪一侧？",
        "answer": "路东",
        "parts": "路面积水\n路灯不亮",
    }


ALSO = {"split": ["case.report", "case.report"], "merge": ["case.join"]}
"""Rows of other cases a verb leaves as well."""


def taken(case: Case, verb: str, by: User, cast: Cast, **facts: Any) -> None:
    """Take a verb and see that it left its one row, and those of other cases it touched."""
    last = Audit.objects.latest("id").pk
    act(case, verb, facts_of(case, verb, cast, by) | facts, by=by)
    row, *others = Audit.objects.filter(pk__gt=last).order_by("id")
    assert [other.verb for other in others] == ALSO.get(verb, []), verb
    assert (row.verb, row.subject_id) == (f"{case.workflow}.{verb}", case.pk)
    assert (row.actor_id, row.post, row.area) == (by.pk, by.post_key, case.area)
    assert row.edition == case.edition_id


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way.verbs) or "report")
def test_every_way_of_a_case_is_told_verb_by_verb(way: Way, cast: Cast) -> None:
    called = {"reporter_phone": "13900002046"}
    case = make_case(cast, **on_the_spot(cast) if way.simple else called)
    other, helper = other_crews(cast)
    for n, verb in enumerate(way.verbs):
        again = verb == "grant_extension" and verb in way.verbs[:n]
        desk = "leader" if again else DESKS.get(verb)
        by = helper if verb == "assist_done" else getattr(cast, desk or "department")
        facts: dict[str, Any] = {"cause": way.cause, "watch_level": way.watch}
        if way.helped:
            facts["helpers"] = [helper.unit.code]  # type: ignore[union-attr]
        if {"return", "reassign"} & {*way.verbs[n:]} and verb == "dispatch":
            facts["unit"] = other.unit.code  # type: ignore[union-attr]
        if case.unit_id == other.unit_id and not desk:
            by = other
        if way.cause == "wrong_class" and "return" in way.verbs[:n] and verb == "file":
            facts |= another_class(case)
        if verb == "merge":
            facts["into"] = make_case(cast).code
        taken(case, verb, by, cast, **facts)
    audit.seal_new()
    assert audit.verify().sound


def on_the_spot(cast: Cast) -> dict[str, Any]:
    """What a simple case is reported with."""
    photos = [store_photo(photo_bytes(), "现场.jpg", by=cast.inspector) for _ in range(2)]
    return {"on_the_spot": True, "photos": photos[:1], "after": photos[1:]}


def other_crews(cast: Cast) -> tuple[User, User]:
    """Two more units of the district, each with somebody who works for it."""
    made = []
    for code, name in (("371502-DX", "电信维护队"), ("371502-YL", "园林处")):
        unit = add_unit(code, name, kind="company", area=DISTRICT, parent=cast.bureau, by=None)
        made.append(make_user(f"crew-{code[-2:].lower()}", name, "department", unit))
    return made[0], made[1]


def another_class(case: Case) -> dict[str, Any]:
    """A class the case was not filed under before."""
    found = next(c for c in queries.classes_for(case.area) if c.pk != case.case_class_id)
    return {"class": found.code, "condition": queries.conditions_of(found, case.area)[0].pk}


def test_a_merged_case_ends_with_the_one_it_was_merged_into(cast: Cast) -> None:
    parent, child = make_case(cast), make_case(cast)
    taken(child, "merge", cast.operator, cast, into=parent.code)
    parent.refresh_from_db()
    act(parent, "refuse", {"reason": "查无此事"}, by=cast.operator)
    rows = Audit.objects.filter(subject_id=child.pk, verb__in=[f"case.{v}" for v in BY_ITSELF])
    assert [(row.verb, row.actor_id) for row in rows] == [("case.follow_void", None)]
    assert audit.verify().sound


@pytest.mark.parametrize("way", FINDING_WAYS, ids=lambda way: "-".join(way.verbs) or "record")
def test_every_way_of_a_finding_s_case_is_told(way: Way, cast: Cast) -> None:
    case = found(cast).case
    by = {"rectify": cast.department, "void": cast.supervisor}
    for verb in way.verbs:
        taken(case, verb, by.get(verb, cast.evaluator), cast)
    assert audit.verify().sound


def test_every_verb_of_a_bulletin_is_told(cast: Cast) -> None:
    with clock.at(clock.now() - timedelta(days=7)):
        found(cast)
        bulletin = draft_bulletin(week_of(localdate(clock.now())).key, by=cast.evaluator)
    for verb in ("approve", "hand_back", "approve", "issue"):
        before = Audit.objects.count()
        act_on_bulletin(bulletin, verb, {"reason": "改一处"}, by=cast.evaluator)
        assert Audit.objects.count() == before + 1
        assert Audit.objects.latest("id").verb == f"bulletin.{verb}"
    assert audit.verify().sound
