"""People without an account: a handler outside acts for the unit, the reporter answers one question, and no more."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import MANHOLE, drive, make_case, make_working_city, photo_bytes
from chengyun.city.cases.invitations import address_of
from chengyun.city.cases.models import Case, Invitation
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.outside import expire_due
from chengyun.city.cases.services.reporter import erase_reporter
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.files import attachments_of, store_photo
from chengyun.kernel.models import Audit, Message
from chengyun.kernel.notify.dispatching import deliver_due

pytestmark = pytest.mark.django_db

NAME, PHONE, SAID = "牛得草", "13900002046", "我是牛得草，楼下井盖丢了"
TASK = "请把柳园路口的井盖配齐，先围挡。"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def case(cast: Cast) -> Case:
    return make_case(cast, description=SAID, reporter_name=NAME, reporter_phone=PHONE)


@pytest.fixture
def handling(cast: Cast, case: Case) -> Case:
    return drive(case, cast, "handling")


def enter(user: User | None = None) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("after.jpg", photo_bytes(), "image/jpeg")


def invite(case: Case, by: User) -> str:
    """The path somebody outside was given, as the page of the case shows it."""
    form = {"outsider": "华兴物业前台", "task": TASK, "version": case.version}
    answer = enter(by).post(f"/cases/{case.code}/invite/", form)
    assert answer.status_code == 303, text(answer)
    case.refresh_from_db()
    found = re.search(r"http://testserver(/h/[^\"]+)", text(enter(by).get(f"/cases/{case.code}/")))
    assert found
    return found[1]


def test_somebody_outside_handles_for_the_unit_and_sees_nothing_of_the_reporter(
    cast: Cast, handling: Case
) -> None:
    there = invite(handling, cast.department)
    them = enter()
    page = text(them.get(there))
    assert TASK in page
    assert "处置完成" in page
    for personal in (NAME, PHONE, SAID):
        assert personal not in page
    answer = them.post(there, {"result": "已换新井盖", "photos": [photo()]})
    assert answer.status_code == 303
    handling.refresh_from_db()
    assert handling.state == "handled"
    after = [one for one in attachments_of(handling) if one.role == "after"]
    assert [one.actor_id for one in after] == [None]
    ours = text(enter(cast.dispatcher).get(f"/cases/{handling.code}/"))
    assert "华兴物业前台" in ours
    assert "已换新井盖" in ours
    assert "已经办完" in text(them.get(there))
    row = Invitation.objects.get()
    assert (row.end, row.unit_id) == ("answered", cast.crew.pk)
    audit.seal_new()
    assert audit.verify().sound


def test_whoever_sent_it_is_told_what_was_done(cast: Cast, handling: Case) -> None:
    there = invite(handling, cast.department)
    enter().post(there, {"result": "已换新井盖", "photos": [photo()]})
    outbox.deliver_due()
    titles = Message.objects.filter(person_id=cast.department.pk).values_list("title", flat=True)
    assert any(title.startswith("华兴物业前台已处置完成") for title in titles)


def test_an_address_signs_before_it_handles_and_may_ask_for_more_time(
    cast: Cast, case: Case
) -> None:
    there = invite(drive(case, cast, "dispatched"), cast.dispatcher)
    them = enter()
    assert them.post(there, {}).status_code == 303
    case.refresh_from_db()
    assert case.state == "handling"
    asked = them.post(f"{there}?do=ask_extension", {"reason": "井盖要定做"})
    assert asked.status_code == 303
    case.refresh_from_db()
    assert "extension_asked" in case.marks


@pytest.mark.parametrize("spoiled", ["0.AAAA", "1.AAAA", "x", "1", "%00"])
def test_an_address_nobody_gave_is_not_there(cast: Cast, handling: Case, spoiled: str) -> None:
    invite(handling, cast.department)
    answer = enter().get(f"/h/{spoiled}/")
    assert answer.status_code == 404
    assert TASK not in text(answer)


def test_the_address_of_one_case_does_not_open_the_photos_of_another(
    cast: Cast, handling: Case
) -> None:
    there = invite(handling, cast.department)
    drive(other := make_case(cast), cast, "handled")
    theirs = attachments_of(other)[0]
    assert enter().get(f"{there}{theirs.pk}/whole/").status_code == 404
    mine = drive(handling, cast, "handled") and attachments_of(handling)[0]
    assert mine
    assert enter().get(f"{there}{mine.pk}/whole/").status_code == 404, "the address has ended"


def test_it_shows_the_photos_of_its_case(cast: Cast, case: Case) -> None:
    drive(case, cast, "checking")
    photos = [store_photo(photo_bytes(), "核查.jpg", by=cast.inspector).pk]
    facts = {"reason": "没有装牢", "photos": photos}
    act(case, "check_fail", facts, by=cast.inspector)
    there = invite(case, cast.department)
    found = re.findall(rf"{re.escape(there)}\d+/small/", text(enter().get(there)))
    assert len(found) == 2
    answer = enter().get(found[0])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")


def test_it_ends_when_it_is_taken_back_or_the_case_goes_elsewhere(
    cast: Cast, handling: Case
) -> None:
    there = invite(handling, cast.department)
    act(handling, "uninvite", {"note": "改由自己修"}, by=cast.department)
    assert "收回" in text(enter().get(there))
    refused = enter().post(there, {"result": "修好了", "photos": [photo()]})
    assert refused.status_code == 409
    again = invite(handling, cast.dispatcher)
    assert again != there
    act(handling, "ask_return", {"cause": "wrong_unit", "reason": "是电信的井"}, by=cast.department)
    act(handling, "return", {}, by=cast.dispatcher)
    assert "不用再办" in text(enter().get(again))
    assert [row.end for row in Invitation.objects.all()] == ["withdrawn", "passed"]


def test_after_its_day_it_ends_by_itself_and_the_sender_hears_of_it(
    cast: Cast, handling: Case
) -> None:
    there = invite(handling, cast.department)
    with clock.at(Invitation.objects.get().expires_at + timedelta(minutes=1)):
        assert "过了有效期" in text(enter().get(there))
        assert enter().post(there, {"result": "修好了"}).status_code == 409
        assert expire_due() == 1
        assert expire_due() == 0
        outbox.deliver_due()
    handling.refresh_from_db()
    assert "invited" not in handling.marks
    told = Message.objects.filter(person_id=cast.department.pk, title__startswith="外部链接已失效")
    assert told.count() == 1


def test_what_is_wrong_is_said_and_nothing_is_kept(cast: Cast, handling: Case) -> None:
    there = invite(handling, cast.department)
    answer = enter().post(there, {"result": "已换新井盖"})
    assert answer.status_code == 422
    assert "照片" in text(answer)
    bad = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    assert enter().post(there, {"result": "已换", "photos": [bad]}).status_code in (415, 422)
    handling.refresh_from_db()
    assert handling.state == "handling"


def test_another_district_neither_invites_nor_sees_the_address(cast: Cast, handling: Case) -> None:
    there = invite(handling, cast.department)
    assert enter(cast.bob).post(f"/cases/{handling.code}/invite/", {}).status_code == 404
    assert there not in text(enter(cast.leader).get(f"/cases/{handling.code}/"))


# --- the reporter ---


def ask(case: Case, by: User) -> None:
    form = {"question": "是哪个单元门口的井盖？", "version": case.version}
    answer = enter(by).post(f"/cases/{case.code}/ask_reporter/", form)
    assert answer.status_code == 303, text(answer)
    case.refresh_from_db()


def test_the_reporter_is_asked_by_sms_and_answers_through_the_address(
    cast: Cast, case: Case, settings: Settings, tmp_path: Path
) -> None:
    settings.ADAPTERS, settings.OUTGOING = {"sms": "file"}, tmp_path
    ask(case, cast.operator)
    assert case.paused
    outbox.deliver_due()
    deliver_due()
    sent = [json.loads(line) for line in (tmp_path / "sms.jsonl").read_text().splitlines()]
    assert [one["address"] for one in sent] == [PHONE]
    assert "是哪个单元门口的井盖" in sent[0]["title"]
    assert Message.objects.get(to=f"tel:{PHONE}").link == ""
    there = sent[0]["link"].partition("/h/")[2]
    them = enter()
    page = text(them.get(f"/h/{there}"))
    assert "是哪个单元门口的井盖" in page
    assert NAME not in page
    done = them.post(f"/h/{there}", {"answer": "3 单元门口，我是牛得草"})
    assert done.status_code == 303
    case.refresh_from_db()
    assert (case.state, case.marks, case.paused) == ("reported", ["reachable"], False)
    assert "3 单元门口" in text(enter(cast.operator).get(f"/cases/{case.code}/"))
    assert "牛得草" not in json.dumps(Audit.objects.get(verb="case.take_answer").facts)
    outbox.deliver_due()
    told = Message.objects.filter(person_id=cast.operator.pk, title__startswith="上报人有了答复")
    assert told.count() == 1


def test_the_api_asks_and_invites_as_the_pages_do(cast: Cast, case: Case) -> None:
    def take(user: User, verb: str, **facts: str) -> int:
        raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
        head = {"Authorization": f"Bearer {raw}"}
        path = f"/api/v1/cases/{case.code}/{verb}"
        return Client().post(path, facts, "application/json", headers=head).status_code

    assert take(cast.operator, "ask_reporter", question="哪个单元？") == 200
    assert take(cast.operator, "take_answer", answer="3 单元") == 200
    case.refresh_from_db()
    drive(case, cast, "handling")
    assert take(cast.department, "invite", outsider="物业", task="请修好") == 200
    assert take(cast.department, "uninvite") == 200


def test_the_desk_notes_what_was_said_on_the_telephone(cast: Cast, case: Case) -> None:
    ask(case, cast.operator)
    form = {"answer": "3 单元门口"}
    answer = enter(cast.operator).post(f"/cases/{case.code}/take_answer/", form)
    assert answer.status_code == 303
    assert "3 单元门口" in text(enter(cast.operator).get(f"/cases/{case.code}/"))
    assert Invitation.objects.get().end == "answered"


def test_nobody_waits_for_ever(cast: Cast, case: Case) -> None:
    ask(case, cast.operator)
    with clock.at(Invitation.objects.get().expires_at + timedelta(minutes=1)):
        assert expire_due() == 1
        case.refresh_from_db()
        assert (case.paused, "questioned" in case.marks) == (False, False)
    assert Invitation.objects.get().end == "expired"


def test_the_desk_goes_on_without_an_answer(cast: Cast, case: Case) -> None:
    ask(case, cast.operator)
    act(case, "accept", {"class": MANHOLE}, by=cast.operator)
    row = Invitation.objects.get()
    assert (case.state, case.paused, row.end) == ("accepted", False, "passed")
    assert "不用再办" in text(enter().get(address_of(row)))


def test_who_left_no_telephone_is_not_asked(cast: Cast) -> None:
    case = make_case(cast)
    page = text(enter(cast.operator).get(f"/cases/{case.code}/"))
    assert "询问上报人" not in page
    answer = enter(cast.operator).post(f"/cases/{case.code}/ask_reporter/", {"question": "哪里？"})
    assert answer.status_code == 409


def test_who_asks_to_be_forgotten_is_forgotten_here_too(
    cast: Cast, case: Case, settings: Settings, tmp_path: Path
) -> None:
    settings.ADAPTERS, settings.OUTGOING = {"sms": "file"}, tmp_path
    ask(case, cast.operator)
    outbox.deliver_due()
    act(case, "take_answer", {"answer": "我是牛得草，3 单元"}, by=cast.operator)
    erase_reporter(case, words=True, by=cast.supervisor)
    page = text(enter(cast.supervisor).get(f"/cases/{case.code}/"))
    assert "3 单元" not in page
    again = enter(cast.operator).post(f"/cases/{case.code}/ask_reporter/", {"question": "哪里？"})
    assert (again.status_code, "删除" in text(again)) == (422, True)
    assert not Message.objects.filter(to__contains=PHONE).exists()
