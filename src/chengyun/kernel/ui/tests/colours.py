"""The tokens as numbers: values per theme and the contrast of two colours (WCAG 2.2)."""

from __future__ import annotations

import re
from pathlib import Path

import chengyun.kernel.ui

CSS = Path(chengyun.kernel.ui.__file__).parent / "static" / "ui"
THEMES = ("light", "dark", "wall")
_BLOCKS = {
    "light": r":root \{",
    "dark": r'\[data-theme="dark"\] \{',
    "wall": r'\[data-theme="wall"\] \{',
}


def tokens(theme: str) -> dict[str, str]:
    """Name and value of every token in a theme; what it leaves out is as in light."""
    text = re.sub(r"/\*.*?\*/", "", (CSS / "tokens.css").read_text(encoding="utf-8"), flags=re.S)
    found = _block(text, "light")
    return found if theme == "light" else found | _block(text, theme)


def _block(text: str, theme: str) -> dict[str, str]:
    start = re.search(_BLOCKS[theme], text)
    assert start, theme
    body = text[start.end() : text.index("\n}", start.end())]
    return {name: value.strip() for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", body)}


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
