"""Reports and everything that becomes of them, each step by the person whose step it is."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate

from chengyun.demo.drive.crowd import CODES, Crowd, must
from chengyun.demo.drive.door import Answer, Person
from chengyun.demo.drive.ways import Way
from chengyun.demo.drive.words import Message
from chengyun.demo.scenario.texts import TOPICS, filled, result_words
from chengyun.demo.words import people, phrases
from chengyun.demo.words.topic import Topic
from chengyun.kernel import clock

DESKS = {
    **dict.fromkeys(
        ("accept", "refuse", "ask_verify", "pass", "supplement", "merge", "split"), "operator"
    ),
    **dict.fromkeys(("ask_reporter", "take_answer", "drop_question"), "operator"),
    **dict.fromkeys(
        ("file", "hand_back", "decline", "close", "force_close", "decide"), "supervisor"
    ),
    **dict.fromkeys(("suspend", "resume", "grant_extension", "refuse_extension"), "supervisor"),
    **dict.fromkeys(("void", "grant_void", "refuse_void", "escalate", "stand_down"), "supervisor"),
    **dict.fromkeys(
        ("dispatch", "send_back", "feed_back", "rework", "rush", "reassign"), "dispatcher"
    ),
    **dict.fromkeys(("return", "refuse_return", "grant_suspend", "refuse_suspend"), "dispatcher"),
    **dict.fromkeys(("ask_void", "name_owner"), "dispatcher"),
    **dict.fromkeys(("urge", "supervise", "release"), "leader"),
    **dict.fromkeys(("verify", "check_pass", "check_fail"), "inspector"),
}
"""Who takes which verb; the others are the unit's own."""
REASONS = {
    "refuse": phrases.REFUSALS,
    "decline": phrases.DECLINED,
    "hand_back": phrases.DECLINED,
    "send_back": phrases.RETURNS,
    "ask_return": phrases.RETURNS,
    "refuse_return": phrases.RETURNS_REFUSED,
    "decide": phrases.DECIDED,
    "reassign": phrases.REASSIGNED,
    "ask_extension": phrases.EXTENSIONS,
    "refuse_extension": phrases.EXTENSIONS_REFUSED,
    "suspend": phrases.SUSPENDED,
    "ask_suspend": phrases.SUSPENDED,
    "refuse_suspend": phrases.SUSPENSIONS_REFUSED,
    "supervise": phrases.SUPERVISED,
    "release": phrases.RELEASED,
    "stand_down": phrases.STOOD_DOWN,
    "rework": phrases.REWORKS,
    "check_fail": phrases.FAILED_CHECKS,
    "force_close": phrases.FORCED,
    "ask_void": phrases.VOIDED,
    "refuse_void": phrases.VOIDS_REFUSED,
    "void": phrases.VOIDED,
}
PICTURED = {
    "verify": False,
    "guard": False,
    "handle": True,
    "check_pass": True,
    "check_fail": False,
}
LATER = 30
"""Days a 挂账 is asked for."""
SOURCES = ("inspector", "hotline", "inspector", "public", "web")
OTHERS = ("telecom", "parks")
"""Units that are sent a case by mistake, or help with it."""


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
    waiting: list[Driven]
    inspector: str = "inspector"
    unit: str = ""
    code: str = ""
    taken: list[str] = field(default_factory=list)
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
        answer = by.post(f"/cases/{self.code}/{verb}", facts)
        self.taken.append(verb)
        return self._count(f"case.{verb}", answer) and self._also(verb, answer.body)

    def actor(self, verb: str) -> Person:
        """Whose verb it is: a second extension is the leader's to grant, help is the helper's to give."""
        again = verb == "grant_extension" and verb in self.taken
        desk = "leader" if again else DESKS.get(verb)
        unit = self.another() if verb == "assist_done" else self.unit
        return self.crowd.person(desk) if desk else self.crowd.crew(unit)

    def _also(self, verb: str, seen: dict[str, Any]) -> bool:
        """What one verb did to other cases."""
        tally = self.crowd.tally
        if verb == "merge":
            tally.asked["case.join"] += 1
            tally.acts["case.join"] += 1
        for link in seen["links"] if verb == "split" else ():
            tally.asked["case.report"] += 1
            tally.acts["case.report"] += 1
            tally.states[link["code"]] = "case.reported"
        return True

    def facts(self, verb: str, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
        """What the step needs, in the words of the topic."""
        facts: dict[str, Any] = {}
        if verb in REASONS:
            facts["reason"] = filled(self.rng.choice(REASONS[verb]), self.rng)
        if verb in PICTURED:
            facts["photos"] = [self.crowd.photo(by, self.message.topic.photo, fixed=PICTURED[verb])]
        return facts | FACTS.get(verb, _nothing)(self, by, seen)

    def dispatched(self) -> str:
        """The unit of the next dispatch: where it goes on to another, first one that is not answerable."""
        wrong = bool({"return", "reassign"} & {*self.way.verbs}) and not self.unit
        self.unit = self.another() if wrong else self.message.topic.unit
        return CODES[self.unit]

    def helpers(self) -> list[str]:
        """The units asked to help, by their codes."""
        return [CODES[self.another()]] if self.way.helped else []

    def another(self) -> str:
        """A unit that is not answerable for this."""
        return next(unit for unit in OTHERS if unit != self.message.topic.unit)

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
            "on_the_spot": self.way.simple,
            "after_photos": [self.crowd.photo(by, topic.photo, fixed=True)]
            if self.way.simple
            else [],
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
    """The topic's class and condition; after 类别不对 those of another topic."""
    other = case.way.cause == "wrong_class" and "return" in case.taken
    topic = _other(case.message.topic) if other else case.message.topic
    asked = by.get(f"/classes/{topic.class_code}", area=seen["area"])
    rows = must(asked, f"没有类别 {topic.class_code}").body["conditions"]
    condition = next(row for row in rows if topic.condition in row["text"])
    return {"class": topic.class_code, "condition": condition["id"]}


def _other(topic: Topic) -> Topic:
    """A topic of another class."""
    return next(each for each in TOPICS if each.class_code != topic.class_code)


def _unit(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"unit": case.dispatched(), "helpers": case.helpers()}


def _rush(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"unit": case.dispatched(), "class": case.message.topic.class_code}


def _parent(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"into": next(one.code for one in case.waiting if not one.way.verbs)}


def _cause(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"cause": case.way.cause}


def _watch(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"watch_level": case.way.watch}


def _until(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"until": (localdate(clock.now()) + timedelta(days=LATER)).isoformat()}


def _always(**facts: Any) -> Facts:
    return lambda case, by, seen: facts


def _inspector(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"inspector": case.inspector}


def _verdict(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"verdict": "false" if case.way.untrue else "true"}


def _result(case: Driven, by: Person, seen: dict[str, Any]) -> dict[str, Any]:
    return {"result": result_words(case.message.topic, case.rng)}


FACTS: dict[str, Facts] = {
    "file": _filing,
    "dispatch": _unit,
    "reassign": _unit,
    "rush": _rush,
    "ask_return": _cause,
    "supervise": _watch,
    "suspend": _until,
    "ask_suspend": _until,
    "merge": _parent,
    "grant_extension": _always(note="同意延期，请抓紧"),
    "supplement": _always(note="已与反映人核对，位置在路口东侧公交站旁"),
    "ask_reporter": _always(question="请问在哪个路口，是路东还是路西？"),
    "take_answer": _always(answer="在路口东侧，公交站旁边"),
    "invite": _always(outsider="华兴物业前台", task="请派人到现场清理，清理完拍照。"),
    "assist_done": _always(note="已移开影响施工的绿化带护栏"),
    "name_owner": _always(owner="市政工程处"),
    "reply": _always(reply="已安排专人，今天完成"),
    "escalate": _always(grade="4", told="应急局值班室"),
    "split": _always(parts="路面积水\n路灯不亮"),
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


def source_of(way: Way, source: str) -> str:
    """Inspectors handle on the spot; who is asked something has called."""
    if way.simple:
        return "inspector"
    return "hotline" if "ask_reporter" in way.verbs else source


def prepared(
    crowd: Crowd, messages: list[Message], ways: list[Way], rng: random.Random
) -> list[Driven]:
    """The reports to be made, spread over the city and the sources."""
    places = spots(crowd)
    rng.shuffle(places)
    run = secrets.token_hex(8)
    driven: list[Driven] = []
    rows = zip(messages, ways, itertools.cycle(places), itertools.cycle(SOURCES), strict=False)
    for number, (message, way, spot, source) in enumerate(rows):
        driven.append(
            Driven(
                crowd=crowd, message=message, way=way, spot=spot, key=f"{run}-{number}", rng=rng,
                source=source_of(way, source), waiting=driven,
            )
        )  # fmt: skip
    return driven
