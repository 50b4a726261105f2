"""A district appeals against its score, and what is typed into the answer survives a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect
from pytest_django.fixtures import Settings

from chengyun.city.cases.factories import drive, make_case
from chengyun.city.indicators.services import tell_lake
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit
from chengyun.systems.evaluation.factories import make_scores
from chengyun.systems.evaluation.models import ScoreSheet
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sheet(city: Cast, settings: Settings, tmp_path: Path) -> ScoreSheet:
    settings.FACTS = tmp_path / "facts"
    drive(make_case(city), city, "closed")
    audit.seal_new()
    tell_lake()
    return make_scores(city)


def test_an_appeal_is_granted_after_a_refusal_that_loses_nothing(
    city: Cast, sheet: ScoreSheet, window: Windows, size: ViewportSize
) -> None:
    where = f"/evaluation/schemes/month/scores/{sheet.pk}/"
    with window(size) as supervisor:
        supervisor.is_in_as(city.supervisor)
        supervisor.opens(where)
        supervisor.page.get_by_role("link", name="替东昌府区申诉").click()
        supervisor.chooses("对哪一项", "返工率")
        supervisor.fills("理由", "看错了地点")
        supervisor.presses("申诉")
        supervisor.reads("待答复")
    with window(size) as leader:
        leader.is_in_as(city.leader)
        leader.opens(where)
        form = leader.page.locator("form.decide")
        form.get_by_label("答复").fill("核过记录")
        form.get_by_label("更正后的得分").fill("101")
        form.get_by_role("button", name="成立，更正").click()
        expect(form.locator("[data-errors]")).to_contain_text("0 到 100")
        leader.was_refused()
        expect(form.get_by_label("答复")).to_have_value("核过记录")
        form.get_by_label("更正后的得分").fill("90")
        form.get_by_role("button", name="成立，更正").click()
        leader.reads("和更正前比")
        leader.reads("-2.00")
    assert ScoreSheet.objects.exclude(published_at=None).count() == 2
