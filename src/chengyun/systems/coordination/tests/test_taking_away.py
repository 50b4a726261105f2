"""Lists taken away as Excel files: what is on the screen, masked, recorded, and only one's own."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel import clock, listexports
from chengyun.kernel.files import path_of
from chengyun.kernel.models import Audit, ListExport

pytestmark = pytest.mark.django_db
EXPORT = "/lists/coordination:cases/export/"


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sheets(answer: Any) -> tuple[list[list[Any]], dict[str, Any]]:
    """The table and what is said about it."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    about = book.get_sheet_by_name("说明").to_python()
    return book.get_sheet_by_name(book.sheet_names[0]).to_python(), {
        str(label): words for label, words in about
    }


def test_the_file_holds_the_columns_and_rows_of_the_screen(cast: Cast) -> None:
    kept = drive(make_case(cast, description="井盖松动"), cast, "accepted")
    make_case(cast)
    answer = enter(cast.operator).post(EXPORT + "?state=accepted")
    table, about = sheets(answer)
    assert table[0] == ["时限", "案号", "环节", "问题", "地点", "来源", "单位", "上报"]
    assert [row[1] for row in table[1:]] == [kept.code]
    assert table[1][2:4] == ["待立案", "雨水井盖　井盖松动"]
    assert about["条件"] == "状态：待立案"
    assert about["导出人"] == cast.operator.name


def test_it_is_recorded_with_its_filters(cast: Cast) -> None:
    make_case(cast)
    enter(cast.operator).post(EXPORT + "?late=1")
    row = Audit.objects.get(verb="list.export")
    assert (row.actor_id, row.facts) == (
        cast.operator.pk,
        {"list": "案件", "filters": ["只看超时"], "rows": 0},
    )


def test_numbers_of_people_are_masked_and_a_formula_stays_a_text(cast: Cast) -> None:
    words = "=HYPERLINK() 电话 13863512046，身份证 371502199001011234"
    make_case(cast, description=words)
    table, _ = sheets(enter(cast.operator).post(EXPORT))
    assert table[1][3].endswith("=HYPERLINK() 电话 138****2046，身份证 371502********1234")


def test_each_sees_in_the_file_what_they_see_on_the_screen(cast: Cast) -> None:
    make_case(cast)
    table, _ = sheets(enter(cast.bob).post(EXPORT))
    assert len(table) == 1
    assert enter(cast.charlie).post(EXPORT).status_code == 403
    assert enter(cast.operator).post("/lists/nothing/export/").status_code == 404


def test_picked_rows_alone(cast: Cast) -> None:
    cases = [make_case(cast) for _ in range(3)]
    desk = "/lists/coordination:desk/export/?queue=accept"
    picks = {"pick": [cases[0].code, cases[2].code]}
    table, about = sheets(enter(cast.operator).post(desk, picks))
    assert [row[1] for row in table[1:]] == [cases[0].code, cases[2].code]
    assert "选中的 2 条" in about["条件"]


def test_a_long_list_is_written_in_the_background(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_case(cast)
    monkeypatch.setattr(listexports, "AT_ONCE", 2)
    monkeypatch.setattr(listexports, "CHUNK", 2)
    desk = enter(cast.operator)
    answer = desk.post(EXPORT)
    assert (answer.status_code, answer["Location"]) == (303, reverse("lists:exports"))
    export = ListExport.objects.get()
    assert "已写 0 条" in desk.get(reverse("lists:exports")).content.decode()
    listexports.write_later.call(export.pk)
    link = reverse("lists:exported", args=(export.pk,))
    assert link in desk.get(reverse("lists:exports")).content.decode()
    table, _ = sheets(desk.get(link))
    assert len(table) == 4
    assert enter(cast.supervisor).get(link).status_code == 404


def test_what_a_dead_worker_left_is_taken_up_and_old_files_go(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[int] = []
    monkeypatch.setattr(type(listexports.write_later), "enqueue", lambda _, pk: called.append(pk))
    make_case(cast)
    monkeypatch.setattr(listexports, "AT_ONCE", 0)
    enter(cast.operator).post(EXPORT)
    export = ListExport.objects.get()
    assert called == [export.pk]
    with clock.at(clock.now() + listexports.SILENT * 2):
        listexports.tend()
    assert called == [export.pk, export.pk]
    done = listexports.write(ListExport.objects.get())
    stored = path_of(done.file)  # type: ignore[arg-type]
    assert stored.exists()
    with clock.at(clock.now() + listexports.KEPT * 2):
        listexports.tend()
    assert not stored.exists()
    assert ListExport.objects.get().state == ListExport.GONE


def test_more_than_may_leave_at_once_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_case(cast)
    monkeypatch.setattr(listexports, "count", lambda rows: (100_000, False))
    assert enter(cast.operator).post(EXPORT).status_code == 422
    assert not Audit.objects.filter(verb="list.export").exists()
