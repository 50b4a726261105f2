"""The pages before the frame: choosing a password, setting up the second factor, giving its code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect
from pyotp import TOTP
from pytest_django.live_server_helper import LiveServer

from chengyun.city.people.factories import PASSWORD, Cast, make_cast
from chengyun.city.people.models import SecondFactor
from chengyun.city.people.services.users import set_password
from chengyun.kernel import clock
from tests.browser.actors import SIZES, Actor
from tests.browser.conftest import Windows
from tests.browser.test_every_page import NARROW, WIDER, barriers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST, OWN = "told-by-telephone-7", "quiet-canal-boats-77"
PICTURES = os.environ.get("CHENGYUN_PICTURES", "")
"""A folder for pictures of these pages, for whoever wants to look at them."""


def looks_well(somebody: Actor, name: str) -> None:
    """The page hinders nobody as it stands: one heading, light and dark, no wider than a telephone."""
    page = somebody.page
    expect(page.locator("h1")).to_have_count(1)
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        for width in (NARROW, *(size["width"] for size in SIZES.values())):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(WIDER) <= 0, (name, width)
            if PICTURES:
                file = Path(PICTURES, f"{name}-{theme}-{width}.png")
                page.screenshot(path=file, full_page=True)
        assert not barriers(page), name


def code_of(somebody: Actor) -> str:
    """What the telephone shows that has read the picture of this page."""
    secret = somebody.page.locator(".secret").inner_text()
    return TOTP(secret.replace(" ", "")).at(clock.now())


def types_twice(somebody: Actor, password: str) -> None:
    somebody.page.get_by_label("新密码", exact=True).fill(password)
    somebody.page.get_by_label("再输一次新密码").fill(password)
    somebody.presses("换成这个密码")


def turns_it_on(somebody: Actor) -> str:
    """On the page of the second factor; one of the recovery codes."""
    somebody.page.get_by_label("验证码").fill(code_of(somebody))
    somebody.presses("开启")
    somebody.reads("两步验证已开启")
    expect(somebody.page.locator(".codes li")).to_have_count(10)
    return somebody.page.locator(".codes code").first.inner_text()


def test_somebody_new_chooses_a_password(city: Cast, window: Windows) -> None:
    set_password(city.operator, FIRST, by=city.admin)
    with window() as operator:
        operator.logs_in("operator", FIRST)
        operator.reads("换成自己的密码")
        looks_well(operator, "password_due")
        types_twice(operator, "short")
        operator.reads("密码至少 10 位。")
        looks_well(operator, "password_due_wrong")
        operator.was_refused()
        types_twice(operator, OWN)
        operator.page.wait_for_url(lambda url: "/desk" in url)


def test_a_wrong_password_is_told_where_one_looks(
    live_server: LiveServer, window: Windows, size: ViewportSize
) -> None:
    """In a demo the list of its accounts stands above the form: the page opens at the form again."""
    make_cast(demo=True)
    with window(size, script=False) as operator:
        operator.logs_in("operator", "wrong")
        expect(operator.page.get_by_role("alert")).to_be_in_viewport()
        expect(operator.page.get_by_label("密码", exact=True)).to_be_focused()
        operator.was_refused()


def test_the_second_factor_from_the_first_code_to_the_login(city: Cast, window: Windows) -> None:
    with window() as operator:
        page = operator.page
        operator.is_in_as(city.operator)
        operator.opens("/me/")
        page.get_by_role("link", name="开启两步验证").click()
        page.wait_for_url("**/me/second-factor/")
        looks_well(operator, "second_factor")
        spare = turns_it_on(operator)
        looks_well(operator, "second_factor_codes")
        operator.opens("/me/")
        operator.reads("恢复码还有 10 个")
        looks_well(operator, "me")
    with window() as operator:
        page = operator.page
        operator.logs_in("operator")
        operator.reads("输入验证码")
        looks_well(operator, "login_code")
        page.get_by_label("验证码").fill("000000")
        operator.presses("登录")
        operator.reads("验证码不对")
        operator.was_refused()
        page.get_by_text("手机不在身边").click()
        looks_well(operator, "login_code_wrong")
        page.get_by_label("恢复码").fill(spare)
        operator.presses("登录")
        page.wait_for_url(lambda url: "/login" not in url)


def test_it_needs_no_script(city: Cast, window: Windows, size: ViewportSize) -> None:
    with window(size, script=False) as operator:
        operator.logs_in("operator")
        operator.opens("/me/second-factor/")
        spare = turns_it_on(operator)
        operator.page.get_by_role("link", name="已保存，开始工作").click()
        operator.opens("/me/")
        operator.page.locator("#id_off_password").fill(PASSWORD)
        operator.page.locator("#id_off_code").fill(spare)
        operator.presses("取消两步验证")
        operator.reads("两步验证已取消")
    assert not SecondFactor.objects.exists()
