"""What a case says about itself: whose turn it is, who did what, whose time ran, what there is to see before a step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases import choices
from chengyun.city.cases.factories import (
    LAT,
    LON,
    drive,
    make_case,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.people.factories import CITY, Cast
from chengyun.city.people.models import Post, User
from chengyun.city.people.models.users import forget_posts
from chengyun.kernel import clock
from chengyun.kernel.files import store_photo
from chengyun.kernel.ui import words
from chengyun.systems.coordination import lists, panels, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def read(user: User, name: str, *args: str, **query: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(f"coordination:{name}", args=args), query).content.decode()


def test_an_inspector_of_the_whole_city_may_be_sent_to_any_case(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handled")
    Post.objects.filter(user=cast.inspector).update(area=CITY)
    forget_posts()
    assert choices.inspectors_for_case(case) == [(cast.inspector.username, cast.inspector.name)]
    page = read(cast.dispatcher, "take", case.code, "feed_back")
    assert f'<option value="{cast.inspector.username}"' in page


def test_the_page_says_who_was_sent_and_whose_turn_it_is(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    assert f"现在由{cast.crew}办理" in read(cast.leader, "case", case.code)
    case = drive(make_case(cast), cast, "checking")
    page = read(cast.leader, "case", case.code)
    assert f"现在由监督员{cast.inspector}办理" in page
    assert f"<dt>监督员</dt><dd>{cast.inspector}</dd>" in page
    assert f"<b>反馈核查</b>，{cast.inspector}" in page


def test_each_stage_names_who_did_it(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "closed")
    notes = [
        stage["note"].split(" ")[-1] for stage in panels.stages_of(case, panels.lines_of(case))
    ]
    people = (
        cast.inspector,
        cast.supervisor,
        cast.dispatcher,
        cast.department,
        cast.dispatcher,
        cast.inspector,
        cast.supervisor,
    )
    assert notes == [person.name for person in people]


def test_a_merged_case_stands_at_no_stage_and_shows_how_far_it_came(cast: Cast) -> None:
    main, other = make_case(cast), drive(make_case(cast), cast, "accepted")
    act(other, "merge", {"into": main.code}, by=cast.supervisor)
    assert lists.stage(other) == {"ordinal": 0, "sign": "并", "label": "已并案"}
    bar = panels.stages_of(other, panels.lines_of(other))
    assert [stage["done"] for stage in bar] == [True] + [False] * 6
    assert not any(stage["now"] for stage in bar)


def test_a_cleared_ledger_case_says_who_cleared_it_and_whether_in_time(cast: Cast) -> None:
    due = localdate(clock.now()) + timedelta(days=3)
    made = open_case(
        NewCase(
            type="ledger",
            source="inspection",
            description="行道树缺株",
            lon=LON,
            lat=LAT,
            unit=cast.crew,
            due=due,
        ),
        by=cast.evaluator,
    )
    photo = store_photo(photo_bytes(), "a.jpg", by=cast.department)
    act(made, "rectify", {"result": "已补种", "photos": [photo.pk]}, by=cast.department)
    act(made, "clear", {}, by=cast.evaluator)
    last = panels.stages_of(made, panels.lines_of(made))[-1]
    assert last["note"].endswith(cast.evaluator.name)
    light = lists.light(made)
    assert light is not None
    assert light.words == "按期"


def test_a_running_clock_says_till_when_and_which_limit_that_is(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    until = words.told(case.due_at, now=clock.now())
    limit = panels.clocks_of(case)[-1]["limit"]
    assert f"到{until}（{limit}）" in read(cast.department, "case", case.code)
    case = drive(case, cast, "closed")
    assert panels.due_of(panels.clocks_of(case)) == ""


def test_only_the_units_own_time_is_put_down_to_it(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "closed")
    told = {row["name"]: row["unit"] for row in panels.clocks_of(case)}
    assert told == {
        "受理": "受理员",
        "立案": "值班长",
        "派遣": "派遣员",
        "处置": str(cast.crew),
        "反馈": "派遣员",
        "核查": "监督员",
        "结案": "值班长",
    }


def test_the_time_used_is_working_time_where_the_limit_is(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "checking")
    row = case.clocks.get(name="check")
    with clock.at(row.started_at + timedelta(days=30)):
        check = next(each for each in panels.clocks_of(case) if each["name"] == "核查")
    assert check["limit"] == "4 工作时"
    days = int(check["used"].partition("天")[0])
    assert (
        4 <= days <= 8
    )  # about twenty working days of eight hours; thirty whole days would say 30


def test_a_step_shows_the_evidence_and_why_the_case_came_back(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    given = {"cause": "wrong_unit", "reason": "这里不归我们管"}
    act(case, "ask_return", given, by=cast.department)
    act(case, "return", {}, by=cast.dispatcher)
    page = read(cast.dispatcher, "take", case.code, "dispatch")
    assert "这里不归我们管" in page
    assert case.description in page
    assert 'data-island="map"' in page


def test_who_returned_a_case_is_not_proposed_again(cast: Cast) -> None:
    drive(make_case(cast), cast, "closed")
    case = drive(make_case(cast), cast, "filed")
    proposal = queries.proposal_for(case)
    assert proposal is not None
    assert proposal.unit == cast.crew
    act(case, "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher)
    given = {"cause": "wrong_unit", "reason": "这里不归我们管"}
    act(case, "ask_return", given, by=cast.department)
    act(case, "return", {}, by=cast.dispatcher)
    assert queries.proposal_for(Case.objects.get(pk=case.pk)) is None


def test_what_is_late_stands_with_the_latest_first(cast: Cast) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        older = make_case(cast)
    with clock.at(clock.now() - timedelta(days=1)):
        newer = make_case(cast)
    page = read(cast.operator, "cases", late="1")
    assert page.index(older.code) < page.index(newer.code)
    assert page.index("时限") > 0
    page = read(cast.operator, "cases")
    assert page.index(newer.code) < page.index(older.code)


@pytest.mark.parametrize("number", ["abc", "1380013", "1380001", "138000120461"])
def test_a_wrong_number_is_told_at_once(cast: Cast, number: str) -> None:
    client = Client()
    client.force_login(cast.operator)
    report = {
        "source": "hotline",
        "description": "路灯不亮",
        "point_lon": make_case(cast).lon,
        "point_lat": make_case(cast).lat,
        "reporter_phone": number,
    }
    answer = client.post(reverse("coordination:new"), report)
    assert answer.status_code == 422
    assert "电话号码不对" in answer.content.decode()


@pytest.mark.parametrize(
    "number", ["13800002046", "0635-8246161", "8246161", "12345", "+86 138 0000 2046"]
)
def test_numbers_as_people_write_them_are_taken(cast: Cast, number: str) -> None:
    client = Client()
    client.force_login(cast.operator)
    known = make_case(cast)
    report = {
        "source": "hotline",
        "description": "路灯不亮",
        "point_lon": known.lon,
        "point_lat": known.lat,
        "reporter_phone": number,
    }
    assert client.post(reverse("coordination:new"), report).status_code == 303
    assert Case.objects.count() == 2
