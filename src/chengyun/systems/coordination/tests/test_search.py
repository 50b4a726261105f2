"""The search box: codes lead straight to their case, words to the list, and suggestions while typing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.models import ListExport
from chengyun.systems.coordination import lists

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def find(user: User, words: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("coordination:find"), {"q": words})


def offered(user: User, words: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(
        reverse("coordination:suggest"),
        {"q": words},
        headers={"hx-request": "true", "hx-target": "suggestions"},
    )
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_code_whole_or_short_leads_to_its_case(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "closed")
    for words in (case.code, case.short_code, f" {case.code} "):
        there = find(cast.operator, words)
        assert there["Location"] == reverse("coordination:case", args=(case.code,))


def test_a_short_code_of_two_years_shows_both(cast: Cast) -> None:
    case = make_case(cast)
    with clock.at(clock.now() - timedelta(days=366 if case.code[2:6] == "0229" else 365)):
        old = make_case(cast)
    if old.short_code != case.short_code:
        pytest.skip("a leap day lies between")
    there = find(cast.operator, case.short_code)
    assert there["Location"].startswith(reverse("coordination:cases"))
    client = Client()
    client.force_login(cast.operator)
    text = client.get(there["Location"]).content.decode()
    assert case.code in text
    assert old.code in text


def test_words_lead_to_the_list(cast: Cast) -> None:
    case = make_case(cast)
    there = find(cast.operator, "井盖")
    assert there["Location"] == "/cases/?q=%E4%BA%95%E7%9B%96"
    client = Client()
    client.force_login(cast.operator)
    assert case.code in client.get(there["Location"]).content.decode()


def test_a_code_of_another_district_leads_nowhere(cast: Cast) -> None:
    case = make_case(cast)
    there = find(cast.bob, case.code)
    assert there["Location"] == f"/cases/?q={case.code}"
    assert case.code not in offered(cast.bob, case.code).replace(f"查「{case.code}」", "").replace(
        f"q={case.code}", ""
    )


def test_suggestions_are_cases_and_classes(cast: Cast) -> None:
    case = make_case(cast)
    assert reverse("coordination:case", args=(case.code,)) in offered(
        cast.operator, case.short_code
    )
    by_words = offered(cast.operator, "井盖")
    assert reverse("coordination:case", args=(case.code,)) in by_words
    assert "部件 · 公用设施" in by_words
    assert 'role="option"' in by_words
    assert "雨水井盖" in offered(cast.operator, "ysjg")
    assert "option" not in offered(cast.operator, "")


def test_a_word_that_stands_everywhere_is_looked_for_in_the_newest(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = make_case(cast), make_case(cast)
    monkeypatch.setattr(lists, "NEWEST", 1)
    client = Client()
    client.force_login(cast.operator)
    text = client.get("/cases/?q=井盖").content.decode()
    assert new.code in text
    if connection.vendor == "sqlite":
        assert old.code not in text
        assert "点此精确计数" in text
    for more in ("&count=exact", "&state=reported"):
        whole = client.get(f"/cases/?q=井盖{more}").content.decode()
        assert old.code in whole, more
        assert "共 2 条" in whole
    sent = client.post("/lists/coordination:cases/export/?q=井盖")
    assert ListExport.objects.get().rows == 2
    assert sent.status_code == 200


def test_figures_begin_a_code(cast: Cast) -> None:
    case = make_case(cast)
    assert f"/cases/{case.code}/" in offered(cast.operator, case.code[:7])
    assert f"/cases/{case.code}/" not in offered(cast.operator, "9999999")
