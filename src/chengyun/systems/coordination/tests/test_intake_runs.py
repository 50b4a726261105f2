"""A hotline's export file: columns, report by row, all or nothing, and no second case for one number."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengyun.city.cases.factories import make_case, make_working_city
from chengyun.city.cases.models import Case, Inquiry, IntakeRun
from chengyun.city.cases.services import intake_runs as service
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.kernel import clock
from chengyun.kernel.models import Audit

pytestmark = pytest.mark.django_db

HEADER = ("工单编号", "诉求内容", "事发地址", "联系电话", "诉求人", "受理时间", "承办科室")
GOOD = (
    "RX1",
    "路口井盖没了",
    "湖南路与兴华路交叉口",
    "13863522046",
    "周启明",
    "2026-01-05 08:30",
    "一科",
)
ALSO = ("RX2", "路灯不亮", "兴华路 15 号", "", "", "", "")


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def csv_of(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    return "\n".join(",".join(row) for row in (header, *rows)).encode("gb18030")


def xlsx_of(*rows: tuple[Any, ...]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEADER, *rows)):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def enter(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def brought(cast: Cast, data: bytes, name: str = "热线.csv", **columns: str) -> IntakeRun:
    """Uploaded and checked."""
    run = service.upload(data, name, "hotline", by=cast.operator)
    service.choose(run, run.columns | columns, by=cast.operator)
    service.check(run)
    return run


def let_in(run: IntakeRun, cast: Cast, *, partial: bool = False) -> IntakeRun:
    service.start(run, by=cast.operator, partial=partial)
    service.write(run)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("data", "name"), [(csv_of(GOOD, ALSO), "a.csv"), (xlsx_of(GOOD, ALSO), "a.xlsx")]
)
def test_a_file_comes_in_and_the_same_file_again_adds_nothing(
    cast: Cast, data: bytes, name: str
) -> None:
    run = let_in(brought(cast, data, name), cast)
    assert (run.state, run.written) == ("done", 2)
    first = Inquiry.objects.get(number="RX1")
    assert first.came_at.isoformat() == "2026-01-05T00:30:00+00:00"
    assert first.due_at > first.came_at
    assert (first.case.source, first.case.reporter) == ("hotline", cast.operator)
    again = brought(cast, data, name)
    assert (again.state, again.good, again.known) == ("ready", 0, 2)
    with pytest.raises(Exception, match="都已经登记过"):
        service.start(again, by=cast.operator)
    assert Case.objects.count() == 2


def test_one_bad_row_keeps_all_out_unless_the_good_ones_are_asked_for(cast: Cast) -> None:
    bad = ("RX3", "", "没有这条街", "12", "", "明天", "")
    lost = ("RX4", "积水", "没有这条街", "", "", "", "")
    double = ("RX1", "又一件", "兴华路", "", "", "", "")
    run = brought(cast, csv_of(GOOD, bad, lost, double))
    assert (run.state, run.good, run.bad) == ("refused", 1, 3)
    told = {(row, column): message for row, column, message in run.faults}
    assert told[3, "反映内容"] == "要填写"
    assert "号码不对" in told[3, "来电号码"]
    assert "2026-01-31" in told[3, "来件时间"]
    assert "没有找到这个地址" in told[4, "地点"]
    assert told[5, "来件编号"] == "和第 2 行重复：RX1"
    client = enter(cast.operator)
    assert client.post(f"/intake/runs/{run.pk}/start/").status_code == 409
    assert not Case.objects.exists()
    report = b"".join(client.get(f"/intake/runs/{run.pk}/report.csv").streaming_content)  # type: ignore[attr-defined]
    assert "和第 2 行重复" in report.decode("utf-8-sig")
    assert let_in(run, cast, partial=True).written == 1
    assert Inquiry.objects.get().number == "RX1"


def test_other_names_of_columns_are_chosen_on_the_page(cast: Cast) -> None:
    data = csv_of(("A-1", "积水", "兴华路"), header=("甲", "乙", "丙"))
    client = enter(cast.operator)
    answer = client.post(
        "/intake/runs/add/", {"source": "hotline", "file": SimpleUploadedFile("x.csv", data)}
    )
    path = answer.headers["Location"]
    assert "请选择来件编号" in client.post(path, {}).content.decode()
    twice = client.post(path, {"number": "甲", "description": "甲", "address": "丙"})
    assert twice.status_code == 422
    assert "选了两次" in twice.content.decode()
    right = {"number": "甲", "description": "乙", "address": "丙"}
    assert client.post(path, right).status_code == 303
    run = IntakeRun.objects.get()
    service.check(run)
    assert (run.state, run.good) == ("ready", 1)
    assert client.post(f"{path}start/").status_code == 303
    run.refresh_from_db()
    service.write(run)
    assert Inquiry.objects.get().number == "A-1"


def test_a_number_taken_while_the_file_was_written_is_left_out(cast: Cast) -> None:
    run = brought(cast, csv_of(GOOD, ALSO))
    service.start(run, by=cast.operator)
    make_case(cast, source="hotline", number="RX2")
    service.write(run)
    assert (run.state, run.written) == ("done", 1)
    assert Inquiry.objects.filter(number="RX2").count() == 1


def test_a_run_whose_worker_died_goes_on_without_doubles(cast: Cast) -> None:
    rows = [(f"N{n}", "积水", "兴华路", "", "", "", "") for n in range(12)]
    run = brought(cast, csv_of(*rows))
    service.start(run, by=cast.operator)
    service._write_some(run, service._checked(run).good[:10], cast.operator)
    with clock.at(clock.now() + timedelta(minutes=4)):
        (found,) = service.stalled()
        service.go_on(found)
    found.refresh_from_db()
    assert (found.state, Case.objects.count()) == ("done", 12)


def test_rows_beyond_the_person_s_area_are_faults(cast: Cast) -> None:
    run = brought(cast, csv_of(("RX9", "积水", "花园路", "", "", "", "")))
    assert [message for _, _, message in run.faults] == ["这里不在你的管辖范围内"]


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [(b"", "a.csv", 422), (b"\x00\x01", "a.pdf", 415), (b"PK\x03\x04zzz", "a.xlsx", 415)],
)
def test_what_is_no_table_is_refused_and_leaves_nothing(
    cast: Cast, data: bytes, name: str, status: int
) -> None:
    file = SimpleUploadedFile(name, data)
    answer = enter(cast.operator).post("/intake/runs/add/", {"source": "hotline", "file": file})
    assert answer.status_code in (status, 422)
    assert not IntakeRun.objects.exists()


def test_the_api_brings_a_file_in_and_keeps_others_out(cast: Cast) -> None:
    def head(user: User) -> dict[str, str]:
        raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
        return {"Authorization": f"Bearer {raw}"}

    client, mine = Client(raise_request_exception=False), head(cast.operator)
    given = {"source": "hotline", "file": SimpleUploadedFile("x.csv", csv_of(GOOD))}
    made = client.post("/api/v1/intake-runs", given, headers=mine).json()
    assert made["columns"]["number"] == "工单编号"
    path = f"/api/v1/intake-runs/{made['id']}"
    body = {"columns": made["columns"]}
    assert client.post(f"{path}/check", body, "application/json", headers=mine).status_code == 200
    service.check(IntakeRun.objects.get())
    assert client.get(path, headers=mine).json()["good"] == 1
    assert client.post(f"{path}/start", {}, "application/json", headers=mine).status_code == 200
    service.write(IntakeRun.objects.get())
    assert client.get(path, headers=mine).json()["written"] == 1
    assert client.get(path, headers=head(cast.inspector)).status_code == 403
    assert Audit.objects.filter(verb__startswith="intake_run.").count() == 3
