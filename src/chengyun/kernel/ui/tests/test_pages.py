"""Doors, parts of pages, ways back and refusals, over HTTP."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from chengyun.kernel import registry
from chengyun.kernel.ui.specs import Horizon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("try_pages")]

HTMX = {"HX-Request": "true"}


def test_a_door_sends_strangers_to_the_login_page_and_back(client: Client) -> None:
    answer = client.get("/guarded?page=2")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/guarded%3Fpage%3D2"


def test_a_part_that_a_stranger_asks_for_moves_the_whole_page(client: Client) -> None:
    answer = client.get("/guarded", headers={**HTMX, "HX-Current-URL": "http://testserver/desk"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=http%3A//testserver/desk"


def test_where_a_stranger_came_from_is_never_another_host(client: Client) -> None:
    answer = client.get(
        "/guarded", headers={**HTMX, "HX-Current-URL": "https://elsewhere.example/"}
    )
    assert answer["HX-Redirect"] == "/login/?next=/"


def test_a_door_names_the_permission_that_is_missing(client: Client) -> None:
    answer = client.get("/guarded", headers={"X-May": "case.view"})
    assert answer.status_code == 403
    assert "查看操作审计" in answer.content.decode()
    assert client.get("/guarded", headers={"X-May": "audit.view"}).content.decode() == "里面"


def test_a_page_answers_whole_or_in_part(client: Client) -> None:
    whole = client.get("/parted")
    part = client.get("/parted", headers={**HTMX, "HX-Target": "part"})
    assert "<h1>全文</h1>" in whole.content.decode()
    assert part.content.decode() == "<p>一部分</p>"
    assert {"HX-Target", "HX-Request"} <= {name.strip() for name in whole["Vary"].split(",")}


def test_going_back_in_the_browser_gives_the_whole_page(client: Client) -> None:
    headers = {**HTMX, "HX-Target": "part", "HX-History-Restore-Request": "true"}
    assert "<h1>" in client.get("/parted", headers=headers).content.decode()


@pytest.mark.parametrize(("part", "status"), [("../../etc", 422), ("a b", 422), ("other", 404)])
def test_a_part_that_does_not_exist_is_refused(client: Client, part: str, status: int) -> None:
    assert client.get("/parted", headers={**HTMX, "HX-Target": part}).status_code == status


def test_after_a_write_the_page_says_what_happened(client: Client) -> None:
    answer = client.post("/saving", {"phone": "13812342046"})
    assert (answer.status_code, answer["Location"]) == (303, "/saved")
    sheet = client.get("/parted")
    assert "已保存。" not in sheet.content.decode()


def test_after_a_write_by_htmx_the_browser_is_led_on(client: Client) -> None:
    answer = client.post("/saving", {"phone": "13812342046"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/saved")


def test_a_faulty_form_comes_back_with_what_was_typed(client: Client) -> None:
    answer = client.post("/saving", {"area": "半亩"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写联系电话。" in text
    assert 'value="半亩"' in text
    assert 'aria-invalid="true"' in text


def test_htmx_gets_the_faults_only(client: Client) -> None:
    text = client.post("/saving", {"area": "半亩"}, headers=HTMX).content.decode()
    assert text.startswith('<div class="notice n-red"')
    assert 'data-field="phone"' in text
    assert "<html" not in text


@pytest.mark.parametrize(("how", "status"), [("missing", 404), ("conflict", 409), ("invalid", 422)])
def test_a_refusal_has_its_status_and_says_one_sentence(
    client: Client, how: str, status: int
) -> None:
    page, part = client.get(f"/refusing/{how}"), client.get(f"/refusing/{how}", headers=HTMX)
    api = client.get(f"/api/refusing/{how}")
    assert [answer.status_code for answer in (page, part, api)] == [status] * 3
    said = json.loads(api.content)
    assert {"error", "message", "fields"} <= set(said)
    assert f"<h1>{said['message']}</h1>" in page.content.decode()
    assert said["message"] in part.content.decode()


def test_a_conflict_carries_the_newer_version(client: Client) -> None:
    assert json.loads(client.get("/api/refusing/conflict").content)["version"] == 7
    assert 'data-version="7"' in client.get("/refusing/conflict", headers=HTMX).content.decode()


def test_a_refused_plain_form_gives_back_what_was_typed_but_no_secret(client: Client) -> None:
    typed = {
        "note": "第一行\n第二行",
        "new_password": "geheim-1234",
        "csrfmiddlewaretoken": "abc123",
    }
    text = client.post("/refusing/conflict", typed).content.decode()
    assert "第一行<br>第二行" in text
    assert "geheim" not in text
    assert "abc123" not in text


def test_what_is_typed_cannot_become_markup(client: Client) -> None:
    text = client.post("/refusing/conflict", {"note": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in text


def test_an_unknown_address_gets_a_sentence(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()


def test_a_forged_form_gets_a_sentence() -> None:
    answer = Client(enforce_csrf_checks=True).post("/saving", {})
    assert answer.status_code == 403
    assert "安全标记" in answer.content.decode()


def test_a_failure_gives_a_number_that_is_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    answer = client.get("/broken")
    assert answer.status_code == 500
    logged = [record.args for record in caplog.records if record.name == "chengyun.kernel.refusals"]
    assert isinstance(logged[0], tuple)
    assert str(logged[0][0]) in answer.content.decode()


def test_the_look_is_kept_in_this_browser(client: Client) -> None:
    answer = client.post(
        "/ui/look", {"theme": "dark", "density": "huge", "next": "//elsewhere.example"}
    )
    assert answer["Location"] == "/"
    assert answer.cookies["theme"].value == "dark"
    assert "density" not in answer.cookies
    assert 'data-theme="dark"' in client.get("/parted").content.decode()


def test_the_sheet_of_components_is_for_builders_only(client: Client) -> None:
    assert client.get("/ui/components").status_code == 404


def test_a_map_learns_where_to_look(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {
        "a": Horizon(key="a", box=lambda _: None),
        "b": Horizon(key="b", box=lambda _: (1, 2, 3, 4)),
    }
    monkeypatch.setitem(registry._declared, Horizon, declared)
    assert client.get("/ui/horizon").status_code == 302
    assert client.get("/ui/horizon", headers={"X-May": ""}).json() == {"box": [1, 2, 3, 4]}
