"""应用维护 through its pages: who sees what, and what each page does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from chengyun.city.people.factories import (
    CITY,
    DISTRICT,
    OTHER_DISTRICT,
    PASSWORD,
    Cast,
    make_cast,
    make_user,
)
from chengyun.city.people.models import ApiToken, Binding, Post, Role, Unit, User
from chengyun.city.people.services.roles import give_post
from chengyun.kernel import registry
from chengyun.kernel.models import Audit, CalendarDay
from chengyun.kernel.params import settings_of
from chengyun.kernel.specs import Param

pytestmark = pytest.mark.django_db

PAGES = {
    "units": ("admin", "district_admin", "security", "auditor"),
    "users": ("admin", "district_admin", "security", "auditor"),
    "duties": ("admin", "district_admin", "security", "auditor"),
    "roles": ("admin", "district_admin", "security", "auditor"),
    "params": ("admin", "district_admin"),
    "calendar": ("admin", "district_admin"),
    "tokens": ("admin", "district_admin", "security"),
    "audit": ("auditor",),
}
EVERYBODY = (
    *("inspector", "operator", "supervisor", "dispatcher", "department", "bob", "evaluator"),
    *("leader", "admin", "security", "auditor", "district_admin", "charlie"),
)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


@pytest.mark.parametrize("page", PAGES)
def test_each_page_lets_in_who_may(cast: Cast, page: str) -> None:
    for name in EVERYBODY:
        answer = enter(getattr(cast, name)).get(f"/maintenance/{page}/")
        assert answer.status_code == (200 if name in PAGES[page] else 403), name
    assert Client().get(f"/maintenance/{page}/").status_code == 302


def test_a_district_sees_its_own(cast: Cast) -> None:
    client = enter(cast.district_admin)
    units = text(client.get("/maintenance/units/"))
    assert "市政工程处" in units
    assert "市政养护所" not in units
    users = text(client.get("/maintenance/users/"))
    assert "林晓燕" in users
    assert "鲍立新" not in users
    assert client.get("/maintenance/users/bob/").status_code == 404
    assert client.get("/maintenance/units/371523-SZ/").status_code == 404
    assert client.post("/maintenance/users/bob/end/").status_code == 404
    assert client.get(f"/maintenance/params/?area={CITY}").status_code == 404
    assert client.get(f"/maintenance/calendar/?area={OTHER_DISTRICT}").status_code == 404


def test_a_unit_is_added_changed_moved_and_ended(cast: Cast) -> None:
    client = enter(cast.admin)
    form = {
        "code": "371502-SZ-1",
        "name": "市政一队",
        "kind": "department",
        "area": DISTRICT,
        "parent": "371502-SZ",
    }
    assert client.post("/maintenance/units/add/", form).status_code == 303
    made = Unit.objects.get(code="371502-SZ-1")
    assert made.path == "371500-CG/371502-SZ/371502-SZ-1/"
    again = client.post("/maintenance/units/add/", form)
    assert again.status_code == 409
    assert "371502-SZ-1 已经用过" in again.content.decode()
    crew = {"name": "市政工程处", "kind": "department", "area": DISTRICT, "parent": "371502-ZX"}
    assert client.post("/maintenance/units/371502-SZ/", crew).status_code == 303
    made.refresh_from_db()
    assert made.path == "371500-CG/371502-ZX/371502-SZ/371502-SZ-1/"
    assert client.post("/maintenance/units/371502-SZ/end/").status_code == 409
    assert client.post("/maintenance/units/371502-SZ-1/end/").status_code == 303
    link = 'href="/maintenance/units/371502-SZ-1/"'
    assert link not in text(client.get("/maintenance/units/"))
    assert link in text(client.get("/maintenance/units/?ended=1"))


def test_a_unit_does_not_move_under_itself(cast: Cast) -> None:
    client = enter(cast.admin)
    form = {"name": "局", "kind": "bureau", "area": CITY, "parent": "371502-SZ"}
    assert client.post("/maintenance/units/371500-CG/", form).status_code == 422


def test_a_user_is_added_and_logs_in_with_what_was_told(cast: Cast) -> None:
    client = enter(cast.district_admin)
    form = {"username": "wang.li", "name": "王丽", "unit": "371502-SZ", "phone": "13812345678"}
    told = client.post("/maintenance/users/add/", form)
    first = told.context["first"]
    assert first in text(told)
    assert told.headers["Cache-Control"] == "no-store"
    assert Client().post("/login/", {"username": "wang.li", "password": first}).status_code == 303
    again = client.post("/maintenance/users/add/", form)
    assert again.status_code == 422
    assert "账号 wang.li 已经有人用了。" in again.content.decode()
    assert "王丽" in again.content.decode()
    outside = client.post(
        "/maintenance/users/add/", form | {"username": "x.y", "unit": "371523-SZ"}
    )
    assert outside.status_code == 422
    empty = client.post("/maintenance/users/add/", {}).content.decode()
    assert "有 3 处要改，还没有保存。" in empty
    assert '<a href="#id_name">请填写姓名。</a>' in empty
    assert empty.count("请填写姓名。") == 2


def test_a_phone_is_clear_only_where_the_permission_reaches(cast: Cast) -> None:
    role = Role.objects.get(key="supervisor")
    give_post(cast.admin, role, cast.other_centre, area=OTHER_DISTRICT, by=None)
    client = enter(cast.admin)
    assert "13800002046" not in text(client.get("/maintenance/users/dispatcher/"))
    assert "13800002046" in text(client.get("/maintenance/users/bob/"))


def test_a_phone_is_masked_and_kept(cast: Cast) -> None:
    client = enter(cast.admin)
    page = text(client.get("/maintenance/users/dispatcher/"))
    assert "138****2046" in page
    assert "13800002046" not in page
    form = {"name": "林晓燕", "unit": "371502-ZX", "phone": "", "email": ""}
    assert client.post("/maintenance/users/dispatcher/", form).status_code == 303
    assert User.objects.get(username="dispatcher").phone == "13800002046"


def test_posts_are_given_and_taken(cast: Cast) -> None:
    client = enter(cast.security)
    form = {"role": "operator", "unit": "371523-SZ", "area": ""}
    assert client.post("/maintenance/users/charlie/posts/", form).status_code == 303
    assert client.post("/maintenance/users/charlie/posts/", form).status_code == 409
    post = Post.objects.get(user=cast.charlie)
    assert post.area == OTHER_DISTRICT
    assert client.post(f"/maintenance/posts/{post.pk}/end/").status_code == 303
    assert not User.objects.get(username="charlie").may("case.accept")


def test_nobody_promotes_himself_or_mixes_the_three_administrations(cast: Cast) -> None:
    client = enter(cast.security)
    own = client.post("/maintenance/users/security/posts/", {"role": "leader", "unit": "371500-CG"})
    assert own.status_code == 403
    mixed = client.post("/maintenance/users/auditor/posts/", {"role": "admin", "unit": "371500-CG"})
    assert mixed.status_code == 422
    assert "三员分立" in mixed.content.decode()
    district = enter(make_user("district_security", "区卫", "security", cast.centre))
    wider = district.post(
        "/maintenance/users/operator/posts/",
        {"role": "leader", "unit": "371502-ZX", "area": CITY},
    )
    assert wider.status_code == 422
    assert not Post.objects.filter(user=cast.operator, role__key="leader").exists()
    system = enter(cast.admin)
    assert "授予岗位" not in text(system.get("/maintenance/users/operator/"))
    assert system.post("/maintenance/users/operator/posts/", {"role": "leader"}).status_code == 422


def test_a_locked_account_is_unlocked_and_its_password_reset(cast: Cast) -> None:
    for _ in range(5):
        Client().post("/login/", {"username": "operator", "password": "wrong"})
    client = enter(cast.security)
    assert "锁定" in text(client.get("/maintenance/users/?state=locked"))
    assert client.post("/maintenance/users/operator/unlock/").status_code == 303
    assert client.post("/maintenance/users/operator/unlock/").status_code == 409
    first = client.post("/maintenance/users/operator/password/").context["first"]
    assert (
        Client().post("/login/", {"username": "operator", "password": PASSWORD}).status_code == 401
    )
    assert Client().post("/login/", {"username": "operator", "password": first}).status_code == 303


def test_only_the_security_administrator_changes_roles(cast: Cast) -> None:
    form = {"label": "受理员", "reach": "area", "permissions": ["case.view", "case.accept"]}
    assert enter(cast.admin).post("/maintenance/roles/operator/", form).status_code == 403
    client = enter(cast.security)
    assert client.post("/maintenance/roles/operator/", form).status_code == 303
    assert Role.objects.get(key="operator").permissions == ["case.accept", "case.view"]
    facts = Audit.objects.filter(verb="role.change").get().facts
    assert facts["granted"] == []
    assert "case.report" in facts["withdrawn"]
    wrong = client.post("/maintenance/roles/operator/", form | {"permissions": ["no.such"]})
    assert wrong.status_code == 422
    mixed = form | {"permissions": ["audit.view", "param.change"]}
    assert client.post("/maintenance/roles/operator/", mixed).status_code == 422
    new = {"key": "street_chief", "label": "街长", "reach": "area", "permissions": ["case.view"]}
    assert client.post("/maintenance/roles/add/", new).status_code == 303
    assert "街长" in text(client.get("/maintenance/roles/"))


def test_a_parameter_is_set_inherited_and_given_back(cast: Cast) -> None:
    client = enter(cast.admin)
    url = "/maintenance/params/login.tries/"
    assert client.post(url, {"login.tries": "8"}).status_code == 303
    assert settings_of(DISTRICT)["login.tries"] == 8
    assert client.post(f"{url}?area={CITY}", {"login.tries": "99"}).status_code == 422
    district = enter(cast.district_admin)
    assert "沿用全市设置" in text(district.get("/maintenance/params/"))
    assert district.post(url, {"login.tries": "3"}).status_code == 303
    assert settings_of(DISTRICT)["login.tries"] == 3
    assert settings_of(OTHER_DISTRICT)["login.tries"] == 8
    assert district.post(f"{url}unset/").status_code == 303
    assert settings_of(DISTRICT)["login.tries"] == 8
    assert district.post(f"{url}unset/").status_code == 409


def test_working_periods_must_be_periods(cast: Cast) -> None:
    client = enter(cast.admin)
    url = "/maintenance/params/calendar.periods/"
    assert client.post(url, {"calendar.periods": "8点到5点"}).status_code == 422
    assert client.post(url, {"calendar.periods": "8:30-12:00, 13:30-17:30"}).status_code == 303


def test_every_parameter_has_a_page(cast: Cast) -> None:
    client = enter(cast.admin)
    for param in registry.all_of(Param):
        assert param.label in text(client.get(f"/maintenance/params/{param.key}/"))


def test_the_calendar_of_a_year(cast: Cast) -> None:
    client = enter(cast.admin)
    assert client.post("/maintenance/calendar/import/?year=2026").status_code == 303
    page = text(client.get("/maintenance/calendar/?year=2026"))
    assert "2月14日上班，春节" in page
    assert "2月16日休息，春节" in page
    assert client.post("/maintenance/calendar/import/?year=2090").status_code == 422
    district = enter(cast.district_admin)
    form = {"day": "2026-02-16", "works": "work", "name": "值守"}
    assert district.post("/maintenance/calendar/day/", form).status_code == 303
    assert CalendarDay.objects.get(area=DISTRICT).works
    assert "2月16日上班，值守" in text(district.get("/maintenance/calendar/?year=2026"))
    assert district.post("/maintenance/calendar/day/", form | {"works": "plain"}).status_code == 303
    assert not CalendarDay.objects.filter(area=DISTRICT).exists()


def test_tokens_are_issued_listed_and_revoked(cast: Cast) -> None:
    client = enter(cast.security)
    told = client.post(
        "/maintenance/tokens/add/", {"username": "bob", "label": "对接大屏", "days": "9"}
    )
    assert told.context["raw"] in text(told)
    token = ApiToken.objects.get(user=cast.bob)
    assert "对接大屏" in text(client.get("/maintenance/tokens/"))
    assert "对接大屏" not in text(enter(cast.district_admin).get("/maintenance/tokens/"))
    assert client.get(f"/maintenance/tokens/{token.pk}/").status_code == 200
    assert client.post(f"/maintenance/tokens/{token.pk}/revoke/").status_code == 303
    nobody = client.post(
        "/maintenance/tokens/add/", {"username": "nobody", "label": "x", "days": "9"}
    )
    assert nobody.status_code == 422


def test_somebody_answers_for_a_place_and_somebody_stands_in(cast: Cast) -> None:
    client = enter(cast.district_admin)
    form = {"kind": "road", "place_type": "road", "place_code": "R-7", "username": "inspector"}
    assert client.post("/maintenance/duties/add/", form).status_code == 303
    assert client.post("/maintenance/duties/add/", form).status_code == 409
    duty = Binding.objects.get()
    unknown = form | {"place_type": "grid", "place_code": "371502999999999"}
    assert client.post("/maintenance/duties/add/", unknown).status_code == 422
    assert client.post("/maintenance/duties/add/", form | {"username": "bob"}).status_code == 404
    url = f"/maintenance/duties/{duty.pk}/"
    days = {"substitute": "operator", "start": "2099-01-01", "end": "2099-01-07"}
    assert client.post(url, days).status_code == 303
    assert "孙晓梅 01-01 至 01-07" in text(client.get(url))
    assert "R-7" in text(client.get("/maintenance/duties/?substituted=1"))
    assert "平时，每天" in text(client.get(url))
    times = {"shift": "早班", "weekdays": ["1", "3"]}
    assert enter(cast.security).post(f"{url}times/", times).status_code == 403
    assert client.post(f"{url}times/", times | {"weekdays": ["8"]}).status_code == 422
    assert client.post(f"{url}times/", times).status_code == 303
    assert "早班，周一三" in text(client.get(url))
    assert enter(cast.security).post(f"{url}end/").status_code == 403
    assert client.post(f"{url}end/").status_code == 303
    assert client.get("/maintenance/duties/?place=R").context["table"].rows == []


def test_a_parameter_is_found_by_a_part_of_its_name(cast: Cast) -> None:
    client = enter(cast.admin)
    found = client.get("/maintenance/params/", {"q": "受理"}).context["groups"]
    labels = [line.param.label for _, lines in found for line in lines]
    assert "受理时限" in labels
    assert all("受理" in label for label in labels)
    assert "没有叫这个名字的参数。" in text(client.get("/maintenance/params/", {"q": "无此名"}))


def test_no_limit_is_nought_and_a_change_says_what_it_means(cast: Cast) -> None:
    client, page = enter(cast.admin), "/maintenance/params/case.limit.accept/"
    nought = {"case.limit.accept_value": "0", "case.limit.accept_unit": "work_hour"}
    refused = client.post(page, nought)
    assert refused.status_code == 422
    assert refused.content.decode().count("「受理时限」要大于 0。") == 2
    assert "正在计时的案件不变" in text(client.get(page))
    client.post(page, nought | {"case.limit.accept_value": "2"})
    told = text(client.get("/maintenance/params/"))
    assert "已改为2 工作时，原来是15 紧急工作分钟。" in told
    assert "8 小时（按工作时段合计）" in told


def test_rights_and_limits_stand_in_the_order_of_the_work(cast: Cast) -> None:
    params = text(enter(cast.admin).get("/maintenance/params/"))
    limits = ("受理时限", "立案时限", "派遣时限", "处置时限", "反馈时限", "核查时限", "结案时限")
    assert sorted(limits, key=params.index) == list(limits)
    rights = text(enter(cast.security).get("/maintenance/roles/dispatcher/"))
    work = ("上报案件", "受理案件", "核实回复", "派遣案件", "处置案件", "核查案件", "作废案件")
    assert sorted(work, key=rights.index) == list(work)
