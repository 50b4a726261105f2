"""The desk in the browser's words: each post sees its queue, opens a case, takes its step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from chengyun.city.cases.factories import (
    LAT,
    LON,
    MANHOLE,
    drive,
    make_case,
    make_working_city,
    photo_bytes,
)
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", photo_bytes(), "image/jpeg")


def take(user: User, case: Case, verb: str, **facts: Any) -> Any:
    case.refresh_from_db()
    url = reverse("coordination:take", args=(case.code, verb))
    return at_desk(user).post(url, {"version": case.version, **facts})


def test_a_case_is_made_on_the_page_and_goes_to_its_end_by_hand(cast: Cast) -> None:
    answer = at_desk(cast.inspector).post(
        reverse("coordination:new"),
        {
            "source": "inspector",
            "class": MANHOLE,
            "description": "雨水井盖不见",
            "point_lon": LON,
            "point_lat": LAT,
            "photos": [photo()],
        },
    )
    assert answer.status_code == 303, answer.content.decode()
    case = Case.objects.get()
    condition = case.case_class.conditions.order_by("pk")[0].pk  # type: ignore[union-attr]
    way: list[tuple[User, str, dict[str, Any]]] = [
        (cast.operator, "accept", {}),
        (cast.supervisor, "file", {"class": MANHOLE, "condition": condition}),
        (cast.dispatcher, "dispatch", {"unit": cast.crew.code}),
        (cast.department, "sign", {}),
        (cast.department, "handle", {"result": "已换新井盖", "photos": [photo()]}),
        (cast.dispatcher, "feed_back", {"inspector": cast.inspector.username}),
        (cast.inspector, "check_pass", {"photos": [photo()]}),
        (cast.supervisor, "close", {}),
    ]
    for user, verb, facts in way:
        page = at_desk(user).get(reverse("coordination:case", args=(case.code,)))
        assert reverse("coordination:take", args=(case.code, verb)) in page.content.decode()
        answer = take(user, case, verb, **facts)
        assert answer.status_code == 303, (verb, answer.content.decode()[-3000:])
    case.refresh_from_db()
    assert case.state == "closed"
    whole = at_desk(cast.supervisor).get(reverse("coordination:case", args=(case.code,)))
    assert "已校验" in whole.content.decode()


@pytest.mark.parametrize(
    ("post", "until", "queue"),
    [
        ("operator", "reported", "accept"),
        ("supervisor", "accepted", "file"),
        ("dispatcher", "filed", "dispatch"),
        ("department", "dispatched", "handle"),
        ("inspector", "checking", "check"),
    ],
)
def test_each_post_lands_on_what_waits_for_it(
    cast: Cast, post: str, until: str, queue: str
) -> None:
    case = drive(make_case(cast), cast, until)
    page = at_desk(getattr(cast, post)).get(reverse("coordination:desk"), {"queue": queue})
    assert page.status_code == 200
    assert case.code in page.content.decode()
    part = at_desk(getattr(cast, post)).get(
        reverse("coordination:preview", args=(case.code,)),
        headers={"hx-request": "true", "hx-target": "preview"},
    )
    assert "<html" not in part.content.decode()
    assert case.code in part.content.decode()


def test_a_department_reads_its_own_name_on_no_row(cast: Cast) -> None:
    drive(make_case(cast), cast, "handling")

    def columns(user: User, path: str) -> list[str]:
        table = at_desk(user).get(path).context["table"]
        return [head.column.key for head in table.heads]

    for path in ("/desk/?queue=handle", "/cases/"):
        assert "unit" not in columns(cast.department, path)
        assert "problem" in columns(cast.department, path)
    assert "unit" in columns(cast.department, "/desk/?queue=assist")
    assert "unit" in columns(cast.supervisor, "/cases/")


def test_the_slower_of_two_dispatchers_is_told(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "filed")
    seen = case.version
    assert take(cast.dispatcher, case, "dispatch", unit=cast.crew.code).status_code == 303
    url = reverse("coordination:take", args=(case.code, "dispatch"))
    late = at_desk(cast.dispatcher).post(url, {"version": seen, "unit": cast.crew.code})
    assert late.status_code == 409


def test_an_incomplete_step_keeps_what_was_typed(cast: Cast) -> None:
    case = drive(make_case(cast), cast, "handling")
    answer = take(cast.department, case, "handle", result="已换新井盖")
    assert answer.status_code == 422
    assert "已换新井盖" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "handling"


def test_a_district_does_not_see_the_other(cast: Cast) -> None:
    case = make_case(cast)
    assert at_desk(cast.bob).get(reverse("coordination:case", args=(case.code,))).status_code == 404
    assert case.code not in at_desk(cast.bob).get(reverse("coordination:cases")).content.decode()


def test_the_list_filters_and_searches(cast: Cast) -> None:
    case = make_case(cast)
    desk = at_desk(cast.operator)
    for query in ({"state": "reported"}, {"class": "P01"}, {"q": "井盖"}, {"period": "7"}):
        assert case.code in desk.get(reverse("coordination:cases"), query).content.decode(), query
    for query in ({"state": "closed"}, {"class": "E01"}, {"q": "路灯"}):
        assert case.code not in desk.get(reverse("coordination:cases"), query).content.decode()


def test_a_ledger_entry_is_assigned_rectified_and_cleared(cast: Cast) -> None:
    answer = at_desk(cast.evaluator).post(
        reverse("coordination:new") + "?type=ledger",
        {
            "source": "inspection",
            "description": "垃圾分类亭周边地面油污",
            "point_lon": LON,
            "point_lat": LAT,
            "unit": cast.crew.code,
            "due": (localdate() + timedelta(days=3)).isoformat(),
        },
    )
    assert answer.status_code == 303, answer.content.decode()
    entry = Case.objects.get(type="ledger")
    assert (entry.state, entry.unit_id) == ("rectifying", cast.crew.pk)
    done = take(cast.department, entry, "rectify", result="已清洗", photos=[photo()])
    assert done.status_code == 303, done.content.decode()[-2000:]
    assert take(cast.evaluator, entry, "redo", reason="还有残留").status_code == 303
    assert (
        take(cast.department, entry, "rectify", result="已再次清洗", photos=[photo()]).status_code
        == 303
    )
    assert take(cast.evaluator, entry, "clear").status_code == 303
    entry.refresh_from_db()
    assert (entry.state, entry.late, entry.reworks) == ("cleared", False, 1)
