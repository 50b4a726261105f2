"""What the reports say: real messages of citizens where they are at hand, else the demo's own words."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chengyun.demo.scenario.texts import TOPICS, citizen_words
from chengyun.demo.words.topic import Topic
from chengyun.kernel.search import terms

MESSAGES = Path("complaints_zh") / "messages_labelled_train.csv.gz"
OURS = ("城乡建设", "环境保护", "交通运输")
LONGEST = 4000
OWN = "演示城市自己的话"
REAL = "真实留言"

VOCABULARY = {
    topic.key: frozenset(terms("。".join((*topic.seen, *topic.told)))) for topic in TOPICS
}


@dataclass(frozen=True, kw_only=True)
class Message:
    """One report in words, and what it is about."""

    text: str
    topic: Topic


def messages(folder: Path, count: int, rng: random.Random) -> tuple[str, list[Message]]:
    """Where the words come from, and ``count`` of them."""
    path = folder / MESSAGES
    if not path.is_file():
        return OWN, [_own(n, rng) for n in range(count)]
    texts = list(_real(path))
    chosen = [texts[n % len(texts)] for n in range(count)]
    return REAL, [Message(text=text, topic=topic_of(text, n)) for n, text in enumerate(chosen)]


def topic_of(text: str, turn: int) -> Topic:
    """The topic that shares most words with a text; ``turn`` decides between those that share as many."""
    said = frozenset(terms(text))
    most = max(len(said & words) for words in VOCABULARY.values())
    near = [topic for topic in TOPICS if len(said & VOCABULARY[topic.key]) == most]
    return near[turn % len(near)]


def _own(turn: int, rng: random.Random) -> Message:
    topic = TOPICS[turn % len(TOPICS)]
    return Message(text=citizen_words(topic, "东昌路", rng), topic=topic)


def _real(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["has_raw"] == "1" and row["label_l1"] in OURS:
                yield f"{row['title'].strip()}。{row['body'].strip()}"[:LONGEST].replace("\x00", "")
