"""The range that stands for "starts with"."""

from __future__ import annotations

import pytest
from django.db.models import Q

from chengyun.kernel.models import Setting
from chengyun.kernel.scope import inside

AREAS = (
    "37",
    "3715",
    "371509",
    "371509001",
    "371510",
    "3719",
    "371999",
    "3720",
    "38",
    "99",
    "9901",
)


@pytest.mark.django_db
@pytest.mark.parametrize("area", ["37", "3715", "371509", "3719", "371999", "9", "99"])
def test_inside_is_starts_with(area: str) -> None:
    Setting.objects.bulk_create(Setting(key="k", area=a, value=1) for a in AREAS)
    found = Setting.objects.filter(inside("area", area)).values_list("area", flat=True)
    assert sorted(found) == sorted(a for a in AREAS if a.startswith(area))


def test_both_ends_are_digits_so_that_no_collation_moves_them() -> None:
    assert inside("area", "371509") == Q(area__gte="371509") & Q(area__lt="37151")


@pytest.mark.django_db
@pytest.mark.parametrize("area", ["\ud7ff", "\U0010ffff", "37%", "x", "３７"])
def test_what_is_no_code_has_nothing_inside(area: str) -> None:
    Setting.objects.create(key="k", area="3715", value=1)
    assert not Setting.objects.filter(inside("area", area)).exists()
