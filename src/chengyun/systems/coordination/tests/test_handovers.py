"""移送: shared with police, each wait with its own limit, both sides read one history and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case, HandOver
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import Unit, User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.units import add_unit
from chengyun.kernel import audit, clock
from chengyun.kernel.errors import Invalid
from chengyun.kernel.models import Audit
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def police(cast: Cast) -> Unit:
    return add_unit("371502-GA", "东昌府公安分局", kind="partner", area=DISTRICT, by=None)


@pytest.fixture
def officer(police: Unit) -> User:
    return make_user("officer", "耿铁山", "department", police)


@pytest.fixture
def case(cast: Cast) -> Case:
    return drive(make_case(cast, reporter_name="牛得草"), cast, "handling")


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def api(user: User, path: str, body: Any) -> Any:
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    head = {"Authorization": f"Bearer {raw}"}
    return client.post(f"/api/v1{path}", body, "application/json", headers=head)


def send(cast: Cast, case: Case, police: Unit) -> HandOver:
    form = {"unit": police.code, "reason": "有人阻拦施工", "kind": "help"}
    answer = enter(cast.dispatcher).post(f"/cases/{case.code}/handover/", form)
    assert answer.status_code == 303
    return HandOver.objects.latest("id")


def told(answer: Any) -> str:
    return str(answer.content.decode())


def test_it_is_sent_received_and_answered_and_both_read_one_history(
    cast: Cast, case: Case, police: Unit, officer: User
) -> None:
    other = make_case(cast)
    row = send(cast, case, police)
    theirs = enter(officer)
    assert case.code in told(theirs.get("/desk/?queue=shared"))
    page = told(theirs.get(f"/cases/{case.code}/"))
    assert "有人阻拦施工" in page
    assert "牛得草" not in page
    assert theirs.get(f"/cases/{other.code}/").status_code == 404
    assert case.code not in told(theirs.get("/cases/"))
    path = f"/handovers/{row.pk}/"
    assert theirs.post(path, {"do": "receive"}).status_code == 303
    assert theirs.post(path, {"do": "answer", "words": "已训诫，可以施工"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.words) == ("answered", "已训诫，可以施工")
    assert (row.late_received, row.late_answered) == (False, False)
    ours = told(enter(cast.dispatcher).get(f"/cases/{case.code}/"))
    assert "已训诫，可以施工" in ours
    assert "已反馈" in ours
    verbs = Audit.objects.filter(verb__startswith="handover.").order_by("id")
    assert [v.verb for v in verbs] == ["handover.send", "handover.receive", "handover.answer"]
    audit.seal_new()
    assert audit.verify().sound


def test_each_wait_has_its_own_limit_and_late_marks_stay(
    cast: Cast, case: Case, police: Unit, officer: User
) -> None:
    row = send(cast, case, police)
    with clock.at(row.due_at + timedelta(hours=1)):
        assert "只看超时" in told(enter(officer).get("/handovers/?late=1"))
        assert api(officer, f"/handovers/{row.pk}/receive", {}).json()["late_received"]
    first = row.due_at
    row.refresh_from_db()
    assert row.due_at > first
    with clock.at(row.due_at + timedelta(hours=1)):
        answer = api(officer, f"/handovers/{row.pk}/answer", {"words": "已处理"}).json()
    assert (answer["late_received"], answer["late_answered"]) == (True, True)


def test_what_is_given_back_or_withdrawn_is_theirs_no_more(
    cast: Cast, case: Case, police: Unit, officer: User
) -> None:
    row = send(cast, case, police)
    assert api(officer, f"/handovers/{row.pk}/return", {"words": ""}).status_code == 422
    assert api(officer, f"/handovers/{row.pk}/return", {"words": "属交警"}).status_code == 200
    assert enter(officer).get(f"/cases/{case.code}/").status_code == 404
    again = send(cast, case, police)
    assert enter(officer).get(f"/cases/{case.code}/").status_code == 200
    form = {"do": "withdraw", "words": "已自行处理"}
    assert enter(cast.dispatcher).post(f"/handovers/{again.pk}/", form).status_code == 303
    assert enter(officer).get(f"/cases/{case.code}/").status_code == 404


def test_one_at_a_time_and_whoever_is_second_is_told(
    cast: Cast, case: Case, police: Unit, officer: User
) -> None:
    row = send(cast, case, police)
    body = {"unit": police.code, "reason": "再来"}
    again = api(cast.dispatcher, f"/cases/{case.code}/handovers", body)
    assert again.status_code == 409
    assert "还没有结果" in again.json()["message"]
    api(officer, f"/handovers/{row.pk}/receive", {})
    second = api(officer, f"/handovers/{row.pk}/receive", {})
    assert second.status_code == 409
    assert "办理中" in second.json()["message"]
    assert api(officer, f"/handovers/{row.pk}/answer", {"words": " "}).status_code == 422


def test_who_may_not_cannot(cast: Cast, case: Case, police: Unit, officer: User) -> None:
    row = send(cast, case, police)
    assert enter(cast.operator).get(f"/cases/{case.code}/handover/").status_code == 403
    for path in ("receive", "answer", "return"):
        answer = api(cast.department, f"/handovers/{row.pk}/{path}", {"words": "x"})
        assert answer.status_code == 403
    assert api(officer, f"/handovers/{row.pk}/withdraw", {"words": "x"}).status_code == 403
    assert api(cast.other_department, f"/handovers/{row.pk}/receive", {}).status_code == 404
    wrong = api(
        cast.dispatcher, f"/cases/{case.code}/handovers", {"unit": cast.crew.code, "reason": "x"}
    )
    assert wrong.status_code == 422
    closed = drive(make_case(cast), cast, "closed")
    body = {"unit": police.code, "reason": "x"}
    assert api(cast.dispatcher, f"/cases/{closed.code}/handovers", body).status_code == 409
    assert HandOver.objects.count() == 1


EVIDENCE = ["现场照片", "检查记录", "当事人情况", "相关法条"]


def lead(cast: Cast, case: Case, unit: Unit, evidence: list[str]) -> Any:
    body = {"unit": unit.code, "reason": "擅自占压管线", "kind": "lead", "evidence": evidence}
    return api(cast.dispatcher, f"/cases/{case.code}/handovers", body)


def test_a_lead_needs_all_its_evidence_and_a_photo(cast: Cast, police: Unit, case: Case) -> None:
    short = lead(cast, case, police, EVIDENCE[:2])
    assert short.status_code == 422
    assert "还差：当事人情况、相关法条" in short.json()["message"]
    bare = lead(cast, make_case(cast), police, EVIDENCE)
    assert bare.status_code == 422
    assert "要有现场照片" in bare.json()["message"]
    assert lead(cast, case, police, [*EVIDENCE, "口供"]).status_code == 422
    assert not HandOver.objects.exists()


def test_a_lead_is_answered_with_an_outcome_both_sides_read(
    cast: Cast, police: Unit, officer: User
) -> None:
    case = drive(make_case(cast), cast, "handled")
    form = {"unit": police.code, "kind": "lead", "reason": "擅自占压管线", "evidence": EVIDENCE}
    answer = enter(cast.dispatcher).post(f"/cases/{case.code}/handover/", form)
    assert answer.status_code == 303
    row = HandOver.objects.get()
    assert (row.kind, row.evidence) == ("lead", EVIDENCE)
    page = enter(officer).get(f"/handovers/{row.pk}/")
    assert "现场照片、检查记录、当事人情况、相关法条" in page.content.decode()
    assert api(officer, f"/handovers/{row.pk}/receive", {}).status_code == 200
    without = api(officer, f"/handovers/{row.pk}/answer", {"words": "罚了"})
    assert without.status_code == 422
    assert "要选处理结果" in without.json()["message"]
    done = {"do": "answer", "outcome": "punished", "words": "罚款二千元"}
    assert enter(officer).post(f"/handovers/{row.pk}/", done).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("answered", "punished")
    told = enter(cast.dispatcher).get(f"/cases/{case.code}/").content.decode()
    assert "已处罚。罚款二千元" in told
    assert "随附：现场照片、检查记录" in told
    found = enter(cast.dispatcher).get("/handovers/?kind=lead").content.decode()
    assert case.code in found
    assert case.code not in enter(cast.dispatcher).get("/handovers/?kind=help").content.decode()


def test_what_has_to_come_with_a_lead_is_the_city_s(cast: Cast, police: Unit) -> None:
    case = drive(make_case(cast), cast, "handled")
    set_param("handover.evidence", "3715", "现场照片", by=cast.admin)
    assert lead(cast, case, police, EVIDENCE[:1]).status_code == 201
    with pytest.raises(Invalid):
        set_param("handover.evidence", "3715", " ", by=cast.admin)
