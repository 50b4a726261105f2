"""One search on both databases: two characters, codes, Latin words; every term must occur."""

from __future__ import annotations

import pytest
from django.db import connection

from chengyun.kernel.search import document, match, reaches, terms
from chengyun.kernel.tests.errand.clerks import ask
from chengyun.kernel.tests.errand.models import Permit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("雨水井盖", ["雨水", "水井", "井盖"]),
        ("井", ["井"]),
        ("东昌路3号", ["东昌", "昌路", "3", "号"]),
        ("案号 2611210007", ["案号", "2611210007"]),
        ("1121-0007", ["1121", "0007"]),
        ("YSJG", ["ysjg"]),
        ("GB/T 30428.2", ["gb", "t", "30428", "2"]),
        ("，。！ ", []),
        ("", []),
        ("a'b\"c\\d*e:f&g|h!", ["a", "b", "c", "d", "e", "f", "g", "h"]),
        ("\x00井\x00盖", ["井", "盖"]),
    ],
)
def test_a_text_is_cut_into_terms(text: str, found: list[str]) -> None:
    assert terms(text) == found


def test_a_document_holds_each_term_once() -> None:
    assert document("井盖井盖", "井盖") == "井盖 盖井"


@pytest.fixture
def filled(digging: None) -> None:
    texts = {
        "S1": "东昌路雨水井盖破损",
        "S2": "柳园路路灯不亮 2611210007",
        "S3": "湖南路垃圾 DC2611 lamp",
    }
    for code, text in texts.items():
        permit = ask(code)
        Permit.objects.filter(pk=permit.pk).update(search=document(code, text))


def found(words: str) -> list[str]:
    rows = Permit.objects.filter(match(Permit, terms(words)))
    return sorted(rows.values_list("code", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("井盖", ["S1"]),
        ("雨水井盖", ["S1"]),
        ("井盖 东昌路", ["S1"]),
        ("东昌路 路灯", []),
        ("井", ["S1"]),
        ("湖", ["S3"]),
        ("2611210007", ["S2"]),
        ("261121", ["S2"]),
        ("1210007", []),
        ("dc26", ["S3"]),
        ("LAMP", ["S3"]),
        ("s", ["S1", "S2", "S3"]),
        ("or", []),
        ("not", []),
        ("灯路", []),
    ],
)
def test_what_holds_every_term_is_found(words: str, codes: list[str]) -> None:
    assert found(words) == codes


@pytest.mark.django_db
@pytest.mark.usefixtures("filled")
def test_the_index_follows_every_change() -> None:
    Permit.objects.filter(code="S1").update(search=document("路灯"))
    assert (found("井盖"), found("路灯")) == ([], ["S1", "S2"])
    Permit.objects.filter(code="S2").delete()
    assert found("路灯") == ["S1"]


@pytest.mark.django_db
@pytest.mark.usefixtures("filled")
def test_a_short_number_is_no_beginning_and_the_newest_can_be_asked_for() -> None:
    Permit.objects.filter(code="S1").update(search=document("路灯 26 号"))
    assert found("26") == ["S1"]
    newest = Permit.objects.filter(match(Permit, terms("路灯"), newest=1))
    codes = sorted(newest.values_list("code", flat=True))
    if connection.vendor == "sqlite":
        assert codes == ["S2"]
        assert reaches(Permit, terms("路灯"), 2)
    else:
        assert codes == ["S1", "S2"]
    assert not reaches(Permit, terms("路灯"), 3)
