"""What goes wrong is said in one sentence, and nothing that was typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, expect

from chengyun.city.cases.factories import LAT, LON, drive, make_case
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.acting import act
from chengyun.city.people.factories import Cast
from tests.browser.actors import Actor
from tests.browser.conftest import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NO_PHOTO: FilePayload = {"name": "记录.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}


def test_a_wrong_password_gets_a_sentence(city: Cast, window: Windows) -> None:
    with window() as stranger:
        stranger.logs_in("dispatcher", "not-the-password")
        expect(stranger.page.get_by_role("alert")).to_contain_text("账号或密码")
        expect(stranger.page.get_by_label("账号")).to_have_value("dispatcher")
        expect(stranger.page.get_by_label("密码", exact=True)).to_have_value("")
        stranger.was_refused()


def writes_a_report(inspector: Actor) -> None:
    inspector.logs_in("inspector")
    inspector.opens("/cases/new/")
    inspector.fills("问题描述", "人行道井盖不见")
    inspector.page.get_by_placeholder("经度").fill(f"{LON:.6f}")
    inspector.page.get_by_placeholder("纬度").fill(f"{LAT:.6f}")


@pytest.mark.parametrize("script", [True, False])
def test_a_photo_that_is_no_photo_keeps_what_was_typed(
    city: Cast, window: Windows, script: bool
) -> None:
    with window(script=script) as inspector:
        writes_a_report(inspector)
        inspector.shows("照片", NO_PHOTO)
        inspector.presses("上报")
        expect(inspector.page.get_by_role("alert")).to_contain_text("记录.jpg")
        expect(inspector.box("问题描述")).to_have_value("人行道井盖不见")
        inspector.was_refused()
    assert not Case.objects.exists()


@pytest.mark.parametrize("script", [True, False])
def test_a_button_pressed_twice_reports_once(city: Cast, window: Windows, script: bool) -> None:
    with window(script=script) as inspector:
        writes_a_report(inspector)
        sent: list[str] = []
        inspector.page.on("request", lambda each: sent.append(f"{each.method} {each.url}"))
        inspector.page.get_by_role("button", name="上报", exact=True).dblclick(delay=40)
        inspector.is_told("已上报，案号")
    assert Case.objects.count() == 1
    posts = [each for each in sent if each.startswith("POST") and each.endswith("/cases/new/")]
    assert not script or len(posts) == 1, "the second press was sent, too"


@pytest.mark.parametrize("script", [True, False])
def test_who_was_faster_is_named(city: Cast, window: Windows, script: bool) -> None:
    case = drive(make_case(city), city, "filed")
    with window(script=script) as dispatcher:
        dispatcher.logs_in("dispatcher")
        dispatcher.begins(case.code, "派遣")
        dispatcher.chooses("责任单位", "市政工程处")
        act(case, "dispatch", {"unit": city.crew.code}, by=city.dispatcher)
        dispatcher.presses("派遣")
        told = "没能派遣：林晓燕"
        expect(dispatcher.page.locator("main")).to_contain_text(told)
        expect(dispatcher.page.locator("main")).to_contain_text("现在是「待签收」")
        dispatcher.was_refused()
        dispatcher.opens(f"/cases/{case.code}/dispatch/")
        dispatcher.is_told(told)


def test_a_place_outside_the_city_and_a_missing_word_are_named(city: Cast, window: Windows) -> None:
    with window() as inspector:
        inspector.logs_in("inspector")
        inspector.opens("/cases/new/")
        inspector.presses("上报")
        inspector.reads("请填写问题描述。")
        inspector.fills("问题描述", "很远的地方")
        inspector.page.get_by_placeholder("经度").fill("120.1")
        inspector.page.get_by_placeholder("纬度").fill("30.2")
        inspector.presses("上报")
        inspector.reads("不在本市范围")
        main = inspector.page.get_by_role("main")
        expect(main.get_by_role("link", name="不在本市范围")).to_have_count(1)
        expect(main.locator(".field .error")).to_have_text(
            "这个位置不在本市范围内，请在图上重新选点。"
        )
        for coordinate in ("经度", "纬度"):
            box = inspector.page.get_by_placeholder(coordinate)
            expect(box).to_have_attribute("aria-invalid", "true")
        expect(inspector.box("问题描述")).to_have_value("很远的地方")
        inspector.was_refused()


def test_a_page_of_another_post_says_which_right_is_missing(city: Cast, window: Windows) -> None:
    with window() as inspector:
        inspector.logs_in("inspector")
        inspector.opens("/maintenance/users/")
        expect(inspector.page.get_by_role("heading", level=1)).to_contain_text("的权限")
        inspector.page.get_by_role("link", name="我的工作台", exact=True).click()
        expect(inspector.page.get_by_role("heading", level=1)).to_be_visible()
        inspector.was_refused()


def test_a_case_elsewhere_is_not_there(city: Cast, window: Windows) -> None:
    case = make_case(city)
    with window() as bob:
        bob.logs_in("bob")
        bob.opens(f"/cases/{case.code}/")
        expect(bob.page.get_by_role("heading", level=1)).to_contain_text("没有")
        bob.was_refused()
