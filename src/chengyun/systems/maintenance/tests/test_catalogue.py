"""类别与时限 and 流程 through their pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import ClassQuestion, StandardAnswer
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


NEW = {
    "text": "井盖缺失，主干道",
    "limit_value": "1",
    "limit_unit": "urgent_hour",
    "closing": "恢复",
}


def test_classes_are_found_by_name_and_initials(cast: Cast) -> None:
    admin = logged_in(cast.admin)
    for words in ("雨水井盖", "ysjg", MANHOLE):
        page = admin.get(reverse("maintenance:classes"), {"q": words}).content.decode()
        assert "雨水井盖" in page
        assert "行道树" not in page


def test_a_district_sets_its_own_limit_and_only_its_cases_feel_it(cast: Cast) -> None:
    url = reverse("maintenance:condition_add", args=(MANHOLE,))
    answer = logged_in(cast.district_admin).post(f"{url}?area=371502", NEW)
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    here = reverse("maintenance:case_class", args=(MANHOLE,))
    own = logged_in(cast.admin).get(here, {"area": "371502"}).content.decode()
    other = logged_in(cast.admin).get(here, {"area": "371523"}).content.decode()
    assert NEW["text"] in own
    assert NEW["text"] not in other
    case = drive(make_case(cast), cast, "accepted")
    page = logged_in(cast.supervisor).get(reverse("coordination:take", args=(case.code, "file")))
    assert NEW["text"] in page.content.decode()


def test_a_condition_that_ended_is_offered_no_more(cast: Cast) -> None:
    admin = logged_in(cast.district_admin)
    admin.post(f"{reverse('maintenance:condition_add', args=(MANHOLE,))}?area=371502", NEW)
    case = drive(make_case(cast), cast, "accepted")
    row = case.case_class.conditions.get(area="371502")  # type: ignore[union-attr]
    end = reverse("maintenance:condition_end", args=(MANHOLE, row.pk))
    assert admin.post(f"{end}?area=371502").status_code == 303
    assert admin.post(f"{end}?area=371502").status_code == 404
    page = logged_in(cast.supervisor).get(reverse("coordination:take", args=(case.code, "file")))
    assert NEW["text"] not in page.content.decode()


def test_who_may_not_change_the_catalogue_is_refused(cast: Cast) -> None:
    url = reverse("maintenance:condition_add", args=(MANHOLE,))
    assert logged_in(cast.dispatcher).post(url, NEW).status_code == 403


def test_the_tables_of_verbs_are_shown(cast: Cast) -> None:
    page = logged_in(cast.admin).get(reverse("maintenance:workflows")).content.decode()
    for words in ("部件事件案件", "问题台账", "督查通报", "核查不合格", "处置时限开始"):
        assert words in page, words


def test_the_page_of_workflows_says_marks_in_words(cast: Cast) -> None:
    page = logged_in(cast.admin).get(reverse("maintenance:workflows")).content.decode()
    for words in (
        "要有「待批延期」",
        "不能有「已延期」",
        "加上「已延期」",
        "去掉「待批延期」",
        "加一个原时限",
        "系统自动",
    ):
        assert words in page, words


def test_a_question_is_added_and_ended_on_its_page(cast: Cast) -> None:
    admin, here = logged_in(cast.admin), reverse("maintenance:questions", args=(MANHOLE,))
    asked = {"label": "井口敞着吗", "key": "open", "kind": "bool", "required": "on"}
    answer = admin.post(reverse("maintenance:question_add", args=(MANHOLE,)), asked)
    assert answer.status_code == 303, answer.content.decode()
    assert "井口敞着吗" in admin.get(here).content.decode()
    wrong = admin.post(reverse("maintenance:question_add", args=(MANHOLE,)), asked)
    assert wrong.status_code == 409
    row = ClassQuestion.objects.get()
    admin.post(reverse("maintenance:question_end", args=(MANHOLE, row.pk)))
    assert "还没有附加问题" in admin.get(here).content.decode()
    gone = reverse("maintenance:question_end", args=("P0101", row.pk))
    assert admin.post(gone).status_code == 404
    assert logged_in(cast.supervisor).get(here).status_code == 200
    refused = logged_in(cast.supervisor).post(reverse("maintenance:question_add", args=(MANHOLE,)))
    assert refused.status_code == 403


def test_a_sentence_is_added_and_ended_on_its_page(cast: Cast) -> None:
    admin, here = logged_in(cast.admin), reverse("maintenance:phrases")
    said = {"text": "与已受理案件重复", "verb": "refuse", "class_code": ""}
    assert admin.post(reverse("maintenance:phrase_add"), said).status_code == 303
    page = admin.get(here).content.decode()
    assert "与已受理案件重复" in page
    assert "不予受理" in page
    row = StandardAnswer.objects.get()
    assert admin.post(reverse("maintenance:phrase_end", args=(row.pk,))).status_code == 303
    assert "还没有常用语" in admin.get(here).content.decode()
    assert admin.post(reverse("maintenance:phrase_end", args=(row.pk,))).status_code == 409
    assert admin.post(reverse("maintenance:phrase_end", args=(987654,))).status_code == 404
