"""The form of a command says what is wrong with it."""

from __future__ import annotations

import pytest
from django.test import Client

from chengyun.city.cases.factories import make_working_city
from chengyun.city.sensing.factories import make_gate
from chengyun.city.sensing.models import Command

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("value", "sentence"), [("160", "不能大于 100 %"), ("-1", "不能小于 0 %"), ("", "请填写要它到")]
)
def test_a_value_that_cannot_be_is_refused_beside_its_field(value: str, sentence: str) -> None:
    cast = make_working_city()
    make_gate("ZM-001")
    client = Client(raise_request_exception=False)
    client.force_login(cast.duty)
    there = "/monitoring/devices/ZM-001/set/opening/"
    answer = client.post(there, {"value": value, "reason": "预报大雨"})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Command.objects.exists()
