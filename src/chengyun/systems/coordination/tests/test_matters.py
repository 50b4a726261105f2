"""What stands beside the state, on the pages: who must answer, what is supervised, what belongs together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases.factories import LAT, LON, MANHOLE, drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.people.factories import DISTRICT, Cast, make_user
from chengyun.city.people.models import User
from chengyun.city.people.services.units import add_unit
from chengyun.systems.coordination.tests.test_desk import at_desk, photo, take

pytestmark = pytest.mark.django_db

LATER = (localdate() + timedelta(days=30)).isoformat()


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def handling(cast: Cast) -> Case:
    return drive(make_case(cast), cast, "handling")


def seen(user: User, name: str, *args: Any, **query: str) -> str:
    answer = at_desk(user).get(reverse(f"coordination:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return str(answer.content.decode())


def doors(user: User, case: Case) -> str:
    return seen(user, "case", case.code)


def test_an_extension_goes_from_page_to_page(cast: Cast, handling: Case) -> None:
    asked = take(cast.department, handling, "ask_extension", reason="等配件")
    assert asked.status_code == 303, asked.content.decode()
    page = doors(cast.department, handling)
    assert "待批延期" in page
    assert "由值班长审批" in page
    assert "等配件" in page
    queue = seen(cast.supervisor, "desk", queue="approve")
    assert handling.code in queue
    assert "待批延期" in queue
    assert reverse("coordination:take", args=(handling.code, "grant_extension")) in doors(
        cast.supervisor, handling
    )
    before = handling.due_at
    assert take(cast.supervisor, handling, "grant_extension", note="同意").status_code == 303
    handling.refresh_from_db()
    assert handling.due_at > before
    assert handling.code not in seen(cast.supervisor, "desk", queue="approve")
    whole = doors(cast.department, handling)
    assert "已延期" in whole
    assert "延期 1 次" in whole


def test_whoever_may_not_decide_sees_no_button(cast: Cast, handling: Case) -> None:
    take(cast.department, handling, "ask_extension", reason="等配件")
    there = reverse("coordination:take", args=(handling.code, "grant_extension"))
    assert there not in doors(cast.dispatcher, handling)
    assert there not in doors(cast.department, handling)
    assert handling.code not in seen(cast.dispatcher, "desk", queue="approve")


def test_a_verb_in_whose_way_a_mark_stands_says_so(cast: Cast, handling: Case) -> None:
    url = reverse("coordination:take", args=(handling.code, "ask_extension"))
    form = at_desk(cast.department).get(url)
    assert form.status_code == 200
    take(cast.department, handling, "ask_extension", reason="等配件")
    late = at_desk(cast.department).post(url, {"version": 1, "reason": "等配件"})
    assert late.status_code == 409
    assert "正在等延期审批，不能申请延期" in late.content.decode()


def test_open_problems_have_their_own_page(cast: Cast, handling: Case) -> None:
    assert "现在没有挂账的案件" in seen(cast.leader, "problems")
    take(cast.department, handling, "ask_suspend", reason="冬季不宜补植", until=LATER)
    take(cast.dispatcher, handling, "grant_suspend", note="同意")
    page = seen(cast.leader, "problems")
    assert handling.code[-4:] in page
    assert "冬季不宜补植" in page
    assert handling.code[-4:] not in seen(cast.bob, "problems")
    assert "冬季不宜补植" not in seen(cast.leader, "problems", **{"class": "E01"})
    take(cast.supervisor, handling, "resume")
    assert "现在没有挂账的案件" in seen(cast.leader, "problems")


def test_supervision_is_listed_and_replied_to(cast: Cast, handling: Case) -> None:
    told = take(cast.leader, handling, "supervise", watch_level="key_watch", reason="第三次反映")
    assert told.status_code == 303
    assert "重点督办" in seen(cast.supervisor, "watched")
    assert handling.code in seen(cast.department, "desk", queue="reply")
    page = doors(cast.department, handling)
    assert "第三次反映" in page
    assert "前回复" in page
    assert take(cast.department, handling, "reply", reply="今天办好").status_code == 303
    assert "今天办好" in seen(cast.leader, "watched")
    assert handling.code not in seen(cast.department, "desk", queue="reply")


def test_a_helper_finds_its_part_in_a_queue(cast: Cast) -> None:
    unit = add_unit(
        "371502-YL", "园林处", kind="department", area=DISTRICT, parent=cast.bureau, by=None
    )
    helper = make_user("gardener", "园丁", "department", unit)
    case = drive(make_case(cast), cast, "filed")
    form = seen(cast.dispatcher, "take", case.code, "dispatch")
    assert 'name="helpers" value="371502-YL"' in form
    sent = take(cast.dispatcher, case, "dispatch", unit=cast.crew.code, helpers=["371502-YL"])
    assert sent.status_code == 303, sent.content.decode()
    assert case.code in seen(helper, "desk", queue="assist")
    assert "协办中" in doors(helper, case)
    assert take(helper, case, "assist_done", note="已移开护栏").status_code == 303
    assert "已移开护栏" in doors(cast.dispatcher, case)


def test_a_simple_case_is_reported_and_passed_on_the_page(cast: Cast) -> None:
    answer = at_desk(cast.inspector).post(
        reverse("coordination:new"),
        {
            "source": "inspector",
            "class": MANHOLE,
            "description": "井盖移位，已复位",
            "point_lon": LON,
            "point_lat": LAT,
            "photos": [photo()],
            "on_the_spot": "on",
            "after": [photo()],
        },
    )
    assert answer.status_code == 303, answer.content.decode()
    case = Case.objects.get()
    assert case.marks == ["simple"]
    assert "简易" in seen(cast.operator, "desk", queue="accept")
    assert take(cast.operator, case, "pass").status_code == 303
    case.refresh_from_db()
    assert case.state == "closed"


def test_a_merged_case_names_the_one_it_follows(cast: Cast) -> None:
    parent, child = make_case(cast), make_case(cast)
    form = seen(cast.operator, "take", child.code, "merge")
    assert f'value="{parent.code}"' in form
    assert take(cast.operator, child, "merge", into=parent.code).status_code == 303
    assert reverse("coordination:case", args=(parent.code,)) in doors(cast.operator, child)
    assert "接收并案" in doors(cast.operator, parent)
    assert "已并案" in doors(cast.operator, child)


def test_reassigning_offers_the_other_units(cast: Cast, handling: Case) -> None:
    add_unit("371502-YL", "园林处", kind="department", area=DISTRICT, parent=cast.bureau, by=None)
    form = seen(cast.dispatcher, "take", handling.code, "reassign")
    assert "园林处" in form
    assert f'value="{cast.crew.code}"' not in form


def test_the_seldom_steps_stand_behind_more(cast: Cast, handling: Case) -> None:
    page = doors(cast.supervisor, handling)
    first, _, more = page.partition('class="d-more"')
    assert "督办" in more
    assert reverse("coordination:take", args=(handling.code, "supervise")) not in first


def test_a_stranger_opens_none_of_it(cast: Cast, handling: Case) -> None:
    for name in ("problems", "watched"):
        client = Client()
        client.force_login(cast.charlie)
        assert client.get(reverse(f"coordination:{name}")).status_code == 403
    url = reverse("coordination:take", args=(handling.code, "grant_extension"))
    assert at_desk(cast.bob).get(url).status_code == 404


def test_an_appeal_shows_both_marks(cast: Cast, handling: Case) -> None:
    drive(handling, cast, "closed")
    Case.objects.filter(pk=handling.pk).update(late=True)
    handling.refresh_from_db()
    act(handling, "ask_appeal", {"reason": "封路"}, by=cast.department)
    assert handling.code in seen(cast.dispatcher, "desk", queue="approve")
    assert take(cast.dispatcher, handling, "review_appeal").status_code == 303
    assert handling.code not in seen(cast.dispatcher, "desk", queue="approve")
    assert handling.code in seen(cast.operator, "desk", queue="approve")
    assert take(cast.operator, handling, "grant_appeal").status_code == 303
    page = doors(cast.department, handling)
    assert "超时免计" in page
    assert "超期" in page
