"""Put words together: what an inspector writes, what a citizen says."""

import random
import re

from chengyun.demo.words.events import EVENTS
from chengyun.demo.words.parts import PARTS
from chengyun.demo.words.phrases import CLOSINGS, INSPECTOR_CLOSINGS, OPENINGS
from chengyun.demo.words.topic import Topic

TOPICS = (*PARTS, *EVENTS)
SLOT = re.compile(r"\{(n|cm|m|days)\}")
RANGES = {"n": (2, 6), "cm": (12, 70), "m": (5, 40), "days": (2, 9)}


def filled(words: str, rng: random.Random) -> str:
    """The words with every slot filled on its own."""
    return SLOT.sub(lambda found: str(rng.randint(*RANGES[found[1]])), words)


def inspector_words(topic: Topic, rng: random.Random) -> str:
    """An inspector has the place from the map and writes only what is wrong."""
    return f"{filled(rng.choice(topic.seen), rng)}{rng.choice(INSPECTOR_CLOSINGS)}"


def citizen_words(topic: Topic, road: str, rng: random.Random) -> str:
    """A citizen names the road rather than the distance to the next crossing."""
    told = filled(rng.choice(topic.told), rng)
    place = f"{road}上，" if not told.startswith(("路", "马路")) else f"{road}这边，"
    return f"{rng.choice(OPENINGS)}{place}{told}{rng.choice(CLOSINGS)}"


def result_words(topic: Topic, rng: random.Random) -> str:
    return f"{filled(rng.choice(topic.done), rng)}。"
