"""专项行动: which cases count is asked of the cases, figures open into them, the report keeps those of its moment."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate
from docx import Document

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases.campaign_figures import figures_of
from chengyun.city.cases.factories import MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import Campaign, CampaignCase, Case
from chengyun.city.cases.services import campaigns as service
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.campaigns import Part, Plan
from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def plan(cast: Cast, **changes: Any) -> Plan:
    today = localdate(clock.now())
    given: dict[str, Any] = {
        "name": "井盖专项整治",
        "purpose": "集中解决井盖缺失。",
        "basis": "市政府专题会议纪要",
        "starts": today - timedelta(days=7),
        "ends": today + timedelta(days=7),
        "classes": [MANHOLE],
        "parts": [Part(unit=cast.crew, cases=2, share=95)],
    }
    return Plan(**given | changes)


def running(cast: Cast, **changes: Any) -> Campaign:
    made = service.draft_campaign(plan(cast, **changes), DISTRICT, by=cast.supervisor)
    service.begin_campaign(made, by=cast.supervisor, version=made.version)
    return made


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def api(user: User, method: str, path: str, body: Any = None) -> Any:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    head = {"Authorization": f"Bearer {raw}"}
    return getattr(client, method)(f"/api/v1{path}", body, "application/json", headers=head)


def told(answer: Any) -> str:
    return str(answer.content.decode())


def counted(campaign: Campaign) -> set[str]:
    return set(reads.all_cases_of(campaign).values_list("code", flat=True))


def test_it_is_planned_begun_followed_and_closed_on_the_pages(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    drive(make_case(cast), cast, "handling")
    chief, today = enter(cast.supervisor), localdate(clock.now())
    form = {
        "name": "井盖专项整治",
        "purpose": "集中解决井盖缺失。",
        "starts": today - timedelta(days=7),
        "ends": today + timedelta(days=7),
        "classes": [MANHOLE],
        "units": [cast.crew.code],
        "leader": cast.leader.username,
    }
    answer = chief.post("/campaigns/add/", form)
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/campaigns/{campaign.code}/goals/"
    goals = {"version": 1, f"cases_{cast.crew.pk}": 2, f"share_{cast.crew.pk}": 95}
    assert chief.post(f"/campaigns/{campaign.code}/goals/", goals).status_code == 303
    assert enter(cast.department).get(f"/campaigns/{campaign.code}/").status_code == 404
    assert chief.post(f"/campaigns/{campaign.code}/begin/", {"version": 2}).status_code == 303
    outbox.deliver_all()
    assert "专项行动开始：井盖专项整治" in told(enter(cast.department).get("/messages/"))
    page = told(enter(cast.department).get(f"/campaigns/{campaign.code}/"))
    assert "市政工程处完成 50%" in page
    assert "100.00%" in page
    words = {"summary": "井盖补齐了。\n还要加强巡查。", "version": 3}
    assert chief.post(f"/campaigns/{campaign.code}/close/", words).status_code == 303
    verbs = Audit.objects.filter(verb__startswith="campaign.").order_by("id")
    assert [row.verb for row in verbs] == [
        "campaign.draft", "campaign.change", "campaign.begin", "campaign.close",
    ]  # fmt: skip
    audit.seal_new()
    assert audit.verify().sound


def test_every_figure_opens_into_its_cases(cast: Cast) -> None:
    closed = drive(make_case(cast), cast, "closed")
    late = drive(make_case(cast), cast, "handling")
    Case.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(hours=1))
    campaign, today = running(cast), localdate(clock.now())
    lists = enter(cast.supervisor)
    for query, expected in (
        ("", {closed.code, late.code}),
        ("&ended=all", {closed.code}),
        ("&ended=late", set()),
        ("&late=1", {late.code}),
        (f"&unit={cast.crew.code}&ended=in_time", {closed.code}),
        (f"&reported={today}", {closed.code, late.code}),
        (f"&closed={today}", {closed.code}),
        ("&closed=gestern", set()),
    ):
        shown = told(lists.get(f"/cases/?campaign={campaign.code}{query}"))
        assert {c for c in (closed.code, late.code) if f"/cases/{c}/" in shown} == expected, query


def test_the_report_keeps_the_figures_of_its_moment(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    campaign = running(cast)
    service.close_campaign(campaign, "完成。", by=cast.supervisor, version=campaign.version)
    drive(make_case(cast), cast, "closed")
    path = f"/campaigns/{campaign.code}"
    page = told(enter(cast.department).get(f"{path}/report/"))
    assert "共计入案件 1 件，办结 1 件" in page
    answer = enter(cast.department).get(f"{path}/report.docx")
    word = Document(io.BytesIO(answer.content))
    assert any("共计入案件 1 件" in paragraph.text for paragraph in word.paragraphs)
    cells = [cell.text for row in word.tables[0].rows for cell in row.cells]
    assert cells[7:12] == ["1", "市政工程处", "1", "1", "2"]
    assert api(cast.supervisor, "get", path).json()["total"]["total"] == 2
    assert api(cast.supervisor, "get", path).json()["report"]["total"]["total"] == 1


def test_the_rule_asks_area_days_class_and_unit(cast: Cast) -> None:
    case, other = drive(make_case(cast), cast, "handling"), make_case(cast)
    assert counted(running(cast)) == {case.code, other.code}
    assert counted(running(cast, classes=[MANHOLE[:3]])) == {case.code, other.code}
    assert counted(running(cast, classes=["P0201"])) == set()
    assert counted(running(cast, only_units=True)) == {case.code}
    yesterday = localdate(clock.now()) - timedelta(days=1)
    assert counted(running(cast, ends=yesterday)) == set()
    elsewhere = service.draft_campaign(plan(cast, areas=[OTHER_DISTRICT]), "3715", by=cast.leader)
    assert counted(elsewhere) == set()
    act(other, "refuse", {"reason": "重复"}, by=cast.operator)
    assert counted(running(cast)) == {case.code}


def test_a_case_is_put_in_and_taken_out_by_hand(cast: Cast) -> None:
    mine, strange = make_case(cast), make_case(cast, class_code="P0137")
    campaign = running(cast)
    records = f"/campaigns/{campaign.code}/records/"
    chief = enter(cast.supervisor)
    form = {"do": "case", "case": strange.code, "counts": "1", "reason": "同一处的问题"}
    assert chief.post(records, form).status_code == 303
    assert counted(campaign) == {mine.code, strange.code}
    form = {"do": "case", "case": mine.code, "counts": "0", "reason": "不属整治范围"}
    assert chief.post(records, form).status_code == 303
    assert counted(campaign) == {strange.code}
    assert "不属整治范围" in told(chief.get(records))
    assert chief.post(records, form | {"case": "0000"}).status_code == 404
    body = {"case": mine.code, "counts": True, "reason": "复核后计入"}
    assert (
        api(cast.supervisor, "post", f"/campaigns/{campaign.code}/cases", body).json()["total"][
            "total"
        ]
        == 2
    )
    assert CampaignCase.objects.count() == 2
    assert (
        api(cast.dispatcher, "post", f"/campaigns/{campaign.code}/cases", body).status_code == 403
    )
    service.close_campaign(campaign, "完成。", by=None, version=campaign.version)
    assert (
        api(cast.supervisor, "post", f"/campaigns/{campaign.code}/cases", body).status_code == 409
    )


def test_units_count_what_the_city_wants_counted(cast: Cast) -> None:
    today = localdate(clock.now())
    parts = [Part(unit=cast.crew, amount=100)]
    campaign = running(cast, measure="清理小广告", measure_unit="处", parts=parts)
    path = f"/campaigns/{campaign.code}"
    form = {"do": "amount", "unit": cast.crew.code, "day": today, "amount": 40, "words": "湖南路"}
    crew = enter(cast.department)
    assert crew.post(f"{path}/records/", form).status_code == 303
    assert crew.post(f"{path}/records/", form | {"amount": 0}).status_code == 422
    later = form | {"day": today + timedelta(days=1)}
    assert crew.post(f"{path}/records/", later).status_code == 422
    body = {"unit": cast.crew.code, "day": str(today), "amount": 5}
    assert api(cast.department, "post", f"{path}/amounts", body).json()["amount"] == 45
    assert api(cast.dispatcher, "post", f"{path}/amounts", body).status_code == 403
    assert "45 处" in told(crew.get(f"{path}/"))
    with pytest.raises(Invalid, match="没有参加"):
        service.count_amount(campaign, cast.other_crew, today, 1, by=None)


def test_who_may_not_cannot_and_the_other_district_sees_nothing(cast: Cast) -> None:
    campaign = running(cast)
    path = f"/campaigns/{campaign.code}/"
    assert enter(cast.bob).get(path).status_code == 404
    assert enter(cast.charlie).get(path).status_code == 403
    assert campaign.name not in told(enter(cast.bob).get("/campaigns/"))
    assert campaign.name not in told(enter(cast.bob).get("/cases/"))
    assert enter(cast.dispatcher).get("/campaigns/add/").status_code == 403
    assert enter(cast.dispatcher).post(f"{path}begin/").status_code == 403
    with pytest.raises(NotAllowed):
        service.draft_campaign(plan(cast), OTHER_DISTRICT, by=cast.supervisor)
    city = service.draft_campaign(plan(cast), "3715", by=cast.leader)
    assert enter(cast.supervisor).get(f"/campaigns/{city.code}/").status_code == 404
    service.begin_campaign(city, by=cast.leader, version=1)
    assert enter(cast.supervisor).get(f"/campaigns/{city.code}/").status_code == 200
    assert enter(cast.supervisor).get(f"/campaigns/{city.code}/change/").status_code == 403
    assert enter(cast.bob).get(f"/campaigns/{city.code}/").status_code == 200


def test_a_person_counts_only_among_the_cases_they_see(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    make_case(cast)
    campaign = running(cast)
    seen = api(cast.department, "get", f"/campaigns/{campaign.code}").json()
    assert (seen["total"]["total"], [u["unit"] for u in seen["units"]]) == (1, [cast.crew.code])
    whole = api(cast.supervisor, "get", f"/campaigns/{campaign.code}").json()
    assert (whole["total"]["total"], [u["unit"] for u in whole["units"]]) == (
        2,
        [cast.crew.code, "-"],
    )
    shown = told(enter(cast.supervisor).get(f"/cases/?campaign={campaign.code}&unit=-"))
    assert shown.count("data-row=") == 1


def test_whoever_is_second_is_told_and_faults_are_said(cast: Cast) -> None:
    campaign = running(cast)
    with pytest.raises(Conflict, match="赵国栋"):
        service.begin_campaign(campaign, by=cast.supervisor, version=1)
    with pytest.raises(Conflict, match="现在是「进行」"):
        service.begin_campaign(campaign, by=cast.supervisor, version=campaign.version)
    today = localdate(clock.now())
    faults: list[tuple[dict[str, Any], str]] = [
        ({"name": " "}, "请写名称"),
        ({"ends": today - timedelta(days=30)}, "早于开始"),
        ({"ends": today + timedelta(days=2000)}, "最长三年"),
        ({"areas": [OTHER_DISTRICT]}, "不在组织专项行动的区域里"),
        ({"classes": ["X99"]}, "没有类别"),
        ({"measure": "小广告"}, "按什么数"),
        ({"parts": [Part(unit=cast.crew, amount=5)]}, "先写明数的是什么"),
        ({"parts": [Part(unit=cast.crew), Part(unit=cast.crew)]}, "只能参加一次"),
        ({"parts": [Part(unit=cast.other_crew)]}, "不在这个区域办案"),
    ]
    for changes, sentence in faults:
        with pytest.raises(Invalid, match=sentence):
            service.draft_campaign(plan(cast, **changes), DISTRICT, by=cast.supervisor)
    empty = service.draft_campaign(plan(cast, parts=[]), DISTRICT, by=cast.supervisor)
    with pytest.raises(Conflict, match="还没有参加单位"):
        service.begin_campaign(empty, by=cast.supervisor, version=1)
    assert Campaign.objects.count() == 2


def test_what_was_forgiven_on_appeal_is_in_time(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "closed")
    campaign = running(cast)
    parts = reads.parts_of(campaign)
    Case.objects.filter(pk=case.pk).update(late=True)
    assert figures_of(campaign, reads.all_cases_of(campaign), parts).total.late == 1
    Case.objects.filter(pk=case.pk).update(marks=["exempt"])
    assert figures_of(campaign, reads.all_cases_of(campaign), parts).total.late == 0


def test_the_api_drafts_changes_begins_and_closes(cast: Cast) -> None:
    today = localdate(clock.now())
    body = {
        "area": DISTRICT,
        "name": "占道经营专项整治",
        "purpose": "还路于民。",
        "starts": str(today - timedelta(days=7)),
        "ends": str(today + timedelta(days=7)),
        "units": [{"unit": cast.crew.code, "goal_cases": 5}],
    }
    made = api(cast.supervisor, "post", "/campaigns", body)
    assert made.status_code == 201
    assert api(cast.supervisor, "post", "/campaigns", body | {"area": ""}).status_code == 422
    path = f"/campaigns/{made.json()['code']}"
    changed = api(cast.supervisor, "put", path, body | {"version": 1, "name": "占道整治"})
    assert (changed.status_code, changed.json()["name"]) == (200, "占道整治")
    assert api(cast.supervisor, "put", path, body | {"version": 1}).status_code == 409
    assert (
        api(cast.supervisor, "post", f"{path}/close", {"version": 2, "summary": "x"}).status_code
        == 409
    )
    assert (
        api(cast.supervisor, "post", f"{path}/begin", {"version": 2}).json()["state"] == "running"
    )
    case = drive(make_case(cast), cast, "closed")
    found = api(cast.supervisor, "get", f"/cases?campaign={path[11:]}&ended=in_time").json()
    assert [each["code"] for each in found["items"]] == [case.code]
    assert api(cast.supervisor, "get", "/cases?campaign=ZX0").status_code == 404
    done = api(cast.supervisor, "post", f"{path}/close", {"version": 3, "summary": "完成。"})
    assert (done.json()["state"], done.json()["summary"]) == ("closed", "完成。")
    listed = api(cast.bob, "get", "/campaigns").json()["items"]
    assert listed == []
    assert api(cast.supervisor, "get", "/campaigns?state=closed").json()["items"][0]["code"] in path
