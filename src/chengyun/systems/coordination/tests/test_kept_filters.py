"""存为筛选: a list as somebody filters it, kept under a name, for one person or the whole unit."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel.models import Audit, SavedFilter

pytestmark = pytest.mark.django_db
SAVE = "/lists/coordination:cases/filters/save/?state=accepted&class=P01"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def listed(user: User, url: str = "/cases/") -> str:
    return str(enter(user).get(url).content.decode())


def test_a_filter_is_kept_and_leads_to_the_same_list(cast: Cast) -> None:
    kept = drive(make_case(cast), cast, "accepted")
    other = make_case(cast)
    desk = enter(cast.operator)
    assert "存为筛选" not in listed(cast.operator)  # nothing is filtered, nothing to keep
    assert "存为筛选" in listed(cast.operator, "/cases/?state=accepted")
    answer = desk.post(SAVE, {"name": "等立案的井盖"})
    assert answer.status_code == 303
    text = desk.get(answer["Location"]).content.decode()
    assert kept.code in text
    assert other.code not in text
    assert '"等立案的井盖"' not in text and "等立案的井盖" in text
    assert 'aria-current="true"' in text
    assert Audit.objects.get(verb="filter.save").facts["name"] == "等立案的井盖"


def test_it_is_one_s_own_unless_shared_with_the_unit(cast: Cast) -> None:
    enter(cast.operator).post(SAVE, {"name": "自己用"})
    enter(cast.operator).post(SAVE, {"name": "大家用", "shared": "1"})
    colleague, stranger = listed(cast.supervisor), listed(cast.bob)
    assert "大家用" in colleague
    assert "自己用" not in colleague
    assert "大家用" not in stranger


def test_it_is_renamed_and_removed_by_its_owner_alone(cast: Cast) -> None:
    enter(cast.operator).post(SAVE, {"name": "旧名", "shared": "1"})
    row = SavedFilter.objects.get()
    change, remove = (
        reverse("lists:change", args=(row.pk,)),
        reverse("lists:remove", args=(row.pk,)),
    )
    assert enter(cast.supervisor).post(change, {"name": "抢来"}).status_code == 404
    assert enter(cast.supervisor).post(remove).status_code == 404
    assert enter(cast.operator).post(change, {"name": "新名"}).status_code == 303
    row.refresh_from_db()
    assert (row.name, row.unit_id) == ("新名", None)
    page = enter(cast.operator).get(reverse("lists:saved", args=("coordination:cases",)))
    assert "新名" in page.content.decode()
    assert enter(cast.operator).post(remove).status_code == 303
    assert not SavedFilter.objects.exists()
    assert Audit.objects.filter(verb="filter.remove").exists()


def test_a_name_stands_once_and_is_asked_for(cast: Cast) -> None:
    desk = enter(cast.operator)
    assert desk.post(SAVE, {"name": " "}).status_code == 422
    assert desk.post(SAVE, {"name": "一样"}).status_code == 303
    assert desk.post(SAVE, {"name": "一样"}).status_code == 409
    empty = "/lists/coordination:cases/filters/save/?state=nonsense"
    assert desk.post(empty, {"name": "没有条件"}).status_code == 422


def test_the_desk_keeps_its_queue_and_order(cast: Cast) -> None:
    url = "/lists/coordination:desk/filters/save/?queue=accept&class=P01&sort=-due_at"
    answer = enter(cast.operator).post(url, {"name": "井盖在后"})
    assert answer["Location"] == "/desk/?queue=accept&class=P01&sort=-due_at"
    assert "井盖在后" in listed(cast.operator, "/desk/?queue=accept")
