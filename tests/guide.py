"""The blocks of code in the chapters of the guide on devices: commands to run, files and answers that are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tools.install import ROOT

GUIDE = ROOT / "docs" / "guide"
CHAPTERS = ("monitoring", "decode", "fences")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of a chapter under its heading; ``number`` counts those of one language there, from 1."""

    chapter: str
    heading: str
    language: str
    number: int
    text: str

    @property
    def name(self) -> str:
        """decode 解读设备报文 sh 2."""
        return f"{self.chapter} {self.heading} {self.language} {self.number}"


def words_of(chapter: str) -> str:
    """A chapter without its blocks."""
    return FENCE.sub("", _text(chapter))


def _text(chapter: str) -> str:
    return (GUIDE / f"{chapter}.md").read_text("utf-8")


def _blocks_of(chapter: str) -> Iterator[Block]:
    text, many = _text(chapter), Counter[str]()
    for found in FENCE.finditer(text):
        heading = re.findall(r"^#+ (.+)$", FENCE.sub("", text[: found.start()]), re.M)[-1]
        many[heading + found[1]] += 1
        number = many[heading + found[1]]
        yield Block(
            chapter=chapter, heading=heading, language=found[1], number=number, text=found[2]
        )


BLOCKS = [block for chapter in CHAPTERS for block in _blocks_of(chapter)]


def shown(name: str) -> str:
    """A file or an answer as the guide shows it."""
    return next(block.text for block in BLOCKS if block.name == name)
