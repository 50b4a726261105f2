"""The phone in the street: what was reported arrives, once, whatever happens on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, expect

from chengyun.city.cases.factories import MANHOLE, drive, make_case
from chengyun.city.cases.models import Case
from chengyun.city.cases.queries import class_named, classes_for
from chengyun.city.cases.services.wording import add_question
from chengyun.city.people.factories import Cast
from chengyun.config.env import ROOT
from chengyun.kernel.files import attachments_of
from chengyun.kernel.models import Attachment, Audit, Capture, File
from tests.browser.conftest import Phones
from tests.browser.phones import HERE, Phone, cut, logged_in, photos
from tests.browser.test_every_page import WIDER, barriers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAMPLE = ROOT / "src/chengyun/kernel/tests/sample.heic"


def the_one_case(photos: int) -> Case:
    case = Case.objects.get()
    assert len(attachments_of(case)) == photos
    assert Attachment.objects.count() == photos
    return case


def test_a_report_made_without_network_is_sent_later(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.loses_network()
        inspector.page.reload()
        inspector.reads("没有网络")
        inspector.reports(1, offline=True)
        inspector.shows("待发")
        inspector.reads("没有网络，已存手机")
        assert not Case.objects.exists()
        inspector.gets_network()
        inspector.shows("已收到")
        case = the_one_case(1)
        inspector.reads(f"{case.code[2:6]}-{case.code[6:]}")
    assert case.reporter == city.inspector
    assert case.source == "inspector"
    assert case.description == "井盖不见了"
    assert case.data["accuracy"] == 6
    assert "seen_at" in case.data


def test_a_photo_keeps_when_where_and_what_it_was(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.reports(1)
        inspector.shows("已收到")
    capture = Capture.objects.get()
    assert capture.taken_at is not None
    assert (capture.accuracy, round(capture.lat or 0, 3)) == (6, 36.451)
    assert capture.file.owner_id == city.inspector.pk
    assert len(capture.original_sha256) == 64
    assert capture.original_sha256 != capture.file.sha256


def test_three_photos_survive_a_cut_a_kill_and_a_lost_answer(city: Cast, phones: Phones) -> None:
    """The second upload is cut, the browser is killed, and the answer to the report is lost after the commit."""
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.loses_network()
        inspector.reports(3, offline=True)
        broken = cut(inspector, "/api/v1/photos", turn=2)
        inspector.gets_network()
        inspector.waits_for(lambda: broken.done)
        expect(inspector.page.locator(".q em")).to_have_text("待发")
        assert File.objects.count() == 1
        inspector.loses_network()
        inspector.is_killed()
    with phones("a") as inspector:
        lost = cut(inspector, "/api/v1/cases", after_commit=True)
        inspector.is_in_as(city.inspector)
        inspector.opens("/queue")
        expect(inspector.page.locator(".q li")).to_have_count(1)
        inspector.waits_for(lambda: lost.done)
        case = the_one_case(3)
        inspector.presses("现在重试")
        inspector.shows("已收到")
        inspector.reads(f"{case.code[2:6]}-{case.code[6:]}")
    the_one_case(3)
    assert File.objects.count() == 3
    assert Audit.objects.filter(verb="case.report").count() == 1


def test_the_same_report_sent_three_times_is_one_case(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.reports(2)
        for _ in range(2):
            inspector.shows("已收到")
            inspector.page.evaluate(
                """async () => {
                  const store = await (await import("phone/store")).openStore();
                  const [item] = await store.items();
                  await store.keepItem({ ...item, state: "waiting" });
                }"""
            )
            inspector.shows("待发")
            inspector.presses("现在重试")
        inspector.shows("已收到")
    the_one_case(2)
    assert Audit.objects.filter(verb="case.report").count() == 1


def test_two_pages_and_the_worker_send_each_thing_once(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        other = inspector.context.new_page()
        other.goto(f"{inspector.base}/m/#/queue")
        inspector.loses_network()
        for n in range(3):
            inspector.reports(2, f"第 {n} 件", offline=True)
        inspector.gets_network()
        inspector.shows("已收到", 3)
        expect(other.locator(".q em", has_text="已收到")).to_have_count(3)
    assert (Case.objects.count(), Attachment.objects.count(), File.objects.count()) == (3, 6, 6)


def test_a_draft_survives_the_end_of_the_browser(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.page.evaluate("location.hash = '#/report'")
        inspector.takes(2)
        inspector.page.get_by_label("补充说明").fill("写到一半")
        inspector.page.wait_for_timeout(500)
        inspector.is_killed()
    with phones("a") as inspector:
        inspector.is_in_as(city.inspector)
        inspector.opens("/report")
        inspector.reads("上次没写完的还在")
        expect(inspector.page.get_by_label("补充说明")).to_have_value("写到一半")
        expect(inspector.page.locator(".ph-photos figure")).to_have_count(2)


def test_nobody_sends_what_another_left_on_the_phone(city: Cast, phones: Phones) -> None:
    with phones("a") as someone:
        logged_in(someone, city.inspector)
        someone.loses_network()
        someone.reports(1, offline=True)
        someone.context.clear_cookies()
        someone.is_in_as(city.evaluator)
        someone.gets_network()
        someone.reads("周启明")
        someone.opens("/queue")
        someone.reads("这是周启明的，等本人登录后发送")
        someone.page.evaluate("document.querySelector('.ph-self')?.click()")
        someone.page.wait_for_timeout(500)
        assert not Case.objects.exists()
        someone.context.clear_cookies()
        someone.is_in_as(city.inspector)
        someone.page.reload()
        someone.shows("已收到")
    assert the_one_case(1).reporter == city.inspector


def test_a_login_that_is_over_keeps_the_queue_and_asks(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.context.clear_cookies()
        inspector.reports(1)
        inspector.reads("登录已过期")
        inspector.shows("待发")
        inspector.page.get_by_role("link", name="登录已过期").click()
        inspector.page.get_by_label("账号").fill("inspector")
        inspector.page.get_by_label("密码", exact=True).fill("lake-and-canal-42")
        inspector.presses("登录")
        inspector.page.wait_for_url("**/m/**")
        inspector.page.evaluate("location.hash = '#/queue'")
        inspector.shows("已收到")
    the_one_case(1)


def test_what_the_city_refuses_comes_back_with_its_sentence(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.loses_network()
        inspector.context.set_geolocation({"longitude": 120.1, "latitude": 30.2, "accuracy": 6})
        inspector.reports(1, offline=True)
        inspector.gets_network()
        inspector.shows("被退回")
        inspector.reads("这个位置不在本市范围内")
        expect(inspector.page.locator("#toasts > *")).to_have_count(0, timeout=3000)
        expect(inspector.page.locator("#line > *")).to_have_count(0)
        inspector.context.set_geolocation(HERE)
        inspector.presses("改后重发")
        expect(inspector.page.get_by_label("补充说明")).to_have_value("井盖不见了")
        inspector.presses("重新定位")
        expect(inspector.page.locator(".ph-loc")).to_contain_text("湖南路")
        inspector.presses("提交")
        inspector.shows("已收到")
    the_one_case(1)
    assert File.objects.count() == 1


def test_what_is_given_up_is_gone(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.loses_network()
        inspector.reports(1, offline=True)
        inspector.presses("不报了")
        inspector.page.get_by_role("button", name="删掉").click()
        inspector.reads("这部手机里没有要发的")
        assert inspector.kept() == []
    assert not Case.objects.exists()


def test_a_class_is_found_by_its_initials_or_in_its_major_class(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        page = inspector.page
        logged_in(inspector, city.inspector)
        page.evaluate("location.hash = '#/report'")
        page.get_by_role("button", name="搜类别").click()
        page.get_by_label("名称、拼音首字母或代码").fill("jg")
        page.get_by_role("button", name="雨水井盖").click()
        expect(page.get_by_role("button", name="雨水井盖", pressed=True)).to_be_visible()
        page.get_by_role("button", name="搜类别").click()
        expect(page.locator("dialog li button")).to_have_count(len(classes_for("")))
        page.get_by_text("园林绿化设施").first.click()
        assert not barriers(page)
        page.get_by_role("button", name="行道树", exact=False).first.click()
        expect(page.get_by_role("button", name="行道树", pressed=True)).to_be_visible()


def test_what_is_no_photo_is_not_taken(city: Cast, phones: Phones) -> None:
    text: FilePayload = {"name": "说明.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    heic: FilePayload = {
        "name": "苹果.heic",
        "mimeType": "image/heic",
        "buffer": SAMPLE.read_bytes(),
    }
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.page.evaluate("location.hash = '#/report'")
        inspector.page.locator("#camera").set_input_files([text])
        inspector.reads("「说明.jpg」不是能打开的照片")
        expect(inspector.page.locator(".ph-photos figure")).to_have_count(0)
        expect(inspector.page.locator(".ph-steps .cur")).to_have_text("1拍照")
        inspector.page.locator("#camera").set_input_files([heic])
        inspector.reads("这个浏览器显示不了，照样能发")


def test_what_a_class_asks_is_asked_without_a_network(city: Cast, phones: Phones) -> None:
    cover = class_named(MANHOLE, "")
    add_question(cover, key="gone", label="井盖不见了吗", kind="bool", required=True, by=None)
    add_question(
        cover, key="width", label="井口多宽", kind="int", required=True, by=None,
        condition_key="gone", condition_equals="是",
    )  # fmt: skip
    make_case(city, answers={"gone": "否"})
    with phones("a") as inspector:
        page = inspector.page
        logged_in(inspector, city.inspector)
        page.evaluate("location.hash = '#/report'")
        inspector.presses("雨水井盖")
        inspector.reads("还差：井盖不见了吗")
        inspector.loses_network()
        expect(page.get_by_label("井口多宽")).to_be_hidden()
        page.get_by_label("是", exact=True).check()
        inspector.reads("还差：井口多宽")
        page.get_by_label("井口多宽").fill("70")
        expect(page.locator(".ph-loc")).to_contain_text("误差约 6 米")
        inspector.presses("提交（先存手机）")
        inspector.gets_network()
        inspector.shows("已收到")
    case = Case.objects.latest("pk")
    assert [(a["label"], a["value"]) for a in case.answers] == [
        ("井盖不见了吗", "是"),
        ("井口多宽", "70"),
    ]


def test_a_long_text_says_when_it_comes_to_its_end(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        for address, label in (("/m/#/report", "补充说明"), ("/cases/new/", "问题描述")):
            inspector.page.goto(f"{inspector.base}{address}")
            words, told = inspector.page.get_by_label(label), inspector.page.get_by_text("还可以写")
            words.fill("井" * 3599)
            expect(told).to_be_hidden()
            words.fill("井" * 3990)
            expect(told).to_have_text("还可以写 10 字")
            words.press_sequentially("盖" * 11)
            inspector.reads("写满了，最多 4000 字")


def test_a_refused_position_and_a_full_phone_say_what_to_do(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.context.clear_permissions()
        inspector.page.evaluate("location.hash = '#/report'")
        inspector.reads("没有定位权限")
        inspector.page.evaluate(
            """() => {
              const put = IDBObjectStore.prototype.put;
              IDBObjectStore.prototype.put = function (value, key) {
                if (value instanceof Blob) throw new DOMException("full", "QuotaExceededError");
                return put.call(this, value, key);
              };
            }"""
        )
        inspector.page.locator("#camera").set_input_files(photos(1))
        inspector.reads("手机存储满了")


def test_an_old_shell_is_removed(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        inspector.is_in_as(city.inspector)
        inspector.page.goto(f"{inspector.base}/me/")
        inspector.page.evaluate("caches.open('shell-0000')")
        inspector.opens()
        inspector.works_offline()
        inspector.until("caches.has('shell-0000').then((has) => !has)")
        kept = inspector.page.evaluate("caches.keys()")
        assert [name for name in kept if name.startswith("shell-")]


def looks(somebody: Phone, theme: str) -> None:
    expect(somebody.page.locator("html")).to_have_attribute("data-theme", theme)


def test_it_looks_as_the_system_does_until_somebody_chooses(city: Cast, phones: Phones) -> None:
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.page.emulate_media(color_scheme="dark")
        looks(inspector, "dark")
        inspector.opens("/me")
        expect(inspector.page.get_by_label("随系统")).to_be_checked()
        inspector.page.get_by_label("浅色").check()
        looks(inspector, "light")
        inspector.loses_network()
        inspector.page.reload()
        inspector.reads("外观")
        looks(inspector, "light")
        inspector.page.get_by_label("随系统").check()
        looks(inspector, "dark")


VIEWS = ("/", "/report", "/queue", "/me")


def test_no_view_hinders_anybody(city: Cast, phones: Phones) -> None:
    case = drive(make_case(city), city, "checking")
    faults = []
    with phones("a") as inspector:
        logged_in(inspector, city.inspector)
        inspector.loses_network()
        inspector.reports(2, offline=True)
        for view in (*VIEWS, f"/task/{case.code}", f"/task/{case.code}/check_fail"):
            inspector.page.evaluate(f"location.hash = '#{view}'")
            inspector.page.wait_for_timeout(300)
            for theme in ("light", "dark"):
                inspector.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
                faults += [f"{view} {theme}: {fault}" for fault in barriers(inspector.page)]
            for width in (320, 360):
                inspector.page.set_viewport_size({"width": width, "height": 740})
                if (wider := inspector.page.evaluate(WIDER)) > 0:
                    faults.append(f"{view}: {wider} px wider than {width}")
    assert not faults, "\n".join(faults)


def test_a_stranger_is_asked_to_log_in(city: Cast, phones: Phones) -> None:
    with phones("a") as stranger:
        stranger.page.goto(f"{stranger.base}/m/")
        stranger.reads("请登录")
        expect(stranger.page.locator("#line > *")).to_have_count(0)
        assert not barriers(stranger.page)
        stranger.page.get_by_role("link", name="登录", exact=True).click()
        stranger.page.wait_for_url("**/login/?next=/m/")
