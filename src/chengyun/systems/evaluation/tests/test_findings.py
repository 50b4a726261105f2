"""Findings: corrected until their bulletin is approved, by their own office; lights; who is made responsible."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengyun.city.cases.services.acting import act as act_on_case
from chengyun.city.inspections.factories import found, photo_of, picture
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.specs import WEEKLY, Checklist
from chengyun.city.people.factories import Cast, make_cast, make_user
from chengyun.city.people.services.units import add_unit
from chengyun.city.places.factories import make_city
from chengyun.kernel import audit, clock, registry
from chengyun.kernel.models import Audit
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.queries import notice_of
from chengyun.systems.evaluation.services import act, approve_bulletin, draft_bulletin

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2025, 12, 10, 4, tzinfo=UTC)
SUNDAY = datetime(2025, 12, 14, 6, 30, tzinfo=UTC)
WEEK = "2025-12-W2"
LABELS = {field.label: field.key for field in registry.get(Checklist, WEEKLY).fields}


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    make_city()
    return cast


def find(cast: Cast, counts: dict[str, int], **changes: Any) -> list[Finding]:
    """Findings of the Wednesday by the words of their fields."""
    with clock.at(WEDNESDAY):
        return [
            found(cast, LABELS[label], **changes)
            for label, count in counts.items()
            for _ in range(count)
        ]


def draft(cast: Cast, week: str = WEEK) -> Bulletin:
    with clock.at(SUNDAY):
        return draft_bulletin(week, by=cast.evaluator)


def test_a_finding_is_corrected_until_its_bulletin_is_approved(cast: Cast, client: Client) -> None:
    finding = find(cast, {"市政设施": 1})[0]
    bulletin = draft(cast)
    client.force_login(cast.evaluator)
    page, notice = (
        f"/evaluation/findings/{finding.code}/",
        f"/evaluation/bulletins/{bulletin.code}/",
    )
    assert f'href="{page}">更正</a>' in client.get(notice).content.decode()
    seen = client.get(page).context["version"]
    form = {"field": "sanitation", "description": "果皮箱破损 1 个", "place": "东昌路 8 号"}
    photo = SimpleUploadedFile("a.jpg", picture())
    assert client.post(page, form | {"version": seen, "photos": photo}).status_code == 303
    item = notice_of(bulletin).items[0]
    assert (item.field, item.description, item.place) == tuple(form.values())
    assert 'alt="东昌路 8 号现场照片"' in client.get(notice).content.decode()
    row = Audit.objects.get(verb="finding.correct")
    assert row.facts["before"]["description"] == finding.description
    assert finding.case.description == "雨水箅子缺失 1 块，骑车人绕行"
    late = client.post(page, form | {"version": seen, "place": "湖南路"})
    assert late.status_code == 409
    assert f"没能更正：{cast.evaluator.name} 今天" in late.content.decode()
    assert client.post(page, form).status_code == 422
    approve_bulletin(bulletin, by=cast.evaluator)
    shut = client.post(page, form | {"place": "湖南路"})
    assert shut.status_code == 409
    assert "先把通报退回修改" in shut.content.decode()
    assert "保存更正" not in client.get(page).content.decode()
    act(bulletin, "hand_back", {"reason": "地点写错了"}, by=cast.evaluator)
    assert client.post(page, form | {"place": "湖南路"}).status_code == 303
    assert audit.verify().sound


def test_only_its_own_office_corrects_a_finding(cast: Cast, client: Client) -> None:
    finding = find(cast, {"市政设施": 1})[0]
    page, api = (
        f"/evaluation/findings/{finding.code}/",
        f"/api/v1/inspections/findings/{finding.code}",
    )
    fix = json.dumps({"place": "东昌路 8 号"})
    client.force_login(cast.leader)
    assert "保存更正" not in client.get(page).content.decode()
    assert client.post(page, {"place": "东昌路"}).status_code == 403
    assert client.post(f"{api}/correct", fix, "application/json").status_code == 403
    client.force_login(cast.other_department)
    assert client.get(page).status_code == 404
    client.force_login(cast.evaluator)
    answer = client.post(f"{api}/correct", fix, "application/json").json()
    assert (answer["place"], answer["description"]) == ("东昌路 8 号", finding.description)
    assert client.post(f"{api}/correct", fix, "application/json").status_code == 422


def test_a_light_measures_the_day_the_unit_was_given(cast: Cast, client: Client) -> None:
    early, late = find(cast, {"市政设施": 2}, due=WEDNESDAY.date() + timedelta(days=1))
    client.force_login(cast.evaluator)

    def lights() -> dict[str, tuple[str, str]]:
        rows = client.get("/evaluation/findings/").context["table"].rows
        return {row.key: (row.cells[0].value.words, row.cells[4].value) for row in rows}

    def rectify(finding: Finding) -> None:
        given = {"result": "已补装", "photos": [photo_of(cast.department).pk]}
        act_on_case(finding.case, "rectify", given, by=cast.department)

    with clock.at(WEDNESDAY):
        assert set(lights().values()) == {("剩 1天 12小时", "12月11日 止")}
        rectify(early)
    with clock.at(WEDNESDAY + timedelta(days=2)):
        assert lights()[early.code] == ("已改，待复核", "12月11日 止")
        assert lights()[late.code][0] == "超 12小时"
        assert late.code in client.get("/evaluation/findings/?state=late").content.decode()
        assert early.code not in client.get("/evaluation/findings/?state=late").content.decode()
        rectify(late)
        assert lights()[late.code][0] == "超期，已改，待复核"
        act_on_case(Finding.objects.get(pk=early.pk).case, "clear", {}, by=cast.evaluator)
        assert lights()[early.code][0] == "已销号"


def test_only_units_that_handle_are_made_responsible(cast: Cast, client: Client) -> None:
    office = add_unit("KP", "考评科", kind="department", area="3715", parent=cast.bureau, by=None)
    young = add_unit(
        "XS", "新设养护站", kind="department", area="3715", parent=cast.bureau, by=None
    )
    make_user("examiner", "李评", "evaluator", office)
    client.force_login(cast.evaluator)
    form = client.get("/evaluation/findings/new/").context["form"]
    offered = dict(form.fields["unit"].choices)
    assert cast.crew.code in offered
    assert young.code in offered
    assert office.code not in offered
