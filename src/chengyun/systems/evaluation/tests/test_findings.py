"""Findings by the page: recorded with or without all their words, wrongly, and on the way to the issued notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengyun.city.inspections.factories import OTHER_COMMUNITY, picture, soon
from chengyun.city.inspections.models import Finding
from chengyun.city.people.factories import Cast
from chengyun.city.places.factories import centre_of
from chengyun.city.places.queries import address_of
from chengyun.kernel import clock

pytestmark = pytest.mark.django_db


def filled(cast: Cast, place: str) -> dict[str, Any]:
    """The form of a finding with all it must have."""
    lon, lat = centre_of(OTHER_COMMUNITY)
    return {
        "field": "greening",
        "description": "行道树缺株 2 棵",
        "place": place,
        "point_lon": lon,
        "point_lat": lat,
        "unit": cast.crew.code,
        "due": str(soon()),
    }


def test_the_pages_lead_from_a_finding_to_the_issued_notice(cast: Cast, client: Client) -> None:
    client.force_login(cast.evaluator)
    form = filled(cast, "东昌路 218 号对面")
    sent = client.post(
        "/evaluation/findings/new/", form | {"photos": SimpleUploadedFile("a.jpg", picture())}
    )
    assert sent.status_code == 303
    finding = Finding.objects.get()
    listed = client.get("/evaluation/findings/?field=greening&state=open").content.decode()
    assert "行道树缺株 2 棵" in listed
    assert (
        "没有符合条件的督查记录。"
        in client.get("/evaluation/findings/?state=late").content.decode()
    )
    week = client.get("/evaluation/").context["weeks"][0][0]
    client.post("/evaluation/draft/", {"week": week})
    code = f"3715-{week}"
    with clock.at(clock.now() + timedelta(days=7)):
        for verb in ("approve", "issue"):
            answer = client.post(f"/evaluation/bulletins/{code}/{verb}/")
            assert answer.status_code == 303
    assert client.post(f"/evaluation/bulletins/{code}/issue/").status_code == 409
    shown = client.get(f"/evaluation/bulletins/{code}/").content.decode()
    assert f"/cases/{finding.case.code}" in shown
    assert "园林绿化领域：1 处，占比 100.00%" in shown
    assert "已印发" in client.get("/evaluation/").content.decode()


def test_a_form_filled_in_wrongly_loses_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.evaluator)
    lon, lat = centre_of(OTHER_COMMUNITY)
    form = {
        "field": "greening",
        "description": "行道树缺株",
        "place": "东昌路",
        "unit": cast.crew.code,
    }
    point = {"point_lon": lon, "point_lat": lat, "due": str(soon())}
    answer = client.post("/evaluation/findings/new/", form)
    assert answer.status_code == 422
    assert "行道树缺株" in answer.content.decode()
    no_photo = SimpleUploadedFile("a.jpg", b"not a photo", content_type="image/jpeg")
    assert (
        client.post("/evaluation/findings/new/", form | point | {"photos": no_photo}).status_code
        == 415
    )
    assert (
        client.post("/evaluation/findings/new/", form | point | {"point_lon": 10}).status_code
        == 422
    )
    assert not Finding.objects.exists()


def test_a_finding_without_words_for_its_place_has_the_nearest_road(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.evaluator)
    assert client.post("/evaluation/findings/new/", filled(cast, "  ")).status_code == 303
    finding = Finding.objects.get()
    assert finding.place == address_of(*centre_of(OTHER_COMMUNITY)) == finding.case.address != ""
