"""类别与时限 and 流程 through their pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import MANHOLE, drive, make_case, make_working_city
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
    for words in ("部件事件案件", "问题台账", "督查通报", "核查不合格", "处置开始"):
        assert words in page, words
