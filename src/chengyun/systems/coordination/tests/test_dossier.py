"""案卷: one case as one document, with its proof, masked where it must be, and recorded."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from chengyun.city.cases.factories import drive, make_case, make_working_city, photo_bytes
from chengyun.city.cases.models import Case
from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User
from chengyun.kernel import audit
from chengyun.kernel.files import Taken, attach, store_photo
from chengyun.kernel.models import Audit, Seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


@pytest.fixture
def case(cast: Cast) -> Case:
    words = "雨水井盖不见，请打 13863512046"
    made = make_case(cast, description=words, reporter_name="孟凡荣", reporter_phone="13863512046")
    return drive(made, cast, "closed")


def read(user: User, name: str, case: Case) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(f"coordination:{name}", args=(case.code,)))


def test_the_page_holds_facts_photos_clocks_and_every_act_with_its_proof(
    cast: Cast, case: Case
) -> None:
    audit.seal_new()
    text = read(cast.supervisor, "dossier", case).content.decode()
    rows = list(Audit.objects.filter(subject_id=case.pk, subject_type="cases.case").order_by("seq"))
    for row in rows:
        assert row.hash[:12] in text
    assert rows[-1].hash in text
    assert Seal.objects.latest("pk").hash in text
    assert f"共 {len(rows)} 条记录，首尾相接，没有改动" in text
    for words in (
        case.code,
        "处置后",
        "核查",
        "市政工程处",
        "已换新井盖",
        f"{cast.supervisor.name} 打印于",
    ):
        assert words in text, words


def test_who_reported_is_named_only_to_whom_the_permission_reaches(cast: Cast, case: Case) -> None:
    clear = read(cast.supervisor, "dossier", case).content.decode()
    masked = read(cast.dispatcher, "dossier", case).content.decode()
    assert "13863512046" in clear
    assert "13863512046" not in masked
    assert "138****2046" in masked
    assert "孟凡" in clear
    assert "孟凡" not in masked


def test_it_speaks_of_photos_and_moments_as_a_record_does(cast: Cast) -> None:
    seen = datetime(2026, 1, 5, 21, 43, tzinfo=UTC)
    plain = drive(make_case(cast, seen_at=seen), cast, "closed")
    before = store_photo(photo_bytes(), "a.jpg", by=cast.inspector, taken=Taken(at=seen))
    attach(before, plain, role="before", by=cast.inspector)
    text = read(cast.supervisor, "dossier", plain).content.decode()
    assert "<dd>2026-01-06 05:43</dd>" in text
    assert "今天" not in text
    assert "处置前　2026-01-06 05:43 拍摄" in text
    assert "上传</figcaption>" in text
    assert "没有照片" not in text
    assert "上报人信息" not in text
    assert Audit.objects.filter(verb="dossier.view").latest("id").facts["clear"] is False


def test_each_look_is_recorded(cast: Cast, case: Case) -> None:
    read(cast.supervisor, "dossier", case)
    read(cast.dispatcher, "dossier_word", case)
    rows = Audit.objects.filter(verb="dossier.view").order_by("id")
    assert [(row.actor_id, row.facts) for row in rows] == [
        (cast.supervisor.pk, {"case": case.code, "form": "page", "clear": True}),
        (cast.dispatcher.pk, {"case": case.code, "form": "word", "clear": False}),
    ]
    assert audit.verify().sound


def test_the_word_file_says_the_same(cast: Cast, case: Case) -> None:
    answer = read(cast.dispatcher, "dossier_word", case)
    assert answer["Content-Disposition"].startswith("attachment")
    paper = Document(io.BytesIO(answer.content))
    said = "\n".join(p.text for p in paper.paragraphs)
    cells = "\n".join(c.text for t in paper.tables for row in t.rows for c in row.cells)
    rows = Audit.objects.filter(subject_id=case.pk, subject_type="cases.case").order_by("seq")
    assert all(row.hash[:12] in cells for row in rows)
    assert rows.last().hash in said  # type: ignore[union-attr]
    assert "138****2046" in cells
    assert "13863512046" not in said + cells
    assert len(paper.inline_shapes) == 2
    foot = "".join(p.text for p in paper.sections[0].footer.paragraphs)
    assert f"案卷 {case.code}　{cast.dispatcher.name} 打印于" in foot


def test_outside_the_scope_there_is_no_file(cast: Cast, case: Case) -> None:
    for name in ("dossier", "dossier_word"):
        assert read(cast.bob, name, case).status_code == 404
    assert not Audit.objects.filter(verb="dossier.view").exists()


def test_a_broken_chain_is_said(cast: Cast, case: Case) -> None:
    row = Audit.objects.filter(subject_id=case.pk, subject_type="cases.case").order_by("seq")[2]
    Audit.objects.filter(pk=row.pk).update(post="leader")
    assert "校验不符" in read(cast.supervisor, "dossier", case).content.decode()
