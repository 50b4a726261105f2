"""Bulletins: counted as the documents print them, fixed when approved, issued once, seen by whom they concern."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from chengyun.city.cases.services.acting import act as act_on_case
from chengyun.city.inspections.factories import found, photo_of
from chengyun.city.inspections.models import Finding
from chengyun.city.people.factories import Cast, make_user
from chengyun.city.people.services.units import change_unit
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit, Message, Seal
from chengyun.kernel.params import set_param
from chengyun.science.weeks import week_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.queries import (
    bulletins_for,
    drafts_waiting,
    findings_in,
    notice_of,
    progress_of,
)
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
    WEEK,
    draft,
    find,
    issued,
    words_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.data
def test_the_figures_of_the_documents_give_their_lines(
    cast: Cast, client: Client, data: Path
) -> None:
    case = json.loads((data / "source_facts.json").read_text())["bulletin_case"]
    given, expected = case["input"], case["expected"]
    find(cast, given["problems"])
    bulletin = draft(cast, given["period"])
    notice = notice_of(bulletin)
    assert notice.title == given["title"]
    assert notice.summary_line == expected["summary_line"]
    assert list(notice.field_lines) == expected["field_lines"]
    assert notice.total == expected["total"]
    assert [figure.label for figure in notice.figures] == expected["order"]
    assert {f.label: float(f.share) for f in notice.figures} == expected["percent"]
    assert round(sum(float(f.share) for f in notice.figures), 2) == expected["percent_sum"]
    client.force_login(cast.evaluator)
    shown = client.get(f"/evaluation/bulletins/{bulletin.code}/").content.decode()
    written = words_of(client.get(f"/evaluation/bulletins/{bulletin.code}/word/").content)
    for line in (given["title"], expected["summary_line"], *expected["field_lines"]):
        assert line in shown
    assert set(expected["field_lines"]) < set(written)
    assert any(expected["summary_line"] in line for line in written)
    assert given["title"].replace(" ", "\n") in written


def test_our_own_figures(cast: Cast, client: Client) -> None:
    find(cast, {"市政设施": 1, "园林绿化": 4, "城管执法": 3})
    bulletin = draft(cast)
    notice = notice_of(bulletin)
    assert notice.title == "聊城市城市管理局十二月份第二周 城市管理和社会工作督查通报"
    assert notice.summary_line == "本周考评科累计排查发现城市管理和社会工作问题共 8 处"
    assert notice.field_lines == (
        "市政设施领域：1 处，占比 12.50%",
        "园林绿化领域：4 处，占比 50.00%",
        "环境卫生领域：0 处，占比 0.00%",
        "城管执法领域：3 处，占比 37.50%",
    )
    client.force_login(cast.evaluator)
    shown = client.get(f"/evaluation/bulletins/{bulletin.code}/").content.decode()
    written = words_of(client.get(f"/evaluation/bulletins/{bulletin.code}/word/").content)
    assert all(line in shown and line in written for line in notice.field_lines)
    assert "本周没有发现问题。" in written


def test_a_week_without_findings_says_so(cast: Cast, client: Client) -> None:
    bulletin = draft(cast)
    client.force_login(cast.evaluator)
    shown = client.get(f"/evaluation/bulletins/{bulletin.code}/").content.decode()
    written = words_of(client.get(f"/evaluation/bulletins/{bulletin.code}/word/").content)
    sentence = "本周考评科没有发现城市管理和社会工作问题。"
    assert sentence in shown
    assert sentence in written
    assert "占比" not in "".join(written)


def test_names_are_the_citys_and_a_district_has_its_own(cast: Cast) -> None:
    evaluator = make_user("district-evaluator", "贾评", "evaluator", cast.centre)
    set_param("bureau.name", "371502", "东昌府区综合行政执法局", by=None)
    set_param("evaluation.office", "3715", "督查科", by=None)
    with clock.at(WEDNESDAY):
        found(cast, by=evaluator)
        found(cast)
    with clock.at(MONDAY):
        own = notice_of(draft_bulletin(WEEK, by=evaluator))
    assert own.title.startswith("东昌府区综合行政执法局十二月份第二周 ")
    assert own.summary_line.startswith("本周督查科")
    assert own.total == 1
    assert notice_of(draft(cast)).total == 1


def test_what_is_issued_never_changes(cast: Cast) -> None:
    find(cast, {"市政设施": 2, "环境卫生": 1})
    bulletin = issued(cast)
    before = notice_of(bulletin)
    assert (bulletin.number, bulletin.seal) == (
        "城管督〔2025〕1号",
        Seal.objects.order_by("-id").first().hash,  # type: ignore[union-attr]
    )
    assert bulletin.issued_at == MONDAY
    change_unit(cast.crew, {"name": "市政公司"}, by=None)
    set_param("evaluation.office", "3715", "督查科", by=None)
    with clock.at(MONDAY + timedelta(hours=3)):
        late = found(cast, found_at=SUNDAY)
    bulletin = Bulletin.objects.get()
    assert notice_of(bulletin) == before
    assert Finding.objects.filter(bulletin=bulletin.code).count() == 3
    with clock.at(NEXT_WEEK):
        following = draft_bulletin("2025-12-W3", by=cast.evaluator)
    assert [item.id for item in notice_of(following).items] == [late.pk]
    assert audit.verify().sound


def test_handing_back_counts_anew(cast: Cast) -> None:
    find(cast, {"市政设施": 1})
    bulletin = draft(cast)
    approve_bulletin(bulletin, by=cast.evaluator)
    find(cast, {"园林绿化": 1})
    assert notice_of(bulletin).total == 1
    with pytest.raises(Invalid):
        act(bulletin, "hand_back", {}, by=cast.evaluator)
    act(bulletin, "hand_back", {"reason": "少算一处"}, by=cast.evaluator)
    assert notice_of(bulletin).total == 2
    verbs = Audit.objects.filter(subject_code=bulletin.code).order_by("seq")
    assert [row.verb for row in verbs] == [
        "bulletin.draft",
        "bulletin.approve",
        "bulletin.hand_back",
    ]


def test_corrections_go_on_after_the_issue(cast: Cast) -> None:
    first, second = find(cast, {"市政设施": 2})
    bulletin = issued(cast)
    with clock.at(NEXT_WEEK):
        photo = photo_of(cast.department)
        given = {"result": "已补装", "photos": [photo.pk]}
        act_on_case(first.case, "rectify", given, by=cast.department)
        act_on_case(first.case, "clear", {}, by=cast.evaluator)
        tally = dict(progress_of(notice_of(bulletin), findings_in(bulletin)))["合计"]
    assert (tally.total, tally.cleared, tally.open, tally.late) == (2, 1, 1, 1)
    assert tally.mended_late == 1
    assert second.case.open


def test_the_red_findings_of_the_list_are_those_the_page_counts(cast: Cast, client: Client) -> None:
    handed_in, cleared, _untouched = find(cast, {"市政设施": 2, "园林绿化": 1})
    bulletin = issued(cast)
    client.force_login(cast.evaluator)
    with clock.at(NEXT_WEEK):
        for finding in (handed_in, cleared):
            given = {"result": "已补装", "photos": [photo_of(cast.department).pk]}
            act_on_case(finding.case, "rectify", given, by=cast.department)
        act_on_case(cleared.case, "clear", {}, by=cast.evaluator)
        context = client.get(f"/evaluation/bulletins/{bulletin.code}/").context
        row = client.get("/evaluation/").context["table"].rows[0]
        api = client.get(f"/api/v1/evaluation/bulletins/{bulletin.code}").json()["progress"][-1]
    for label, tally in context["progress"][:-1]:
        section = next(s for s in context["sections"] if s.figure.label == label)
        red = [e for e in section.entries if e.light.state in ("red", "missed")]
        assert tally.late + tally.mended_late == len(red)
    assert (api["late"], api["mended_late"]) == (1, 2)
    assert [str(cell.value) for cell in row.cells][6:8] == ["1", "2"]


def test_a_finding_opened_by_mistake_is_not_counted(cast: Cast) -> None:
    wrong, right = find(cast, {"市政设施": 2})
    act_on_case(wrong.case, "void", {"reason": "重复登记"}, by=None)
    assert [item.id for item in notice_of(draft(cast)).items] == [right.pk]


def test_the_week_that_has_ended_is_offered_first_and_weeks_have_days(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.evaluator)
    ended = f'<option value="{WEEK}" selected>2025年12月第二周（12-08 至 12-14）</option>'
    with clock.at(MONDAY):
        assert ended in client.get("/evaluation/").content.decode()
    draft(cast)
    with clock.at(MONDAY):
        shown = client.get("/evaluation/").content.decode()
    assert '<option value="2025-12-W3">2025年12月第三周（12-15 至 12-21）</option>' in shown
    assert 'name="week"' in shown
    assert " selected>2025年12月" not in shown


def test_a_bulletin_is_late_once_the_working_day_after_its_week_has_passed(
    cast: Cast, client: Client
) -> None:
    find(cast, {"市政设施": 1})
    bulletin = draft(cast)
    with clock.at(MONDAY):
        assert drafts_waiting(cast.evaluator) == (1, 0)
    with clock.at(MONDAY + timedelta(days=1)):
        assert drafts_waiting(cast.evaluator) == (1, 1)
    client.force_login(cast.evaluator)
    page = f"/evaluation/bulletins/{bulletin.code}/"
    assert "（草稿，未编号）" in client.get(page).content.decode()
    approve_bulletin(bulletin, by=cast.evaluator)
    shown = client.get(page).content.decode()
    assert "（已审核，未编号）" in shown
    assert "（已审核，未印发）" in shown
    assert "（草稿" not in shown
    assert "（已审核，未编号）" in words_of(client.get(f"{page}word/").content)


def test_weeks_that_cannot_be_drafted(cast: Cast) -> None:
    draft(cast)
    with pytest.raises(Conflict):
        draft(cast)
    for week in ("2025-12-W3", "2025-13-W1", "second week"):
        with pytest.raises(Invalid):
            draft(cast, week)
    with pytest.raises(NotAllowed):
        draft_bulletin(WEEK, by=cast.leader)


def test_each_sees_the_bulletins_meant_for_them(cast: Cast) -> None:
    district = make_user("district-evaluator", "贾评", "evaluator", cast.centre)
    other = make_user("other-evaluator", "彭评", "evaluator", cast.other_centre)
    find(cast, {"市政设施": 1})
    with clock.at(SUNDAY):
        own = draft_bulletin(WEEK, by=district)
    city = draft(cast)
    assert set(bulletins_for(district)) == {own}
    assert set(bulletins_for(other)) == set()
    assert set(bulletins_for(cast.leader)) == {own, city}
    assert set(bulletins_for(cast.department)) == set()
    approve_bulletin(city, by=cast.evaluator)
    issue_bulletin(city, by=cast.evaluator)
    assert set(bulletins_for(district)) == {own, city}
    assert set(bulletins_for(other)) == {city}
    assert set(bulletins_for(cast.department)) == {city}
    assert set(bulletins_for(cast.other_department)) == set()
    with pytest.raises(NotAllowed):
        approve_bulletin(own, by=make_user("far", "袁方", "evaluator", cast.other_centre))


def test_the_api_drafts_issues_and_refuses(cast: Cast, client: Client) -> None:
    find(cast, {"市政设施": 1})
    client.force_login(cast.evaluator)

    def post(path: str, **content: Any) -> tuple[int, Any]:
        answer = client.post(
            f"/api/v1/evaluation/bulletins{path}",
            json.dumps(content),
            content_type="application/json",
        )
        return answer.status_code, answer.json()

    status, made = post("", week=WEEK)
    assert (status, made["code"], made["state"], made["total"]) == (
        201,
        "3715-2025-12-W2",
        "draft",
        1,
    )
    assert [verb["verb"] for verb in made["verbs"]] == ["approve"]
    assert post("", week=WEEK)[0] == 409
    path = f"/{made['code']}"
    assert post(f"{path}/issue")[0] == 409
    assert post(f"{path}/fly")[0] == 422
    assert post(f"{path}/approve", version=9)[0] == 409
    assert post(f"{path}/approve", version=1)[1]["state"] == "approved"
    assert post(f"{path}/hand_back")[0] == 422
    status, gone = post(f"{path}/issue")
    assert (status, gone["state"], gone["verbs"]) == (200, "issued", [])
    assert post(f"{path}/issue")[0] == 409
    assert client.get(f"/api/v1/evaluation/bulletins{path}").json() == gone
    assert client.get("/api/v1/evaluation/bulletins").json()["total"] == 1
    assert client.get("/api/v1/evaluation/bulletins/3715-2025-12-W4").status_code == 404
    client.force_login(cast.leader)
    assert post(f"{path}/issue")[0] == 409
    assert post("", week="2025-12-W1")[0] == 403
    client.force_login(cast.charlie)
    assert client.get("/api/v1/evaluation/bulletins").status_code == 403


@pytest.mark.parametrize("path", ["findings/", "findings/new/", ""])
def test_pages_refuse_whom_they_are_not_for(cast: Cast, client: Client, path: str) -> None:
    assert client.get(f"/evaluation/{path}").status_code == 302
    client.force_login(cast.charlie)
    assert client.get(f"/evaluation/{path}").status_code == 403
    client.force_login(cast.leader)
    assert client.get(f"/evaluation/{path}").status_code == (
        403 if path == "findings/new/" else 200
    )


def test_the_units_named_in_a_bulletin_are_told_when_it_is_issued(cast: Cast) -> None:
    with clock.at(WEDNESDAY):
        found(cast)
    with clock.at(NEXT_WEEK):
        bulletin = draft_bulletin(week_of(localdate(WEDNESDAY)).key, by=cast.evaluator)
        approve_bulletin(bulletin, by=cast.evaluator)
        issue_bulletin(bulletin, by=cast.evaluator)
        outbox.deliver_all()
    told = Message.objects.filter(kind="bulletin.issued")
    assert list(told.values_list("person_id", flat=True)) == [cast.department.pk]
    assert bulletin.number in told.get().text
