"""Approving and issuing: not before the week is over, asked first, by a second person, and who was faster."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from docx import Document

from chengyun.city.inspections.factories import found
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.specs import WEEKLY, Checklist
from chengyun.city.people.factories import Cast, make_cast, make_user
from chengyun.city.places.factories import make_city
from chengyun.kernel import audit, clock, registry
from chengyun.kernel.errors import Conflict
from chengyun.kernel.params import set_param
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.queries import notice_of
from chengyun.systems.evaluation.services import (
    act,
    approve_bulletin,
    draft_bulletin,
    issue_bulletin,
)

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2025, 12, 10, 4, tzinfo=UTC)
SUNDAY = datetime(2025, 12, 14, 6, 30, tzinfo=UTC)
MONDAY = datetime(2025, 12, 15, 1, tzinfo=UTC)
NEXT_WEEK = datetime(2025, 12, 18, 4, tzinfo=UTC)
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


def issued(cast: Cast) -> Bulletin:
    bulletin = draft(cast)
    with clock.at(MONDAY):
        audit.seal_new()
        approve_bulletin(bulletin, by=cast.evaluator)
        return issue_bulletin(bulletin, by=cast.evaluator)


def words_of(content: bytes) -> list[str]:
    return [p.text for p in Document(io.BytesIO(content)).paragraphs]


def test_a_week_that_goes_on_is_drafted_but_neither_approved_nor_issued(
    cast: Cast, client: Client
) -> None:
    find(cast, {"市政设施": 1})
    bulletin = draft(cast)
    client.force_login(cast.evaluator)
    page, path = f"/evaluation/bulletins/{bulletin.code}/", "/api/v1/evaluation/bulletins"
    sentence = "这一周到 12月14日结束，12月15日起才能审核通过。"
    with clock.at(SUNDAY):
        shown = client.get(page).content.decode()
        assert sentence in shown
        assert "截至 12月14日 14:30，本周考评科累计排查发现" in shown
        assert "disabled>审核通过</button>" in shown
        assert client.get(f"{path}/{bulletin.code}").json()["verbs"] == []
        refused = client.post(f"{path}/{bulletin.code}/approve", "{}", "application/json")
        assert (refused.status_code, refused.json()["message"]) == (409, sentence)
    with clock.at(MONDAY):
        assert "截至" not in notice_of(bulletin).summary_line
        approve_bulletin(bulletin, by=cast.evaluator)
    with clock.at(SUNDAY), pytest.raises(Conflict, match="12月15日起才能印发"):
        issue_bulletin(bulletin, by=cast.evaluator)
    assert Bulletin.objects.get().state == "approved"


def test_what_cannot_be_undone_is_asked_first(cast: Cast, client: Client) -> None:
    find(cast, {"市政设施": 1})
    bulletin = draft(cast)
    client.force_login(cast.evaluator)
    page = f"/evaluation/bulletins/{bulletin.code}/"
    assert client.get(f"{page}issue/").status_code == 303
    client.post(f"{page}approve/")
    assert 'data-open="issue">印发…</a>' in client.get(page).content.decode()
    asked = client.get(f"{page}issue/")
    assert "不能撤回，也不能再改" in asked.content.decode()
    assert Bulletin.objects.get().state == "approved"


def test_the_city_may_ask_for_a_second_person(cast: Cast, client: Client) -> None:
    second = make_user("second", "李评", "evaluator", cast.bureau)
    bulletin = draft(cast)
    set_param("bulletin.second_person", "3715", True, by=None)
    with pytest.raises(Conflict, match="另一人"):
        approve_bulletin(bulletin, by=cast.evaluator)
    client.force_login(cast.evaluator)
    assert (
        "要求由另一人审核通过"
        in client.get(f"/evaluation/bulletins/{bulletin.code}/").content.decode()
    )
    assert approve_bulletin(bulletin, by=second).state == "approved"


def test_whoever_comes_second_is_told_who_was_faster(cast: Cast, client: Client) -> None:
    bulletin = draft(cast)
    approve_bulletin(bulletin, by=cast.evaluator)
    client.force_login(cast.evaluator)
    answer = client.post(
        f"/evaluation/bulletins/{bulletin.code}/hand_back/", {"version": 1, "reason": "少算一处"}
    )
    told = answer.content.decode()
    assert answer.status_code == 409
    assert f"没能退回修改：{cast.evaluator.name} 今天 " in told
    assert "已审核通过，现在是「待印发」。" in told
    assert "<dt>原因</dt><dd>少算一处</dd>" in told.replace("退回原因", "原因")
    assert "<dt>version</dt>" not in told
    assert 'class="crumb"' in told
    assert "我的工作台" in told


def test_a_draft_says_why_it_was_handed_back(cast: Cast, client: Client) -> None:
    bulletin = draft(cast)
    approve_bulletin(bulletin, by=cast.evaluator)
    act(bulletin, "hand_back", {"reason": "第二处地点写错了"}, by=cast.evaluator)
    client.force_login(cast.evaluator)
    shown = client.get(f"/evaluation/bulletins/{bulletin.code}/").content.decode()
    assert "退回修改：第二处地点写错了" in shown


def test_the_queue_of_drafts_shows_those_that_wait(cast: Cast, client: Client) -> None:
    old, waiting = issued(cast), None
    with clock.at(NEXT_WEEK):
        waiting = draft_bulletin("2025-12-W3", by=cast.evaluator)
    client.force_login(cast.evaluator)

    def shown(query: str) -> tuple[list[str], list[str]]:
        answer = client.get(f"/evaluation/{query}")
        here = [entry.label for entry in answer.context["shell"].queues if entry.current]
        return [row.key for row in answer.context["table"].rows], here

    assert shown("") == ([waiting.code, old.code], [])
    assert shown("?state=open") == ([waiting.code], ["待印发通报"])
    assert shown("?state=issued") == ([old.code], [])
    assert "<h2>系统</h2>" in client.get("/evaluation/").content.decode()
