"""Parameters: a district has the city's value until it sets its own, and again when it gives it up."""

from __future__ import annotations

from typing import Any

import pytest

from chengyun.kernel import registry
from chengyun.kernel.errors import Conflict, Invalid, NotAllowed
from chengyun.kernel.models import Audit, Setting
from chengyun.kernel.params import own_values, set_param, settings_of, unset_param
from chengyun.kernel.specs import Field, FieldKind, Param
from chengyun.kernel.tests.errand.clerks import clerk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("declaring")]

CITY, DISTRICT, OTHER = "3715", "371502", "371523"


@pytest.fixture(autouse=True)
def declared(declaring: None) -> None:
    registry.add(
        param("days", 3, "int", minimum=1, maximum=90, unit="天"),
        param("share", 0.5, "decimal", minimum=0, maximum=1),
        param("name", "考评科", "text", required=True),
        param("limit", {"value": 4, "unit": "work_hour"}, "limit"),
        param("side", "left", "choice", choices=(("left", "左"), ("right", "右"))),
    )


def param(key: str, default: Any, kind: FieldKind, **more: Any) -> Param:
    field = Field(key=key, label=f"试验{key}", kind=kind, **more)
    return Param(key=f"try.{key}", label=f"试验{key}", default=default, group="试验", field=field)


def days(area: str) -> Any:
    return settings_of(area)["try.days"]


def test_the_narrowest_area_that_says_something_is_right() -> None:
    assert (days(""), days(CITY), days(DISTRICT)) == (3, 3, 3)
    set_param("try.days", CITY, 5, by=None)
    assert (days(""), days(CITY), days(DISTRICT), days(OTHER)) == (3, 5, 5, 5)
    set_param("try.days", DISTRICT, 7, by=None)
    assert (days(CITY), days(DISTRICT), days(DISTRICT + "003"), days(OTHER)) == (5, 7, 7, 5)
    assert own_values(DISTRICT) == {"try.days": 7}
    unset_param("try.days", DISTRICT, by=None)
    assert (days(DISTRICT), own_values(DISTRICT)) == (5, {})


def test_the_history_says_what_it_was() -> None:
    set_param("try.days", CITY, 5, by=clerk(1, "param.change"))
    set_param("try.days", CITY, 6, by=None)
    unset_param("try.days", CITY, by=None)
    rows = list(Audit.objects.order_by("id").values_list("verb", "facts", "actor_id"))
    assert rows == [
        ("param.set", {"key": "try.days", "before": 3, "value": 5}, 1),
        ("param.set", {"key": "try.days", "before": 5, "value": 6}, None),
        ("param.unset", {"key": "try.days", "before": 6, "value": 3}, None),
    ]


def test_a_district_s_administrator_sets_only_the_district_s() -> None:
    district = clerk(2, "param.change", area=DISTRICT)
    set_param("try.days", DISTRICT, 7, by=district)
    for area in (CITY, OTHER):
        with pytest.raises(NotAllowed):
            set_param("try.days", area, 7, by=district)
    with pytest.raises(NotAllowed):
        unset_param("try.days", DISTRICT, by=clerk(3))
    assert Setting.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("days", 0, "最小 1天"),
        ("days", 91, "最大 90天"),
        ("days", "5", "数字"),
        ("days", 5.5, "数字"),
        ("days", True, "数字"),
        ("share", 1.01, "最大 1"),
        ("share", None, "数字"),
        ("name", "", "请填写"),
        ("limit", {"value": 4, "unit": "moon"}, "数字和单位"),
        ("limit", {"value": "four", "unit": "work_hour"}, "数字和单位"),
        ("limit", 4, "数字和单位"),
        ("limit", {"value": 0, "unit": "work_hour"}, "大于 0"),
        ("limit", {"value": -1, "unit": "work_hour"}, "大于 0"),
        ("side", "up", "没有「up」"),
        ("side", ["left"], "没有"),
        ("nothing", 1, "没有「try.nothing」"),
    ],
)
def test_a_wrong_value_is_refused_in_words(key: str, value: Any, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        set_param(f"try.{key}", CITY, value, by=None)
    assert Setting.objects.count() == 0
    assert Audit.objects.count() == 0


def test_what_is_not_set_cannot_be_given_up() -> None:
    set_param("try.days", CITY, 5, by=None)
    with pytest.raises(Conflict, match="没有单独设置"):
        unset_param("try.days", DISTRICT, by=None)


def test_a_setting_nobody_declares_any_more_is_left_alone() -> None:
    Setting(key="old.one", area=CITY, value=1).save()
    assert "old.one" not in settings_of(CITY)
