"""信访件: registered with how many came, taken on with level, plan and day, answered, rechecked, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from chengyun.city.cases.factories import LAT, LON, make_case, make_working_city
from chengyun.city.cases.models import Case, Petition
from chengyun.city.cases.services.reporter import erase_reporter
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.models import Audit, Message, Setting
from chengyun.kernel.recent import forget_everything

pytestmark = pytest.mark.django_db

PHONE = "13863522046"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def told(answer: Any) -> str:
    return str(answer.content.decode())


def api(user: User, path: str, body: Any = None, **query: str) -> Any:
    head = {"Authorization": f"Bearer {issue_token(user, '试验', timedelta(days=1), by=None)[0]}"}
    client = Client(raise_request_exception=False)
    if body is None:
        return client.get(f"/api/v1{path}", query, headers=head)
    return client.post(f"/api/v1{path}", body, "application/json", headers=head)


def register(user: User, **said: Any) -> Any:
    form = {
        "form": "visit",
        "people": "1",
        "description": "小区临街油烟扰民，多次反映没有解决",
        "point_lon": LON,
        "point_lat": LAT,
        **said,
    }
    return enter(user).post("/cases/new/?type=petition", form)


def registered(cast: Cast, **said: Any) -> Case:
    assert register(cast.petitions, **said).status_code == 303
    return Case.objects.get(code=Case.objects.latest("pk").code)


def take(user: User, case: Case, verb: str, **facts: Any) -> Any:
    return enter(user).post(f"/cases/{case.code}/{verb}/", facts)


def in_days(days: int) -> str:
    return (localdate(clock.now()) + timedelta(days=days)).isoformat()


def admitted(cast: Cast, **said: Any) -> Case:
    case = registered(cast, **said)
    facts = {"petition_level": "common", "unit": cast.crew.code, "plan": "约谈店主，装净化器"}
    assert take(cast.petitions, case, "admit", due=in_days(60), **facts).status_code == 303
    case.refresh_from_db()
    return case


def answered(cast: Cast) -> Case:
    case = admitted(cast)
    take(cast.department, case, "settle", result="净化器已装好")
    take(cast.petitions, case, "answer", reply="已装净化器，油烟达标。")
    case.refresh_from_db()
    assert case.state == "pet_answered"
    return case


def messages(kind: str) -> list[str]:
    outbox.deliver_all()
    rows = Message.objects.filter(kind=kind).order_by("pk")
    return [User.objects.get(pk=row.person_id or 0).name for row in rows]


def test_it_goes_its_whole_way_with_the_legal_dates(cast: Cast) -> None:
    case = registered(cast, parties="代表王某某，对方是烧烤店", reporter_phone=PHONE)
    assert (case.type, case.source, case.state) == ("petition", "petition", "pet_new")
    assert timedelta(days=15) - (case.due_at - case.reported_at) < timedelta(days=1)
    case = admitted(cast)
    last = localdate(case.due_at - timedelta(seconds=1))
    assert last == localdate(clock.now()) + timedelta(days=60)
    assert take(cast.department, case, "progress", note="已约谈店主").status_code == 303
    assert take(cast.department, case, "settle", result="净化器已装好").status_code == 303
    assert {*messages("petition.settled")} == {cast.petitions.name, cast.supervisor.name}
    assert take(cast.petitions, case, "redo", reason="邻居说晚上还有").status_code == 303
    assert take(cast.department, case, "settle", result="晚上也看过").status_code == 303
    assert take(cast.petitions, case, "answer", reply="油烟达标。").status_code == 303
    assert take(cast.petitions, case, "close").status_code == 303
    case.refresh_from_db()
    assert (case.state, case.open, case.late) == ("closed", False, False)
    row = Petition.objects.get(case=case)
    assert (row.level, row.plan) == ("common", "约谈店主，装净化器")
    assert row.admitted_at is not None
    assert row.answered_at is not None
    audit.seal_new()
    assert audit.verify().sound


def test_many_people_are_flagged_and_the_leader_is_told_at_once(cast: Cast) -> None:
    registered(cast, people="4")
    assert messages("petition.heavy") == []
    case = registered(cast, people="5")
    assert case.marks == ["mass"]
    assert messages("petition.heavy") == [cast.leader.name]
    assert cast.supervisor.name in messages("petition.came")
    text = Message.objects.filter(kind="petition.heavy").get()
    assert "5 人，群体" in text.title


def test_how_many_are_many_is_the_city_s(cast: Cast) -> None:
    Setting(key="petition.mass", area="3715", value=3).save()
    forget_everything()
    assert registered(cast, people="3").marks == ["mass"]


def test_the_same_telephone_is_a_repeated_petition_that_names_the_first(cast: Cast) -> None:
    make_case(cast, source="hotline", reporter_phone=PHONE)
    first = registered(cast, reporter_phone=PHONE)
    assert "repeated" not in first.marks
    again = registered(cast, reporter_phone="+86 138-6352-2046")
    assert "repeated" in again.marks
    assert Petition.objects.get(case=again).earlier == first
    assert first.short_code in told(enter(cast.petitions).get(f"/cases/{again.code}/"))
    assert messages("petition.heavy") == [cast.leader.name]


def test_whoever_registers_says_it_came_before_where_no_telephone_tells(cast: Cast) -> None:
    assert registered(cast, again="on").marks == ["repeated"]


def test_a_weighty_level_is_told_to_the_leader_when_it_is_set_or_raised(cast: Cast) -> None:
    case = admitted(cast)
    assert messages("petition.heavy") == []
    facts = {"petition_level": "urgent_petition", "reason": "准备到市里"}
    assert take(cast.petitions, case, "grade", **facts).status_code == 303
    case.refresh_from_db()
    assert case.marks == ["urgent_petition"]
    assert Petition.objects.get(case=case).level == "urgent_petition"
    assert messages("petition.heavy") == [cast.leader.name]


def test_the_day_keeps_to_the_sixty_days(cast: Cast) -> None:
    case = registered(cast)
    facts = {"petition_level": "common", "unit": cast.crew.code, "plan": "约谈"}
    for day in (in_days(61), in_days(-1)):
        answer = take(cast.petitions, case, "admit", due=day, **facts)
        assert answer.status_code == 422
        assert "自受理之日起 60 日以内" in told(answer)
    case.refresh_from_db()
    assert case.state == "pet_new"
    assert not Petition.objects.get(case=case).plan


def test_a_leader_prolongs_it_once_by_thirty_days_at_most(cast: Cast) -> None:
    case = admitted(cast)
    for day, why in ((in_days(91), "30 日以内"), (in_days(60), "延长到这以后的一天")):
        answer = take(cast.leader, case, "prolong", due=day, reason="要等检测报告")
        assert answer.status_code == 422
        assert why in told(answer)
    assert take(cast.petitions, case, "prolong", due=in_days(90), reason="等").status_code != 303
    answer = take(cast.leader, case, "prolong", due=in_days(90), reason="要等检测报告")
    assert answer.status_code == 303
    case.refresh_from_db()
    assert localdate(case.due_at - timedelta(seconds=1)).isoformat() == in_days(90)
    body = {"verb": "prolong", "facts": {"due": in_days(100), "reason": "还要等"}}
    refused = api(cast.leader, f"/cases/{case.code}/prolong", body["facts"])
    assert refused.status_code == 409
    assert "已经延长过一次" in refused.json()["message"]


def test_a_recheck_is_asked_for_within_thirty_days_and_once(cast: Cast) -> None:
    case = answered(cast)
    with clock.at(clock.now() + timedelta(days=32)):
        late = take(cast.petitions, case, "recheck", reason="不服", due=in_days(20))
        assert late.status_code == 422
        assert "已经超过 30 日" in told(late)
    done = take(cast.petitions, case, "recheck", reason="晚上仍有油烟", due=in_days(30))
    assert done.status_code == 303
    case.refresh_from_db()
    assert (case.state, "rechecked" in case.marks) == ("pet_working", True)
    assert localdate(case.due_at - timedelta(seconds=1)).isoformat() == in_days(30)


def test_past_its_day_it_is_late_and_stays_so(cast: Cast) -> None:
    case = admitted(cast)
    with clock.at(clock.now() + timedelta(days=62)):
        take(cast.department, case, "settle", result="装好了")
        take(cast.petitions, case, "answer", reply="装好了")
    case.refresh_from_db()
    assert case.late


def test_only_whoever_takes_petitions_registers_them(cast: Cast) -> None:
    for user in (cast.operator, cast.inspector, cast.leader):
        page = told(enter(user).get("/cases/new/?type=petition"))
        assert "信访件" not in page
        body = {"description": "油烟", "lon": LON, "lat": LAT, "form": "visit"}
        assert api(user, "/petitions", body).status_code == 403
        assert (
            api(user, "/cases", {**body, "type": "petition", "source": "petition"}).status_code
            == 403
        )
    assert register(cast.department).status_code == 403
    assert not Petition.objects.exists()


def test_another_district_sees_none(cast: Cast) -> None:
    case = registered(cast)
    assert enter(cast.bob).get(f"/cases/{case.code}/").status_code == 404
    assert enter(cast.bob).get("/petitions/").status_code == 403
    assert api(cast.petitions, f"/petitions/{case.code}").status_code == 200
    assert api(cast.bob, f"/petitions/{case.code}").status_code == 403


def test_the_parties_are_personal_and_can_be_erased(cast: Cast) -> None:
    case = registered(cast, parties="代表王某某")
    page = f"/cases/{case.code}/"
    assert "代表王某某" in told(enter(cast.petitions).get(page))
    assert Audit.objects.filter(verb="case.reporter.view").count() == 1
    for user in (cast.leader, cast.dispatcher):
        shown = told(enter(user).get(page))
        assert "代表王某某" not in shown
        assert "已登记，没有权限看" in shown
    assert "代表王某某" not in str(Audit.objects.filter(subject_id=case.pk).values())
    erase_reporter(case, words=False, by=cast.supervisor)
    assert "代表王某某" not in told(enter(cast.petitions).get(page))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"people": "0"}, "来了几人"),
        ({"form": "smoke"}, "信访形式"),
        ({"description": " "}, "问题描述"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(cast: Cast, said: Any, why: str) -> None:
    answer = register(cast.petitions, **said)
    assert answer.status_code == 422
    assert why in told(answer)
    assert not Case.objects.exists()


def test_the_list_is_filtered_by_flag_level_and_state(cast: Cast) -> None:
    alone, many = admitted(cast, description="一个人来的"), registered(cast, people="9")
    client = enter(cast.petitions)
    page = told(client.get("/petitions/?flag=either"))
    assert many.code in page
    assert alone.code not in page
    page = told(client.get("/petitions/?level=common&state=pet_working"))
    assert alone.code in page
    assert many.code not in page
    assert many.code in told(client.get("/desk/?queue=admit"))
    assert alone.code in told(enter(cast.department).get("/desk/?queue=settle"))


def test_programs_register_and_list_them(cast: Cast) -> None:
    body = {
        "description": "油烟扰民", "lon": LON, "lat": LAT, "form": "letter",
        "people": 12, "parties": "代表王某某",
    }  # fmt: skip
    made = api(cast.petitions, "/petitions", body)
    assert made.status_code == 201
    assert (made.json()["people"], made.json()["mass"]) == (12, True)
    assert "王某某" not in told(made)
    found = api(cast.leader, "/petitions", flag="mass").json()["items"]
    assert [row["code"] for row in found] == [made.json()["code"]]
    assert api(cast.leader, "/petitions", flag="smoke").status_code == 422
    assert api(cast.petitions, "/petitions", body | {"form": "smoke"}).status_code == 422
    assert Petition.objects.count() == 1


def test_a_petition_turned_away_or_voided_ends(cast: Cast) -> None:
    away, void = registered(cast), registered(cast)
    assert take(cast.petitions, away, "turn_away", reason="属诉讼事项").status_code == 303
    assert take(cast.supervisor, void, "void", reason="登记错了").status_code == 303
    assert not Case.objects.filter(open=True).exists()
