"""A citizen asks to be forgotten: the names go, the case and its history stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import audit
from chengyun.kernel.history import ERASED, history_of
from chengyun.kernel.models import Audit, Personal

pytestmark = pytest.mark.django_db

NAME, PHONE, SAID = "王建国", "19900002046", "我是王建国，楼下井盖丢了"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def case(cast: Cast) -> Case:
    return make_case(cast, description=SAID, reporter_name=NAME, reporter_phone=PHONE)


def kept(case: Case) -> set[str]:
    """What the case still holds about people."""
    rows = Personal.objects.filter(subject_type="cases.case", subject_id=case.pk, erased_at=None)
    return set(rows.values_list("key", flat=True))


def erase(case: Case, by: User, *, words: bool = False) -> Any:
    token, _ = issue_token(by, "试验", timedelta(days=1), by=None)
    path = f"/api/v1/cases/{case.code}/reporter{'?words=true' if words else ''}"
    return Client().delete(path, headers={"authorization": f"Bearer {token}"})


def found(cast: Cast, words: str) -> int:
    token, _ = issue_token(cast.leader, "试验", timedelta(days=1), by=None)
    head = {"authorization": f"Bearer {token}"}
    total = Client().get(f"/api/v1/cases?q={words}", headers=head).json()["total"]
    return int(total)


def test_the_names_go_and_the_case_goes_on(cast: Cast, case: Case) -> None:
    answer = erase(case, cast.supervisor)
    assert (answer.status_code, answer.json()["description"]) == (200, SAID)
    assert kept(case) == {"description"}
    lines = history_of(case, {})
    assert lines[0].personal == {
        "description": SAID, "reporter_name": ERASED, "reporter_phone": ERASED,
    }  # fmt: skip
    assert (lines[-1].verb, lines[-1].label) == ("personal.erase", "删除个人信息")
    assert audit.verify().sound
    assert erase(case, cast.supervisor).status_code == 409


def test_the_words_go_too_when_they_name_somebody(cast: Cast, case: Case) -> None:
    assert found(cast, "王建国") == 1
    assert erase(case, cast.supervisor, words=True).json()["description"] == ERASED
    assert (found(cast, "王建国"), found(cast, case.code)) == (0, 1)
    texts = list(Case.objects.values_list("search", flat=True))
    texts += Personal.objects.filter(subject_type="cases.case").values_list("value", flat=True)
    assert not any(word in text for text in texts for word in (NAME, PHONE, "王建"))
    assert audit.verify().sound


def test_who_may_not_and_who_is_elsewhere_erases_nothing(cast: Cast, case: Case) -> None:
    assert erase(case, cast.operator).status_code == 403
    assert erase(case, cast.bob).status_code == 404
    assert Audit.objects.filter(verb="personal.erase").count() == 0
    assert kept(case) == {"description", "reporter_name", "reporter_phone"}
