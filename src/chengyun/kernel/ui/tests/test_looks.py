"""Colours, icons and the rule that nothing is styled outside the style sheets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import chengyun
from chengyun.kernel import registry
from chengyun.kernel.specs import Queue, System
from chengyun.kernel.ui import icons
from chengyun.kernel.ui.tests.colours import THEMES, contrast, tokens

SOURCE = Path(chengyun.__file__).parent
SURFACES = (
    "surface-page",
    "surface",
    "surface-inset",
    "surface-hover",
    "surface-selected",
    "surface-bar",
)
LEVELS = ("red", "orange", "yellow", "blue")
LIGHTS = ("green", "amber", "red", "paused")
READABLE = [
    *((text, surface) for text in ("text", "text-soft", "text-faint") for surface in SURFACES),
    *(("accent", surface) for surface in SURFACES),
    *((f"level-{level}-on", f"level-{level}-fill") for level in LEVELS),
    *((f"level-{level}-ink", f"level-{level}-soft") for level in LEVELS),
    *((f"light-{light}-ink", f"light-{light}-soft") for light in LIGHTS),
    *(
        (f"light-{light}-ink", surface)
        for light in LIGHTS
        for surface in ("surface", "surface-selected")
    ),
    *((f"stage-{n}", "surface") for n in range(1, 8)),
    *(("stage-on", f"stage-{n}") for n in range(1, 8)),
    *((f"{tone}-on", f"{tone}-fill") for tone in ("accent", "eco", "danger", "warn")),
    *((tone, f"{tone}-soft") for tone in ("accent", "eco", "danger", "warn", "info")),
    ("text-inverse", "text"),
    ("accent-on", "accent-fill-hover"),
]
VISIBLE = [
    *(("line-control", surface) for surface in ("surface-page", "surface")),
    *(("focus", surface) for surface in SURFACES),
    *((f"series-{n}", "surface") for n in range(1, 6)),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("pairs", "least"),
    [(READABLE, 4.5), (VISIBLE, 3.0), ([("text", f"level-{level}-soft") for level in LEVELS], 7.0)],
    ids=["words", "edges and lines", "words on alarm rows"],
)
def test_pairs_of_tokens_have_contrast(
    theme: str, pairs: list[tuple[str, str]], least: float
) -> None:
    value = tokens(theme)
    weak = {pair: contrast(value[pair[0]], value[pair[1]]) for pair in pairs}
    assert not {pair: round(found, 2) for pair, found in weak.items() if found < least}


def test_every_theme_sets_every_colour() -> None:
    colours = {name for name, value in tokens("light").items() if value.startswith("#")}
    for theme in ("dark", "wall"):
        own = {name for name in colours if tokens(theme)[name] != tokens("light")[name]}
        same = colours - own
        assert all("-on" in name or "-fill" in name for name in same), same


def _files(suffix: str) -> list[Path]:
    found = (path for path in SOURCE.rglob(f"*{suffix}") if "tests" not in path.parts)
    return sorted(found)


@pytest.mark.parametrize("suffix", [".css", ".html", ".js"])
def test_no_colour_outside_the_tokens(suffix: str) -> None:
    colour = re.compile(
        r"(?<!&)#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3})\b(?![\w-])|\b(?:rgba?|hsla?|oklch)\(", re.I
    )
    found = {
        f"{path.relative_to(SOURCE)}: {match[0]}"
        for path in _files(suffix)
        if path.name != "tokens.css"
        for match in colour.finditer(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_no_style_and_no_handler_in_templates() -> None:
    inline = re.compile(
        r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*(?:src=|importmap))|hx-on|javascript:"
    )
    found = {
        f"{path.relative_to(SOURCE)}: {match[0].strip()}"
        for path in _files(".html")
        for match in inline.finditer(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_every_icon_that_is_used_exists() -> None:
    used = {
        name
        for path in _files(".html")
        for name in re.findall(r'{% icon "([\w-]+)"', path.read_text(encoding="utf-8"))
    }
    specs: list[System | Queue] = [*registry.all_of(System), *registry.all_of(Queue)]
    declared = {spec.icon for spec in specs}
    assert (used | declared) <= icons.names()


def test_every_template_says_what_it_takes() -> None:
    silent = [
        path.name
        for path in (SOURCE / "kernel/ui/templates/ui").glob("*.html")
        if not path.read_text(encoding="utf-8").startswith("{#")
    ]
    assert not silent
