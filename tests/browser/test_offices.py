"""Evaluation, leaders and the three administrations do their work by hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from chengyun.city.cases.factories import make_case
from chengyun.city.people.factories import Cast
from chengyun.systems.evaluation.models import Bulletin
from tests.browser.actors import pick_on_map
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_evaluator_records_a_finding_and_issues_the_bulletin(
    city: Cast, window: Windows, size: ViewportSize
) -> None:
    with window(size) as evaluator:
        page = evaluator.page
        evaluator.logs_in("evaluator")
        evaluator.opens("/evaluation/findings")
        page.get_by_role("link", name="录入问题").click()
        evaluator.chooses("领域", "园林绿化")
        evaluator.fills("问题描述", "行道树缺株 2 棵")
        evaluator.fills("地点", "湖南路 18 号门前")
        pick_on_map(evaluator)
        evaluator.chooses("责任单位", "市政工程处")
        evaluator.shows("照片")
        evaluator.presses("保存并开案")
        evaluator.is_told("交 市政工程处")
        evaluator.opens("/evaluation/")
        page.get_by_label("周次").select_option(index=0)
        page.get_by_role("button", name=re.compile("起草")).first.click()
        evaluator.reads("累计排查发现")
        expect(page.get_by_role("button", name="审核通过")).to_be_disabled()
        evaluator.reads("起才能审核通过")
        evaluator.opens("/evaluation/")
        page.get_by_role("button", name=re.compile("起草")).first.click()
        evaluator.presses("审核通过")
        expect(page.get_by_role("heading", level=1)).to_contain_text("待印发")
        page.get_by_role("link", name="印发…").click()
        evaluator.reads("不能撤回")
        page.get_by_role("button", name="印发", exact=True).click()
        evaluator.reads("已印发")
        with page.expect_download() as download:
            page.get_by_role("link", name="下载 Word").click()
        assert download.value.suggested_filename.endswith(".docx")
    assert Bulletin.objects.get(state="issued").number.endswith("号")


def test_a_leader_reads_and_takes_no_step(city: Cast, window: Windows, size: ViewportSize) -> None:
    case = make_case(city)
    with window(size) as leader:
        leader.logs_in("leader")
        leader.opens("/cases/")
        leader.page.get_by_role("link", name="雨水井盖").first.click()
        leader.reads(case.code)
        leader.reads("你可以查看。")
        expect(leader.page.locator(".d-act > .btn")).to_have_text(["案卷"])
        leader.page.locator(".d-more summary").click()
        expect(leader.page.locator(".d-more .more .btn")).to_have_text(["转应急"])


def test_the_administrator_changes_a_limit_and_reads_the_calendar(
    city: Cast, window: Windows, size: ViewportSize
) -> None:
    with window(size) as admin:
        page = admin.page
        admin.logs_in("admin")
        admin.opens("/maintenance/params/")
        page.get_by_role("link", name="受理时限").first.click()
        page.get_by_role("spinbutton").fill("45")
        admin.presses("保存，马上生效")
        admin.is_told("受理时限」已改为45")
        admin.opens("/maintenance/calendar/")
        expect(page.locator(".month")).to_have_count(12)
        admin.reads("与平常不同的日子")


def test_the_auditor_verifies_every_chain(city: Cast, window: Windows, size: ViewportSize) -> None:
    make_case(city)
    with window(size) as auditor:
        auditor.logs_in("auditor")
        auditor.reads("操作审计")
        auditor.presses("校验全部")
        auditor.reads("没有改动，没有缺失。")


def test_the_security_administrator_sees_the_roles(
    city: Cast, window: Windows, size: ViewportSize
) -> None:
    with window(size) as security:
        security.logs_in("security")
        security.page.get_by_role("link", name="派遣员").first.click()
        expect(security.page.get_by_role("heading", level=1)).to_contain_text("派遣员")
