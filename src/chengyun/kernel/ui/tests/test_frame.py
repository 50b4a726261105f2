"""The frame: what is drawn for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from chengyun.kernel import installation, registry
from chengyun.kernel.specs import Queue, System, Tab
from chengyun.kernel.ui.specs import Landmark

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("try_pages", "declared")]

HERE = "ui:components"
PERSON = {"X-May": "see judge"}


@pytest.fixture
def declared(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.DEBUG = True
    kinds: dict[type, dict[str, object]] = {kind: {} for kind in (System, Tab, Queue, Landmark)}
    for kind, empty in kinds.items():
        monkeypatch.setitem(registry._declared, kind, empty)
    monkeypatch.setattr(installation, "_kept", lambda: [SimpleNamespace(name="聊城市", demo=True)])
    registry.add(
        System(key="ui", label="指挥协调", icon="send", order=2, home=HERE, may="see"),
        System(key="data", label="数据汇聚", icon="database", order=9, home=HERE, may="never"),
        Tab(system="ui", key="one", label="工作台", url=HERE, may="see"),
        Tab(system="ui", key="two", label="考核", url=HERE, may="judge", order=1),
        *(
            Queue(
                key=f"q{n}",
                label=f"队列{n}",
                icon="inbox",
                url=HERE,
                may="see",
                order=n,
                query=f"q={n}",
                count=counts,
            )
            for n, counts in enumerate(
                [lambda _: (1204, 0), lambda _: (24, 3), *[lambda _: (0, 0)] * 5, lambda _: (2, 0)]
            )
        ),
        Landmark(key="search", label="搜索", url=HERE),
        Landmark(key="inbox", label="消息", url=HERE, count=lambda _: 3),
        Landmark(key="logout", label="退出", url=HERE, may="never"),
    )
    yield


@pytest.fixture
def sheet(client: Client) -> str:
    return client.get("/ui/components?q=1", headers=PERSON).content.decode()


def test_a_page_has_one_heading_and_names_itself(sheet: str) -> None:
    assert len(re.findall(r"<h1[ >]", sheet)) == 1
    assert 'data-page="ui:components"' in sheet
    assert "X-CSRFToken" in sheet


def test_a_demo_says_so(sheet: str) -> None:
    assert "演示城市，全部数据为模拟" in sheet


def test_only_systems_that_may_be_opened_are_drawn(sheet: str) -> None:
    assert "指挥协调" in sheet
    assert "数据汇聚" not in sheet


def test_work_that_waits_is_always_there_and_empty_queues_fill_up_to_six(sheet: str) -> None:
    assert re.findall(r"</svg>(队列\d)", sheet) == [f"队列{n}" for n in (0, 1, 2, 3, 4, 7)]


def test_a_queue_is_red_only_if_late_and_one_is_current(sheet: str) -> None:
    assert re.search(r'class="n">1,204<', sheet)
    assert re.search(r'class="n late">24<span class="visually-hidden">，超时 3', sheet)
    assert re.findall(r'aria-current="page">.*?</svg>(队列\d)', sheet) == ["队列1"]


def test_landmarks_without_permission_are_not_drawn(sheet: str) -> None:
    assert 'placeholder="案号、地点、描述"' in sheet
    assert "消息 3 条未读" in sheet
    assert "退出" not in sheet


def test_the_import_map_carries_the_nonce_of_the_policy(client: Client) -> None:
    answer = client.get("/ui/components", headers=PERSON)
    text = answer.content.decode()
    nonce = re.search(r'<script type="importmap" nonce="([^"]+)"', text)
    assert nonce
    assert f"'nonce-{nonce[1]}'" in answer["Content-Security-Policy"]
    for name in (
        "htmx",
        "maplibre-gl/worker",
        "echarts",
        "islands/map",
        "islands/chart",
        "ui/keys",
    ):
        assert f'"{name}": "/static/' in text


def test_what_a_visitor_prefers_is_on_the_page(client: Client) -> None:
    client.cookies["theme"], client.cookies["density"], client.cookies["keys"] = (
        "dark",
        "tall",
        "off",
    )
    text = client.get("/ui/components", headers=PERSON).content.decode()
    assert 'data-theme="dark" data-density="tall"' in text
    assert 'data-keys="off"' in text
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get("/ui/components", headers=PERSON).content.decode()
