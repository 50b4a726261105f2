"""热线签批: laid before a leader one by one, told to the team of the unit, reported back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case, Inquiry, Instruction
from chengyun.city.cases.services.wording import add_answer
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import Post, User
from chengyun.city.people.services.roles import end_post
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.models import Audit, Message

pytestmark = pytest.mark.django_db

WORDS = "请主要负责人牵头，当天到现场核实。"
NEXT = "/instructions/next/"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def team(cast: Cast) -> User:
    return cast.team


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


def order(cast: Cast, state: str = "reported", **changes: Any) -> Case:
    return drive(make_case(cast, source="hotline", **changes), cast, state)


def write(cast: Cast, case: Case, words: str = WORDS) -> Any:
    return enter(cast.leader).post(NEXT, {"code": case.code, "words": words})


def messages(kind: str) -> list[str]:
    outbox.deliver_all()
    rows = Message.objects.filter(kind=kind)
    return [User.objects.get(pk=row.person_id or 0).name for row in rows]


def test_orders_come_one_after_the_other_oldest_first(cast: Cast) -> None:
    first, second = order(cast, description="早来的"), order(cast, description="晚来的")
    make_case(cast, source="web", description="不是热线的")
    client = enter(cast.leader)
    page = told(client.get(NEXT))
    assert "早来的" in page
    assert "还有 2 件待签批" in page
    answer = write(cast, first)
    assert answer.status_code == 303
    page = told(client.get(answer.headers["Location"]))
    assert second.code in page
    assert "还有 1 件待签批" in page
    write(cast, second)
    assert "没有等着签批的来件" in told(client.get(NEXT))


def test_one_that_is_passed_over_comes_again_after_the_last(cast: Cast) -> None:
    case = order(cast)
    skipped = told(enter(cast.leader).get(f"{NEXT}?after={Inquiry.objects.get().pk}"))
    assert case.code in skipped
    assert enter(cast.leader).get(f"{NEXT}?after=９9").status_code == 200


def test_a_sentence_of_the_city_is_one_key(cast: Cast) -> None:
    add_answer("请当天办结。", verb="instruct", class_code="", by=None)
    add_answer("与已受理案件重复", verb="", class_code="", by=None)
    case = order(cast)
    page = told(enter(cast.leader).get(NEXT))
    assert 'value="请当天办结。" data-key="1"' in page
    assert "与已受理案件重复" not in page
    enter(cast.leader).post(NEXT, {"code": case.code, "words": "", "phrase": "请当天办结。"})
    assert Instruction.objects.get().words == "请当天办结。"


def test_it_stands_in_the_history_and_the_team_is_told(cast: Cast, team: User) -> None:
    case = order(cast, "dispatched")
    write(cast, case)
    row = Audit.objects.get(verb="instruction.give", subject_id=case.pk)
    assert (row.actor_id, row.facts["note"]) == (cast.leader.pk, WORDS)
    assert WORDS in told(enter(cast.department).get(f"/cases/{case.code}/"))
    assert messages("instruction.given") == [team.name]
    audit.seal_new()
    assert audit.verify().sound


def test_a_unit_without_a_team_hears_by_those_who_handle(cast: Cast) -> None:
    end_post(Post.objects.get(user=cast.team), by=None)
    write(cast, order(cast, "dispatched"))
    assert messages("instruction.given") == [cast.department.name]
    body = {"words": "已到现场", "done": True}
    code = Case.objects.get().code
    assert api(cast.department, f"/inquiries/{code}/instruction/report", body).status_code == 200


def test_the_team_is_told_when_the_order_is_sent_to_its_unit_later(cast: Cast, team: User) -> None:
    case = order(cast)
    write(cast, case)
    assert messages("instruction.given") == []
    early = api(team, f"/inquiries/{case.code}/instruction/take", {})
    assert early.status_code == 404
    drive(case, cast, "dispatched")
    assert messages("instruction.given") == [team.name]


def test_it_is_taken_up_reported_and_done_and_the_leader_hears(cast: Cast, team: User) -> None:
    case = order(cast, "dispatched")
    write(cast, case)
    path, client = f"/inquiries/{case.code}/instruction/", enter(team)
    assert "签收这件签批" in told(client.get(f"/inquiries/{case.code}/"))
    assert "待落实签批" in told(client.get("/instructions/?mine=1"))
    assert client.post(path, {"do": "take"}).status_code == 303
    assert client.post(path, {"do": "take"}).status_code == 409
    assert client.post(path, {"do": "progress", "words": "配件已订"}).status_code == 303
    assert Instruction.objects.get().state == "taken"
    assert client.post(path, {"do": "done", "words": "井盖已换"}).status_code == 303
    row = Instruction.objects.get()
    assert (row.state, row.result, row.taken_by) == ("done", "井盖已换", team)
    assert messages("instruction.reported") == [cast.leader.name] * 2
    assert client.post(path, {"do": "done", "words": "又一次"}).status_code == 409
    verbs = Audit.objects.filter(subject_id=case.pk, verb__startswith="instruction.")
    assert [row.verb.partition(".")[2] for row in verbs.order_by("seq")] == [
        "give", "take", "progress", "finish",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "why"), [("  ", "请写签批意见"), ("长" * 501, "最多 500 字，现在有 501 字")]
)
def test_an_instruction_that_says_nothing_keeps_what_was_typed(
    cast: Cast, words: str, why: str
) -> None:
    answer = write(cast, order(cast), words)
    assert answer.status_code == 422
    assert why in told(answer)
    assert words in told(answer)
    assert not Instruction.objects.exists()


def test_whoever_writes_second_is_told_what_the_first_wrote(cast: Cast) -> None:
    first, second = order(cast), order(cast)
    write(cast, first)
    again = write(cast, first, "别的话")
    assert again.status_code == 409
    assert f"已经由{cast.leader.name}签批：{WORDS}" in told(again)
    assert second.code in told(again)
    assert Instruction.objects.get().words == WORDS


def test_only_a_leader_writes_and_only_the_team_reports(cast: Cast, team: User) -> None:
    case = order(cast, "dispatched")
    for user in (cast.operator, cast.supervisor, cast.department, team):
        assert enter(user).get(NEXT).status_code == 403
        body = {"words": WORDS}
        assert api(user, f"/inquiries/{case.code}/instruction", body).status_code == 403
    assert api(cast.bob, f"/inquiries/{case.code}/instruction", {"words": "好"}).status_code == 404
    write(cast, case)
    for user in (cast.operator, cast.department, cast.leader):
        answer = api(user, f"/inquiries/{case.code}/instruction/report", {"words": "好"})
        assert answer.status_code == 403
    assert Instruction.objects.get().state == "given"


def test_another_district_sees_none_of_it(cast: Cast) -> None:
    case = order(cast)
    write(cast, case)
    page = told(enter(cast.bob).get("/instructions/"))
    assert case.code not in page
    assert "今天没有热线来件" in page
    assert api(cast.bob, "/instructions").json()["items"] == []


def test_the_day_is_counted_and_its_figures_lead_into_the_list(cast: Cast, team: User) -> None:
    given, waits = order(cast, "dispatched"), order(cast)
    write(cast, given)
    today = localdate(clock.now()).isoformat()
    page = told(enter(cast.operator).get(f"/instructions/?day={today}&standing=waiting"))
    assert waits.code in page
    assert given.code not in page
    assert ">2 件</a>，待签批" in page
    empty = told(enter(cast.operator).get("/instructions/?day=2020-01-31"))
    assert "1月31日没有热线来件" in empty
    assert enter(cast.operator).get("/instructions/?day=2020-02-31").status_code == 200


def test_what_was_answered_needs_no_instruction(cast: Cast) -> None:
    case = order(cast)
    api(cast.operator, f"/inquiries/{case.code}/answer", {"how": "phone", "words": "好"})
    assert "没有等着签批的来件" in told(enter(cast.leader).get(NEXT))
    assert "已回复，没有签批" in told(enter(cast.leader).get("/instructions/"))


def test_programs_list_a_day_and_take_every_step(cast: Cast, team: User) -> None:
    case = order(cast, "dispatched")
    path = f"/inquiries/{case.code}/instruction"
    assert api(team, f"{path}/take", {}).status_code == 404
    answer = api(cast.leader, path, {"words": WORDS})
    assert (answer.status_code, answer.json()["state"]) == (201, "given")
    day = localdate(clock.now()).isoformat()
    found = api(cast.leader, "/instructions", day=day, state="given").json()["items"]
    assert [(row["code"], row["words"], row["unit"]) for row in found] == [
        (case.code, WORDS, cast.crew.code)
    ]
    assert api(team, f"{path}/take", {}).json()["state"] == "taken"
    done = api(team, f"{path}/report", {"words": "已换", "done": True}).json()
    assert (done["state"], done["result"]) == ("done", "已换")
    assert api(cast.leader, "/instructions", state="waiting").json()["items"] == []


def test_a_web_inquiry_is_instructed_from_its_own_page(cast: Cast) -> None:
    case = make_case(cast, source="web")
    assert "签批</button>" in told(enter(cast.leader).get(f"/inquiries/{case.code}/"))
    path = f"/inquiries/{case.code}/instruction/"
    assert enter(cast.leader).post(path, {"words": WORDS}).status_code == 303
    assert WORDS in told(enter(cast.leader).get(f"/inquiries/{case.code}/"))
    assert enter(cast.leader).post(path, {"words": WORDS}).status_code == 409
