"""Many cases at once: each in its own transaction, each with its own answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def send(user: User, verb: str, picks: list[str], **more: Any) -> Any:
    client = Client()
    client.force_login(user)
    data = {"verb": verb, "queue": "dispatch", "pick": picks, **more}
    return client.post(reverse("coordination:bulk"), data)


def filed(cast: Cast) -> Case:
    return drive(make_case(cast), cast, "filed")


def state_of(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def test_the_desk_offers_what_can_be_done_with_many(cast: Cast) -> None:
    case = filed(cast)
    client = Client()
    client.force_login(cast.dispatcher)
    text = client.get("/desk/?queue=dispatch").content.decode()
    assert f'name="pick" form="bulk" value="{case.code}"' in text
    assert 'name="verb" value="dispatch"' in text
    drive(make_case(cast), cast, "checking")
    client.force_login(cast.inspector)
    text = client.get("/desk/?queue=check").content.decode()
    assert 'name="pick"' not in text  # a check needs its own photo


def test_the_question_names_how_many_and_leaves_out_what_cannot(cast: Cast) -> None:
    ready, other = [filed(cast), filed(cast)], make_case(cast)
    answer = send(cast.dispatcher, "dispatch", [c.code for c in (*ready, other)])
    text = answer.content.decode()
    assert "派遣 2 件？" in text
    assert f"另有 1 件现在不能派遣，不在其中：{other.short_code}" in text
    assert [state_of(case) for case in ready] == ["filed", "filed"]


def test_each_is_done_or_refused_on_its_own(cast: Cast) -> None:
    cases = [filed(cast) for _ in range(3)]
    picks = [f"{case.code}:{case.version}" for case in cases]
    act(
        cases[1], "dispatch", {"unit": cast.crew.code}, by=cast.dispatcher
    )  # a colleague was faster
    answer = send(
        cast.dispatcher, "dispatch", [*picks, "2501010001:1"], go="1", unit=cast.crew.code
    )
    text = answer.content.decode()
    assert "派遣：办成 2 件，没办成 2 件" in text
    assert "刚被别人办过" in text
    assert "没有这件案件" in text
    assert [state_of(case) for case in cases] == ["dispatched"] * 3
    assert Audit.objects.filter(verb="case.dispatch").count() == 3


def test_without_a_unit_each_goes_where_the_desk_proposes(cast: Cast) -> None:
    drive(make_case(cast), cast, "handling")  # from which the desk learns
    case = filed(cast)
    send(cast.dispatcher, "dispatch", [f"{case.code}:{case.version}"], go="1", unit="")
    assert state_of(case) == "dispatched"
    assert case.unit == cast.crew


def test_what_must_be_done_one_by_one_is_refused(cast: Cast) -> None:
    case = filed(cast)
    assert send(cast.supervisor, "void", [case.code]).status_code == 422
    assert send(cast.dispatcher, "dispatch", []).status_code == 422
    assert send(cast.dispatcher, "dispatch", [str(n) for n in range(101)]).status_code == 422
    assert state_of(case) == "filed"


def test_nobody_reaches_into_another_district(cast: Cast) -> None:
    case = filed(cast)
    answer = send(cast.bob, "dispatch", [f"{case.code}:1"], go="1", unit=cast.other_crew.code)
    assert "没有这件案件" in answer.content.decode()
    assert state_of(case) == "filed"
