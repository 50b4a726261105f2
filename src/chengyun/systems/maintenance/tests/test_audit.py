"""The audit browser: filters, proof, personal values, export."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengyun.city.cases.factories import make_case, make_working_city
from chengyun.city.cases.services.dossiers import note_dossier
from chengyun.city.people.factories import CITY, DISTRICT, Cast, make_cast, make_user
from chengyun.city.people.models import Role
from chengyun.city.people.services.users import change_user
from chengyun.kernel.actions import record
from chengyun.kernel.models import Audit
from chengyun.kernel.params import set_param, unset_param

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def auditor(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.auditor)
    return client


def test_the_newest_stands_first_and_filters_narrow(auditor: Client, cast: Cast) -> None:
    change_user(cast.bob, {"phone": "13999990000"}, by=cast.admin)
    table = auditor.get("/maintenance/audit/").context["table"]
    assert table.rows[0].cells[1].value == ("修改用户", "用户 鲍立新")
    assert table.rows[0].cells[2].value == "许明"
    by_verb = auditor.get("/maintenance/audit/?verb=unit.add").context["table"]
    assert len(by_verb.rows) == 5
    by_person = auditor.get("/maintenance/audit/?person=admin").context["table"]
    assert len(by_person.rows) == 1
    none = auditor.get("/maintenance/audit/?since=2999-01-01").context["table"]
    assert none.rows == []
    assert auditor.get("/maintenance/audit/?since=never").status_code == 200


def test_pages_follow_each_other(auditor: Client, cast: Cast) -> None:
    total = Audit.objects.count()
    seen: list[str] = []
    url = "/maintenance/audit/"
    while url:
        table = auditor.get(url).context["table"]
        seen += [row.key for row in table.rows]
        url = f"/maintenance/audit/{table.next_url}" if table.next_url else ""
    assert len(seen) == len(set(seen)) == total


def test_a_row_proves_itself(auditor: Client, cast: Cast) -> None:
    row = Audit.objects.get(verb="user.add", subject_id=cast.bob.pk)
    page = auditor.get(f"/maintenance/audit/{row.pk}/").content.decode()
    assert row.hash in page
    assert "已校验" in page
    assert "13800002046" not in page
    Audit.objects.filter(pk=row.pk).update(facts={"unit": "elsewhere"})
    assert "校验不符" in auditor.get(f"/maintenance/audit/{row.pk}/").content.decode()


def test_personal_values_need_their_own_permission_and_leave_a_trace(
    auditor: Client, cast: Cast
) -> None:
    row = Audit.objects.get(verb="user.add", subject_id=cast.bob.pk)
    page = auditor.post(f"/maintenance/audit/{row.pk}/personal/").content.decode()
    assert "13800002046" in page
    assert Audit.objects.get(verb="personal.view").facts["row"] == row.pk
    role = cast.auditor.standing[0].role
    role.permissions = [p for p in role.permissions if p != "personal.view"]
    role.save()
    assert auditor.post(f"/maintenance/audit/{row.pk}/personal/").status_code == 403


def test_the_whole_history_is_verified(auditor: Client, cast: Cast) -> None:
    assert "全部相符" in auditor.post("/maintenance/audit/verify/").content.decode()
    row = Audit.objects.get(verb="user.add", subject_id=cast.bob.pk)
    Audit.objects.filter(pk=row.pk).update(area="3799")
    assert "内容被改动" in auditor.post("/maintenance/audit/verify/").content.decode()


def test_the_export_carries_no_formula_and_is_itself_recorded(auditor: Client, cast: Cast) -> None:
    change_user(cast.bob, {"name": "=1+1"}, by=cast.admin)
    answer = auditor.post("/maintenance/audit/export/?verb=user.change")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0][1] == "时间"
    assert len(rows) == 2
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert Audit.objects.get(verb="audit.export").facts == {"verb": "user.change", "rows": 1}


def test_a_district_auditor_sees_her_district(cast: Cast) -> None:
    user = make_user("district-auditor", "区审", "auditor", cast.centre)
    client = Client()
    client.force_login(user)
    areas = {row.cells[3].value for row in client.get("/maintenance/audit/").context["table"].rows}
    assert areas == {DISTRICT}
    other = Audit.objects.filter(area=CITY).first()
    assert other is not None
    assert client.get(f"/maintenance/audit/{other.pk}/").status_code == 404


def test_the_list_stays_within_its_queries(auditor: Client, cast: Cast) -> None:
    auditor.get("/maintenance/audit/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        auditor.get("/maintenance/audit/")
    assert len(queries) <= 12, [q["sql"] for q in queries]


def test_a_changed_limit_reads_as_a_sentence(auditor: Client, cast: Cast) -> None:
    set_param("case.limit.accept", CITY, {"value": 45, "unit": "urgent_minute"}, by=cast.admin)
    unset_param("case.limit.accept", CITY, by=cast.admin)
    line, last = auditor.get("/maintenance/audit/").context["table"].rows[1::-1]
    assert line.cells[1].value == ("修改参数", "参数「受理时限」")
    answer = auditor.get(line.url)
    assert answer.context["facts"] == [
        ("参数", "案件时限 · 受理时限"),
        ("原值", "15 紧急工作分钟"),
        ("新值", "45 紧急工作分钟"),
    ]
    assert "urgent_minute" not in answer.content.decode()
    assert "系统管理员" in answer.content.decode()
    given_up = auditor.get(last.url).context["facts"]
    assert given_up[1:] == [("原值", "45 紧急工作分钟"), ("新值", "15 紧急工作分钟")]


def test_no_code_stands_in_the_filter_of_acts(auditor: Client) -> None:
    bar = auditor.get("/maintenance/audit/").context["filters"]
    words = [label for state in bar.off if state.spec.key == "verb" for _, label in state.options]
    assert len(words) > 50
    assert len(set(words)) == len(words)
    assert not re.search("[a-z]", "".join(words))


def test_an_act_of_a_case_names_states_units_and_rights() -> None:
    cast = make_working_city()
    client = Client()
    client.force_login(cast.auditor)
    told = read(client, Audit.objects.get(verb="case.report", subject_id=make_case(cast).pk))
    assert (told["新状态"], told["来源"]) == ("待受理", "监督员上报")
    role = Audit.objects.get(verb="role.add", subject_id=Role.objects.get(key="auditor").pk)
    assert "查看操作审计" in read(client, role)["权限"]
    assert client.get(f"/maintenance/audit/{role.pk}/").context["line"].subject == "角色 审计管理员"


def test_moments_are_local_and_a_called_up_file_leads_to_its_case() -> None:
    cast = make_working_city()
    case, client = make_case(cast), Client()
    note_dossier(case, "page", clear=False, by=cast.supervisor)
    due = datetime(2026, 11, 29, 21, 59, 36, 877020, tzinfo=UTC)
    record("limit.near", case, by=None, area=case.area, facts={"clock": "accept", "due": due})
    client.force_login(cast.auditor)
    looked = read(client, Audit.objects.get(verb="dossier.view"))
    assert looked["形式"] == "网页"
    assert looked["案件"] == (f'<a href="/maintenance/audit/?subject={case.code}">{case.code}</a>')
    assert read(client, Audit.objects.get(verb="limit.near"))["期限"] == "2026-11-30 05:59:36"


def read(client: Client, row: Audit) -> dict[str, str]:
    """What the page of a row says."""
    return dict(client.get(f"/maintenance/audit/{row.pk}/").context["facts"])
