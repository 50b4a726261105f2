"""Further questions of a class: the server decides which are asked, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases import queries
from chengyun.city.cases.factories import LAT, LON, MANHOLE, make_working_city
from chengyun.city.cases.models import Case, ClassQuestion
from chengyun.city.cases.services.reporter import erase_reporter
from chengyun.city.cases.services.wording import add_answer, add_question, end_question
from chengyun.city.cases.tests.test_loop import REPORT, Caller
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel.errors import Conflict, Invalid
from chengyun.kernel.history import ERASED
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = make_working_city()
    cover = queries.class_named(MANHOLE, "")
    add_question(cover, key="open", label="井口敞着吗", kind="bool", required=True, by=None)
    add_question(
        cover, key="depth", label="井深（厘米）", kind="int", by=None, required=True,
        condition_key="open", condition_equals="是",
    )  # fmt: skip
    add_question(
        cover, key="guarded", label="有人看着吗", kind="choice", choices=["有", "没有"], by=None,
        condition_key="depth", condition_equals="120",
    )  # fmt: skip
    return cast


def report(cast: Cast, **answers: Any) -> Any:
    return Caller(cast.inspector).post("/cases", {**REPORT, "answers": answers})


def told(answer: Any) -> list[tuple[str, str]]:
    return [(a["label"], a["value"]) for a in answer.json()["answers"]]


def test_only_what_is_asked_is_kept(cast: Cast) -> None:
    assert told(report(cast, open=False, depth="80")) == [("井口敞着吗", "否")]
    whole = report(cast, open="是", depth=120, guarded="没有")
    assert told(whole) == [("井口敞着吗", "是"), ("井深（厘米）", "120"), ("有人看着吗", "没有")]


@pytest.mark.parametrize(
    ("answers", "field", "word"),
    [
        ({}, "q_open", "请回答「井口敞着吗」"),
        ({"open": "也许"}, "q_open", "只能答：是、否"),
        ({"open": "是"}, "q_depth", "请回答「井深（厘米）」"),
        ({"open": "是", "depth": "很深"}, "q_depth", "整数"),
        ({"open": "否", "colour": "红"}, "q_colour", "没有「colour」这个问题"),
    ],
)
def test_a_wrong_answer_is_named_and_leaves_nothing(
    cast: Cast, answers: dict[str, Any], field: str, word: str
) -> None:
    answer = report(cast, **answers)
    assert answer.status_code == 422
    assert word in answer.json()["message"]
    assert [f["field"] for f in answer.json()["fields"]] == [field]
    assert not Case.objects.exists()


def test_a_question_that_ended_is_not_asked_nor_what_hangs_on_it(cast: Cast) -> None:
    kept = report(cast, open="是", depth="80")
    end_question(ClassQuestion.objects.get(key="open"), by=None)
    assert told(report(cast)) == []
    case = Case.objects.get(code=kept.json()["code"])
    assert [a["value"] for a in case.answers] == ["是", "80"]
    with pytest.raises(Conflict):
        end_question(ClassQuestion.objects.get(key="open"), by=None)


def test_the_api_tells_which_questions_there_are(cast: Cast) -> None:
    found = Caller(cast.inspector).get(f"/classes/{MANHOLE}/questions").json()
    assert [(q["key"], q["condition_key"], q["condition_equals"]) for q in found] == [
        ("open", "", ""), ("depth", "open", "是"), ("guarded", "depth", "120"),
    ]  # fmt: skip
    classes = Caller(cast.inspector).get("/classes").json()
    assert {c["code"]: c["questions"] for c in classes if c["questions"]} == {MANHOLE: found}
    assert Caller(cast.inspector).get(f"/classes/{MANHOLE}").json()["questions"] == found


def test_answers_are_erased_with_the_words_of_who_reported(cast: Cast) -> None:
    case = Case.objects.get(code=report(cast, open="否").json()["code"])
    kept = Audit.objects.get(subject_id=case.pk, verb="case.report").facts
    assert "personal" in kept["answers"]
    erase_reporter(case, words=True, by=cast.supervisor)
    case.refresh_from_db()
    assert (case.answers, case.description) == ([], ERASED)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Depth"}, "key"),
        ({"label": " "}, "label"),
        ({"kind": "poem"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"condition_key": "nothing", "condition_equals": "是"}, "condition_key"),
        ({"condition_key": "open", "condition_equals": "也许"}, "condition_equals"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    cast: Cast, change: dict[str, Any], field: str
) -> None:
    good: dict[str, Any] = {"key": "more", "label": "还有什么", "kind": "text"}
    with pytest.raises(Invalid) as refusal:
        add_question(queries.class_named(MANHOLE, ""), by=None, **(good | change))
    assert [f.field for f in refusal.value.fields] == [field]


def test_a_key_stands_once(cast: Cast) -> None:
    cover = queries.class_named(MANHOLE, "")
    with pytest.raises(Conflict, match="open"):
        add_question(cover, key="open", label="敞着？", kind="bool", by=None)


# On the page -------------------------------------------------------------------------------------


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


FORM = {
    "source": "inspector",
    "class": MANHOLE,
    "description": "雨水井盖不见",
    "point_lon": LON,
    "point_lat": LAT,
}


def test_the_page_asks_by_parts_and_again_after_an_answer(cast: Cast) -> None:
    client, head = desk(cast.inspector), {"hx-request": "true", "hx-target": "questions"}
    url = reverse("coordination:new")
    first = client.get(url, {"class": MANHOLE}, headers=head).content.decode()
    assert "井口敞着吗" in first
    assert "井深" not in first
    assert "<html" not in first
    second = client.get(url, {"class": MANHOLE, "q_open": "是"}, headers=head).content.decode()
    assert "井深" in second
    assert "有人看着吗" not in second


def test_without_script_the_questions_come_with_the_first_try(cast: Cast) -> None:
    client, url = desk(cast.inspector), reverse("coordination:new")
    tried = client.post(url, FORM)
    assert tried.status_code == 422
    page = tried.content.decode()
    assert "还有几个问题" in page
    assert "井口敞着吗" in page
    assert "雨水井盖不见" in page
    done = client.post(url, FORM | {"asked_for": MANHOLE, "q_open": "否", "q_depth": "80"})
    assert done.status_code == 303, done.content.decode()
    case = Case.objects.get()
    assert [a["value"] for a in case.answers] == ["否"]
    seen = client.get(reverse("coordination:case", args=(case.code,))).content.decode()
    assert "井口敞着吗" in seen


def test_an_answer_that_is_missing_is_told_beside_the_rest(cast: Cast) -> None:
    answer = desk(cast.inspector).post(
        reverse("coordination:new"), FORM | {"asked_for": MANHOLE, "q_open": "是"}
    )
    assert answer.status_code == 422
    assert "请回答「井深（厘米）」" in answer.content.decode()
    assert not Case.objects.exists()


# 常用语 ------------------------------------------------------------------------------------------


def test_a_sentence_is_picked_instead_of_typed(cast: Cast) -> None:
    add_answer("与已受理案件重复", verb="refuse", class_code="", by=None)
    add_answer("井盖已由物业换好", verb="refuse", class_code="P01", by=None)
    add_answer("与路灯无关", verb="refuse", class_code="P0137", by=None)
    code = report(cast, open="否").json()["code"]
    client, url = desk(cast.operator), reverse("coordination:take", args=(code, "refuse"))
    page = client.get(url).content.decode()
    assert page.index("井盖已由物业换好") < page.index("与已受理案件重复")
    assert "与路灯无关" not in page
    version = Case.objects.get(code=code).version
    empty = client.post(url, {"version": version})
    assert empty.status_code == 422
    done = client.post(url, {"version": version, "phrase": "与已受理案件重复"})
    assert done.status_code == 303, done.content.decode()
    row = Audit.objects.get(verb="case.refuse")
    assert row.facts["reason"] == "与已受理案件重复"


def test_what_is_typed_comes_before_what_is_picked(cast: Cast) -> None:
    add_answer("与已受理案件重复", verb="", class_code="", by=None)
    code = report(cast, open="否").json()["code"]
    url = reverse("coordination:take", args=(code, "refuse"))
    given = {"version": 1, "phrase": "与已受理案件重复", "reason": "来电人说不用了"}
    assert desk(cast.operator).post(url, given).status_code == 303
    assert Audit.objects.get(verb="case.refuse").facts["reason"] == "来电人说不用了"
