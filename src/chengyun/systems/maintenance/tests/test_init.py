"""``chengyun init`` and ``chengyun audit verify``, as an operator runs them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from chengyun.city.people.models import Role, User
from chengyun.city.places.queries import label_of
from chengyun.kernel.installation import forget, installation
from chengyun.kernel.models import Audit, CalendarDay, WorkflowEdition
from chengyun.kernel.recent import forget_everything

pytestmark = pytest.mark.django_db

REGIONS = "code,name\n371500000000,聊城市\n371502000000,东昌府区\n371502001000,古楼街道\n"
PASSWORD = "seven-quiet-canals"


@pytest.fixture(autouse=True)
def fresh() -> None:
    forget()
    forget_everything()


def init(folder: Path, password: str = PASSWORD, **options: str) -> str:
    file = folder / "password"
    file.write_text(f"{password}\n", encoding="utf-8")
    table = folder / "regions.csv"
    table.write_text(REGIONS, encoding="utf-8")
    out = io.StringIO()
    given = {"name": "聊城市", "area": "3715", "admin": "xu.ming", "person": "许明"} | options
    call_command("init", password_file=file, regions=table, stdout=out, **given)
    return out.getvalue()


def test_a_city_is_made_once(tmp_path: Path) -> None:
    said = init(tmp_path)
    assert "聊城市建好了" in said
    city = installation()
    assert city is not None
    assert (city.name, city.area, city.demo) == ("聊城市", "3715", False)
    assert Role.objects.filter(key="inspector").exists()
    assert WorkflowEdition.objects.filter(workflow="case").exists()
    assert CalendarDay.objects.filter(area="3715").exists()
    assert label_of("371502001") == "东昌府区古楼街道"
    assert "已经建好了" in init(tmp_path)
    assert User.objects.count() == 1


def test_the_first_administrator_works(tmp_path: Path) -> None:
    init(tmp_path)
    client = Client()
    form = {"username": "xu.ming", "password": PASSWORD}
    assert client.post("/login/", form).status_code == 303
    assert client.get("/").headers["Location"] == "/maintenance/units/"
    assert "聊城市城市管理局" in client.get("/maintenance/units/").content.decode()
    assert "chengyun-demo" not in Client().get("/login/").content.decode()


@pytest.mark.parametrize("password", ["chengyun-demo", "short", "1234567890", ""])
def test_a_weak_password_makes_nothing(tmp_path: Path, password: str) -> None:
    with pytest.raises(CommandError, match="什么也没有建"):
        init(tmp_path, password=password)
    forget()
    assert installation() is None
    assert not Audit.objects.exists()


@pytest.mark.parametrize("area", ["37150", "abc", "37150200100"])
def test_a_wrong_code_makes_nothing(tmp_path: Path, area: str) -> None:
    with pytest.raises(CommandError, match="区划代码"):
        init(tmp_path, area=area)


def test_debug_is_refused(tmp_path: Path, settings: object) -> None:
    settings.DEBUG = True  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="调试模式"):
        init(tmp_path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--person"):
        init(tmp_path, person="")


def test_the_history_is_verified(tmp_path: Path) -> None:
    init(tmp_path)
    out, err = io.StringIO(), io.StringIO()
    call_command("audit", "verify", stdout=out, stderr=err)
    assert "全部相符" in out.getvalue()
    row = Audit.objects.filter(verb="user.add").get()
    Audit.objects.filter(pk=row.pk).update(area="3799")
    with pytest.raises(SystemExit) as stopped:
        call_command("audit", "verify", stdout=out, stderr=err)
    assert stopped.value.code == 1
    assert "内容被改动" in err.getvalue()
