"""Documents that are written by a command are current, and what they point at exists."""

import re
from pathlib import Path

import pytest

from tools import decisions, guide_shots, guide_tables

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
)


def test_the_index_of_decisions_is_current() -> None:
    assert decisions.PAGE.read_text(encoding="utf-8") == decisions.index()


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted(decisions.FOLDER.glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{name} points at {target}"


def test_what_coverage_names_exists() -> None:
    rows = (ROOT / "docs" / "coverage.md").read_text("utf-8").splitlines()
    rows = [row for row in rows if re.match(r"\| R\d{3} ", row)]
    assert rows
    for row in rows:
        name, _, places, tests = row[2:6], *row.rsplit("|", 3)[:-1]
        assert "**Working.**" in row or ("**Partly.**" in row and "Missing:" in row), name
        for path in re.findall(r"`([^`:]+)`", places):
            assert (ROOT / path).is_file(), f"{name} {path}"
        shown = re.findall(r"`([^`:]+)::(\w+)`", tests)
        assert shown, name
        for path, test in shown:
            assert f"def {test}(" in (ROOT / path).read_text("utf-8"), f"{name} {path}::{test}"


def test_the_tables_of_the_guide_are_those_of_the_program() -> None:
    for page in guide_tables.PAGES:
        text = page.read_text(encoding="utf-8")
        assert guide_tables.filled(text) == text, "python -m tools.guide_tables"


def test_pictures_of_the_guide_are_small_and_used() -> None:
    pictures = sorted((ROOT / "docs" / "guide" / "pictures").glob("*.png"))
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "docs" / "guide").glob("*.md"))
    assert {picture.stem for picture in pictures} == {shot.name for shot in guide_shots.SHOTS}
    assert sum(picture.stat().st_size for picture in pictures) <= 4 * 1024 * 1024
    for picture in pictures:
        assert picture.stat().st_size <= 200 * 1024, picture.name
        assert f"](pictures/{picture.name})" in pages, picture.name


def test_every_chapter_is_in_the_contents() -> None:
    folder = ROOT / "docs" / "guide"
    contents = (folder / "README.md").read_text("utf-8")
    for chapter in folder.glob("*.md"):
        assert chapter.name == "README.md" or f"({chapter.name})" in contents, chapter.name
