"""Reports and everything that becomes of them, each step by the person whose step it is."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chengyun.demo.drive.crowd import CODES, Crowd, must
from chengyun.demo.drive.door import Answer, Person
from chengyun.demo.drive.ways import Way
from chengyun.demo.drive.words import Message
from chengyun.demo.scenario.texts import filled, result_words
from chengyun.demo.words import people, phrases

DESKS = {
    **dict.fromkeys(("accept", "refuse", "ask_verify"), "operator"),
    **dict.fromkeys(("file", "hand_back", "decline", "close", "void"), "supervisor"),
    **dict.fromkeys(("suspend", "resume"), "supervisor"),
    **dict.fromkeys(("dispatch", "send_back", "feed_back", "rework"), "dispatcher"),
    **dict.fromkeys(("verify", "check_pass", "check_fail"), "inspector"),
}
REASONS = {
    "refuse": phrases.REFUSALS,
    "decline": phrases.DECLINED,
    "hand_back": phrases.DECLINED,
    "send_back": phrases.RETURNS,
    "return": phrases.RETURNS,
    "suspend": phrases.SUSPENDED,
    "rework": phrases.REWORKS,
    "check_fail": phrases.FAILED_CHECKS,
    "void": phrases.VOIDED,
}
PICTURED = {"verify": False, "handle": True, "check_pass": True, "check_fail": False}
SOURCES = ("inspector", "hotline", "inspector", "public", "web")
WRONG_UNIT = "telecom"


@dataclass(kw_only=True)
class Driven:
    """One report on its way."""

    crowd: Crowd
    message: Message
    way: Way
    spot: tuple[float, float]
    source: str
    key: str
    rng: random.Random
    unit: str = ""
    code: str = ""
    body: dict[str, Any] = field(default_factory=dict)

    def report(self) -> bool:
        """Make the report; whether there is a case now."""
        by = self.crowd.person("inspector" if self.source == "inspector" else "operator")
        self.body = self._words(by)
        return self._count("case.report", by.post("/cases", self.body, key=self.key))

    def go(self) -> None:
        """Take the way's steps one after the other, up to the first that is refused."""
        for verb in self.way.verbs:
            if not self.take(verb):
                return

    def take(self, verb: str) -> bool:
        """Look at the case, find the button, press it."""
        by = self.actor(verb)
        seen = must(by.get(f"/cases/{self.code}"), f"{by.username} 看不到 {self.code}").body
        if verb not in [step["verb"] for step in seen["verbs"]]:
            self.crowd.tally.complain(
                f"{self.code}「{seen['state_label']}」：{by.username} 没有 {verb} 这个按钮"
            )
            return False
        facts = {**self.facts(verb, by, seen), "version": seen["version"]}
        return self._count(f"case.{verb}", by.post(f"/cases/{self.code}/{verb}", facts))

    def actor(self, verb: str) -> Person:
        return self.crowd.person(DESKS[verb]) if verb in DESKS else self.crowd.crew(self.unit)

    def facts(self, verb: str, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
        """What the step needs, in the words of the topic."""
        facts: dict[str, Any] = {}
        if verb in REASONS:
            facts["reason"] = filled(self.rng.choice(REASONS[verb]), self.rng)
        if verb in PICTURED:
            facts["photos"] = [self.crowd.photo(by, self.message.topic.photo, fixed=PICTURED[verb])]
        return facts | FACTS.get(verb, _nothing)(self, by, seen)

    def dispatched(self) -> str:
        """The unit of the next dispatch: where a return lies ahead, first one that is not answerable."""
        wrong = "return" in self.way.verbs and not self.unit
        self.unit = WRONG_UNIT if wrong else self.message.topic.unit
        return CODES[self.unit]

    def _words(self, by: Person) -> dict[str, Any]:
        topic, own = self.message.topic, self.source == "inspector"
        lon, lat = self.spot
        return {
            "source": self.source,
            "class": topic.class_code if own else "",
            "description": self.message.text,
            "lon": lon,
            "lat": lat,
            "photos": [self.crowd.photo(by, topic.photo, fixed=False)] if own else [],
            "reporter_name": "" if own else people.name(self.rng),
            "reporter_phone": "" if own else people.phone(self.rng),
        }

    def _count(self, act: str, answer: Answer) -> bool:
        tally = self.crowd.tally
        if not answer.done:
            tally.complain(f"{self.code or self.key} {act}：{answer.status} {answer.sentence}")
            return False
        tally.acts[act] += 1
        self.code = answer.body["code"]
        tally.states[self.code] = f"case.{answer.body['state']}"
        return True


Facts = Callable[[Driven, Person, dict[str, Any]], dict[str, Any]]


def _nothing(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {}


def _filing(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    topic = case.message.topic
    asked = by.get(f"/classes/{topic.class_code}", area=seen["area"])
    rows = must(asked, f"没有类别 {topic.class_code}").body["conditions"]
    condition = next(row for row in rows if topic.condition in row["text"])
    return {"class": topic.class_code, "condition": condition["id"]}


def _unit(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"unit": case.dispatched()}


def _inspector(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"inspector": "inspector"}


def _verdict(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"verdict": "false" if case.way.untrue else "true"}


def _result(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"result": result_words(case.message.topic, case.rng)}


FACTS: dict[str, Facts] = {
    "file": _filing,
    "dispatch": _unit,
    "ask_verify": _inspector,
    "feed_back": _inspector,
    "verify": _verdict,
    "handle": _result,
}


def spots(crowd: Crowd) -> list[tuple[float, float]]:
    """Where things stand in the city: positions out of its register of parts."""
    asked = crowd.person("inspector").get("/assets", limit=500)
    rows = must(asked, "部件列表打不开").body["items"]
    return [(row["lon"], row["lat"]) for row in rows]


def prepared(
    crowd: Crowd, messages: list[Message], ways: list[Way], rng: random.Random
) -> list[Driven]:
    """The reports to be made, spread over the city and the sources."""
    places = spots(crowd)
    rng.shuffle(places)
    run = secrets.token_hex(8)
    rows = zip(messages, ways, itertools.cycle(places), itertools.cycle(SOURCES), strict=False)
    return [
        Driven(
            crowd=crowd, message=message, way=way, spot=spot, source=source,
            key=f"{run}-{number}", rng=rng,
        )
        for number, (message, way, spot, source) in enumerate(rows)
    ]  # fmt: skip
