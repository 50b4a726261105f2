"""A city edits its own workflow: drafted, checked, compared, tried on the past, put in force from a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import CITY, DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.kernel import clock, drafts, editions
from chengyun.kernel.models import Audit, WorkflowDraft, WorkflowEdition
from chengyun.kernel.recent import forget_everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, area: str = DISTRICT, *more: Any) -> str:
    return f"{reverse(f'maintenance:workflow_{name}', args=('case', *more))}?area={area}"


def begun(cast: Cast, area: str = DISTRICT) -> WorkflowDraft:
    assert enter(cast.admin).post(url("begin", area)).status_code == 303
    return WorkflowDraft.objects.get(area=area)


def number_of(draft: WorkflowDraft, verb: str) -> int:
    return next(n for n, (step, _) in enumerate(drafts.all_steps(draft)) if step.verb == verb)


def change(cast: Cast, draft: WorkflowDraft, verb: str, **values: Any) -> Any:
    """Send the form of one step with some of its fields changed."""
    draft.refresh_from_db()
    number = number_of(draft, verb)
    step, on = drafts.all_steps(draft)[number]
    facts: dict[str, str] = {fact.key: "no" for fact in drafts.flow_in(draft).facts}
    facts |= dict.fromkeys(step.asks, "asks") | dict.fromkeys(step.needs, "needs")
    form: dict[str, Any] = {"label": step.label, "may": step.may, "clock": step.clock or "keep"}
    form |= {f"fact_{key}": how for key, how in facts.items()} | ({"on": "on"} if on else {})
    form |= {"version": draft.version, **values}
    sent = {key: value for key, value in form.items() if value is not None}
    return enter(cast.admin).post(url("step", draft.area, number), sent)


def page(cast: Cast, area: str = DISTRICT, more: str = "") -> str:
    answer = enter(cast.admin).get(url("draft", area) + more)
    assert answer.status_code == 200
    return str(answer.content.decode())


def enact(cast: Cast, draft: WorkflowDraft, start: Any = None, **more: Any) -> Any:
    draft.refresh_from_db()
    at = localtime(start or clock.now()).strftime("%Y-%m-%dT%H:%M")
    data = {"start": at, "note": "少一道手续", "version": draft.version, **more}
    return enter(cast.admin).post(url("enact", draft.area), data)


def verbs(area: str) -> tuple[str, ...]:
    forget_everything()
    return editions.flow_of(editions.current("case", area).pk).verbs()


def test_a_district_switches_a_step_off_for_new_cases_only(cast: Cast) -> None:
    old = make_case(cast)
    draft = begun(cast)
    assert change(cast, draft, "ask_verify", on=None).status_code == 303
    change(cast, draft, "verify", on=None)
    text = page(cast)
    assert "停用「发核实」（待受理 → 核实中）" in text
    assert "「核实中」到不了" in text  # nobody is sent there any more
    assert enact(cast, draft).status_code == 422
    change(cast, draft, "ask_verify", on="on")
    change(cast, draft, "verify", on="on")
    change(cast, draft, "hand_back", on=None)
    assert enact(cast, draft).status_code == 303
    assert not WorkflowDraft.objects.exists()
    assert "hand_back" not in verbs(DISTRICT)
    assert "hand_back" in verbs(OTHER_DISTRICT)
    assert "hand_back" in editions.flow_of(old.edition_id).verbs()
    assert make_case(cast).edition_id != old.edition_id


def test_every_fault_is_a_sentence(cast: Cast) -> None:
    draft = begun(cast)
    change(cast, draft, "verify", on=None)
    text = page(cast)
    assert "「核实中」没有出路：到了这里就没有任何步骤能离开。" in text
    assert "先把上面" in text
    assert enact(cast, draft).status_code == 422


def test_names_rights_facts_and_clocks_are_the_city_s(cast: Cast) -> None:
    draft = begun(cast)
    change(cast, draft, "dispatch", label="下派", may="case.file", fact_note="needs", clock="stop")
    text = page(cast)
    for words in (
        "名称：派遣 → 下派",
        "权限：派遣案件 → 立案",
        "必填：责任单位 → 责任单位、说明",
        "时限：处置时限开始 → 不再计时",
    ):
        assert words in text, words
    row = Audit.objects.get(verb="workflow.change_draft")
    assert row.facts["changes"]["may"] == "case.file"
    assert page(cast).count("「发核实」") == 0  # what was sent unchanged is no change


def test_the_past_is_asked_before_the_draft_holds(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    live = drive(make_case(cast), cast, "dispatched")
    draft = begun(cast)
    change(cast, draft, "sign", on=None)
    change(cast, draft, "dispatch", fact_note="needs", may="case.void")
    text = page(cast, more="&try=1")
    assert "试了在办的 1 件和最近办结的 1 件" in text
    for words in (
        "「待签收」时签收", "草稿里没有这一步", "当时没有填「说明」，现在必填",
        "当时由派遣员办，没有「作废案件」的权限", live.code,
    ):  # fmt: skip
        assert words in text, words


def test_what_changes_nothing_for_the_past_is_said(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    draft = begun(cast)
    change(cast, draft, "return", on=None)
    assert "照草稿每一步都办得成" in page(cast, more="&try=1")


def test_it_holds_from_the_chosen_moment(cast: Cast) -> None:
    draft = begun(cast)
    change(cast, draft, "hand_back", on=None)
    start = clock.now() + timedelta(days=3)
    assert enact(cast, draft, start).status_code == 303
    assert "hand_back" in verbs(DISTRICT)
    assert "还没到" in page(cast)
    with clock.at(start + timedelta(minutes=1)):
        assert "hand_back" not in verbs(DISTRICT)
    edition = WorkflowEdition.objects.get(area=DISTRICT)
    assert edition.note == "少一道手续"
    assert Audit.objects.filter(verb="workflow.put_in_force", subject_id=edition.pk).exists()


def test_a_step_switched_off_can_come_back_in_a_later_draft(cast: Cast) -> None:
    draft = begun(cast)
    change(cast, draft, "hand_back", on=None)
    enact(cast, draft)
    forget_everything()
    again = begun(cast)
    assert dict((s.verb, on) for s, on in drafts.all_steps(again))["hand_back"] is False
    change(cast, again, "hand_back", on="on")
    assert "启用「退回受理」" in page(cast)


def test_a_draft_is_discarded_and_the_slower_of_two_is_told(cast: Cast) -> None:
    draft = begun(cast)
    seen = draft.version
    change(cast, draft, "sign", label="接单")
    assert change(cast, draft, "sign", label="收件", version=seen).status_code == 409
    assert enter(cast.admin).post(url("begin")).status_code == 409
    assert enter(cast.admin).post(url("discard")).status_code == 303
    assert not WorkflowDraft.objects.exists()
    assert enter(cast.admin).post(url("discard")).status_code == 404


def test_nothing_to_enact_and_no_note_are_refused(cast: Cast) -> None:
    draft = begun(cast)
    assert enact(cast, draft).status_code == 422
    change(cast, draft, "sign", label="接单")
    assert enact(cast, draft, note="").status_code == 422


def test_only_whoever_may_change_workflows_does_and_only_in_their_area(cast: Cast) -> None:
    assert enter(cast.district_admin).post(url("begin", OTHER_DISTRICT)).status_code == 404
    assert enter(cast.district_admin).post(url("begin", CITY)).status_code == 404
    assert enter(cast.supervisor).post(url("begin")).status_code == 403
    assert enter(cast.district_admin).post(url("begin")).status_code == 303
