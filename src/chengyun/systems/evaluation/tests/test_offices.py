"""The office at work: weeks that go on, questions before the last step, two at once, findings put right."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengyun.city.cases.services.acting import act as act_on_case
from chengyun.city.inspections.factories import photo_of, picture
from chengyun.city.inspections.models import Finding
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Conflict
from chengyun.kernel.models import Audit
from chengyun.kernel.params import set_param
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.queries import notice_of
from chengyun.systems.evaluation.services.bulletins import (
    act,
    approve_bulletin,
    draft_bulletin,
    issue_bulletin,
)
from chengyun.systems.evaluation.tests.week import (
    MONDAY,
    NEXT_WEEK,
    SUNDAY,
    WEDNESDAY,
    draft,
    find,
    issued,
)

pytestmark = pytest.mark.django_db


def test_a_week_that_goes_on_is_drafted_but_neither_approved_nor_issued(
    cast: Cast, client: Client
) -> None:
    find(cast, {"市政设施": 1})
    bulletin = draft(cast)
    client.force_login(cast.evaluator)
    page, path = f"/evaluation/bulletins/{bulletin.code}/", "/api/v1/evaluation/bulletins"
    sentence = "这一周到 12月14日结束，12月15日起才能审核通过。"
    with clock.at(SUNDAY):
        shown = client.get(page).content.decode()
        assert sentence in shown
        assert "截至 12月14日 14:30，本周考评科累计排查发现" in shown
        assert "disabled>审核通过</button>" in shown
        assert client.get(f"{path}/{bulletin.code}").json()["verbs"] == []
        refused = client.post(f"{path}/{bulletin.code}/approve", "{}", "application/json")
        assert (refused.status_code, refused.json()["message"]) == (409, sentence)
    with clock.at(MONDAY):
        assert "截至" not in notice_of(bulletin).summary_line
        approve_bulletin(bulletin, by=cast.evaluator)
    with clock.at(SUNDAY), pytest.raises(Conflict, match="12月15日起才能印发"):
        issue_bulletin(bulletin, by=cast.evaluator)
    assert Bulletin.objects.get().state == "approved"


def test_what_cannot_be_undone_is_asked_first(cast: Cast, client: Client) -> None:
    find(cast, {"市政设施": 1})
    bulletin = draft(cast)
    client.force_login(cast.evaluator)
    page = f"/evaluation/bulletins/{bulletin.code}/"
    assert client.get(f"{page}issue/").status_code == 303
    client.post(f"{page}approve/")
    assert 'data-open="issue">印发…</a>' in client.get(page).content.decode()
    asked = client.get(f"{page}issue/")
    assert "不能撤回，也不能再改" in asked.content.decode()
    assert Bulletin.objects.get().state == "approved"


def test_the_city_may_ask_for_a_second_person(cast: Cast, client: Client) -> None:
    second = make_user("second", "李评", "evaluator", cast.bureau)
    bulletin = draft(cast)
    set_param("bulletin.second_person", "3715", True, by=None)
    with pytest.raises(Conflict, match="另一人"):
        approve_bulletin(bulletin, by=cast.evaluator)
    client.force_login(cast.evaluator)
    assert (
        "要求由另一人审核通过"
        in client.get(f"/evaluation/bulletins/{bulletin.code}/").content.decode()
    )
    assert approve_bulletin(bulletin, by=second).state == "approved"


def test_whoever_comes_second_is_told_who_was_faster(cast: Cast, client: Client) -> None:
    bulletin = draft(cast)
    approve_bulletin(bulletin, by=cast.evaluator)
    client.force_login(cast.evaluator)
    answer = client.post(
        f"/evaluation/bulletins/{bulletin.code}/hand_back/", {"version": 1, "reason": "少算一处"}
    )
    told = answer.content.decode()
    assert answer.status_code == 409
    assert f"没能退回修改：{cast.evaluator.name} 今天 " in told
    assert "已审核通过，现在是「待印发」。" in told
    assert "<dt>原因</dt><dd>少算一处</dd>" in told.replace("退回原因", "原因")
    assert "<dt>version</dt>" not in told
    assert 'class="crumb"' in told
    assert "我的工作台" in told


def test_a_draft_says_why_it_was_handed_back(cast: Cast, client: Client) -> None:
    bulletin = draft(cast)
    approve_bulletin(bulletin, by=cast.evaluator)
    act(bulletin, "hand_back", {"reason": "第二处地点写错了"}, by=cast.evaluator)
    client.force_login(cast.evaluator)
    shown = client.get(f"/evaluation/bulletins/{bulletin.code}/").content.decode()
    assert "退回修改：第二处地点写错了" in shown


def test_a_finding_is_corrected_until_its_bulletin_is_approved(cast: Cast, client: Client) -> None:
    finding = find(cast, {"市政设施": 1})[0]
    bulletin = draft(cast)
    client.force_login(cast.evaluator)
    page, notice = (
        f"/evaluation/findings/{finding.code}/",
        f"/evaluation/bulletins/{bulletin.code}/",
    )
    assert f'href="{page}">更正</a>' in client.get(notice).content.decode()
    seen = client.get(page).context["version"]
    form = {"field": "sanitation", "description": "果皮箱破损 1 个", "place": "东昌路 8 号"}
    photo = SimpleUploadedFile("a.jpg", picture())
    assert client.post(page, form | {"version": seen, "photos": photo}).status_code == 303
    item = notice_of(bulletin).items[0]
    assert (item.field, item.description, item.place) == tuple(form.values())
    assert 'alt="东昌路 8 号现场照片"' in client.get(notice).content.decode()
    row = Audit.objects.get(verb="finding.correct")
    assert row.facts["before"]["description"] == finding.description
    assert finding.case.description == "雨水箅子缺失 1 块，骑车人绕行"
    late = client.post(page, form | {"version": seen, "place": "湖南路"})
    assert late.status_code == 409
    assert f"没能更正：{cast.evaluator.name} 今天" in late.content.decode()
    assert client.post(page, form).status_code == 422
    approve_bulletin(bulletin, by=cast.evaluator)
    shut = client.post(page, form | {"place": "湖南路"})
    assert shut.status_code == 409
    assert "先把通报退回修改" in shut.content.decode()
    assert "保存更正" not in client.get(page).content.decode()
    act(bulletin, "hand_back", {"reason": "地点写错了"}, by=cast.evaluator)
    assert client.post(page, form | {"place": "湖南路"}).status_code == 303
    assert audit.verify().sound


def test_only_its_own_office_corrects_a_finding(cast: Cast, client: Client) -> None:
    finding = find(cast, {"市政设施": 1})[0]
    page, api = (
        f"/evaluation/findings/{finding.code}/",
        f"/api/v1/inspections/findings/{finding.code}",
    )
    fix = json.dumps({"place": "东昌路 8 号"})
    client.force_login(cast.leader)
    assert "保存更正" not in client.get(page).content.decode()
    assert client.post(page, {"place": "东昌路"}).status_code == 403
    assert client.post(f"{api}/correct", fix, "application/json").status_code == 403
    client.force_login(cast.other_department)
    assert client.get(page).status_code == 404
    client.force_login(cast.evaluator)
    answer = client.post(f"{api}/correct", fix, "application/json").json()
    assert (answer["place"], answer["description"]) == ("东昌路 8 号", finding.description)
    assert client.post(f"{api}/correct", fix, "application/json").status_code == 422


def test_a_light_measures_the_day_the_unit_was_given(cast: Cast, client: Client) -> None:
    early, late = find(cast, {"市政设施": 2}, due=WEDNESDAY.date() + timedelta(days=1))
    client.force_login(cast.evaluator)

    def lights() -> dict[str, tuple[str, str]]:
        rows = client.get("/evaluation/findings/").context["table"].rows
        return {row.key: (row.cells[0].value.words, row.cells[4].value) for row in rows}

    def rectify(finding: Finding) -> None:
        given = {"result": "已补装", "photos": [photo_of(cast.department).pk]}
        act_on_case(finding.case, "rectify", given, by=cast.department)

    with clock.at(WEDNESDAY):
        assert set(lights().values()) == {("剩 1天 12小时", "12月11日 止")}
        rectify(early)
    with clock.at(WEDNESDAY + timedelta(days=2)):
        assert lights()[early.code] == ("已改，待复核", "12月11日 止")
        assert lights()[late.code][0] == "超 12小时"
        assert late.code in client.get("/evaluation/findings/?state=late").content.decode()
        assert early.code not in client.get("/evaluation/findings/?state=late").content.decode()
        rectify(late)
        assert lights()[late.code][0] == "超期，已改，待复核"
        act_on_case(Finding.objects.get(pk=early.pk).case, "clear", {}, by=cast.evaluator)
        assert lights()[early.code][0] == "已销号"


def test_only_units_that_handle_are_made_responsible(cast: Cast, client: Client) -> None:
    office = add_unit("KP", "考评科", kind="department", area="3715", parent=cast.bureau, by=None)
    young = add_unit(
        "XS", "新设养护站", kind="department", area="3715", parent=cast.bureau, by=None
    )
    make_user("examiner", "李评", "evaluator", office)
    client.force_login(cast.evaluator)
    form = client.get("/evaluation/findings/new/").context["form"]
    offered = dict(form.fields["unit"].choices)
    assert cast.crew.code in offered
    assert young.code in offered
    assert office.code not in offered


def test_the_queue_of_drafts_shows_those_that_wait(cast: Cast, client: Client) -> None:
    old, waiting = issued(cast), None
    with clock.at(NEXT_WEEK):
        waiting = draft_bulletin("2025-12-W3", by=cast.evaluator)
    client.force_login(cast.evaluator)

    def shown(query: str) -> tuple[list[str], list[str]]:
        answer = client.get(f"/evaluation/{query}")
        here = [entry.label for entry in answer.context["shell"].queues if entry.current]
        return [row.key for row in answer.context["table"].rows], here

    assert shown("") == ([waiting.code, old.code], [])
    assert shown("?state=open") == ([waiting.code], ["待印发通报"])
    assert shown("?state=issued") == ([old.code], [])
    assert "<h2>系统</h2>" in client.get("/evaluation/").content.decode()
