"""Play the plan: every act at its own moment, by the person whose step it is, through the same verbs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chengyun.city.cases.models import Case, Discovery, FilingCondition
from chengyun.city.cases.queries import conditions_of
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.discoveries import confirm
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.inspections.services import NewFinding, record_finding
from chengyun.city.people.models import User
from chengyun.demo.build.folk import Folk
from chengyun.demo.build.shelf import Shelf
from chengyun.demo.scenario.planned import Event, PlannedCase, PlannedFinding, Scenario
from chengyun.demo.scenario.texts import TOPICS
from chengyun.demo.words.topic import Topic
from chengyun.kernel import clock

BY_KEY = {topic.key: topic for topic in TOPICS}
REASONED = (
    "refuse", "decline", "rework", "check_fail", "suspend", "void", "redo", "supervise",
    "ask_return", "ask_extension", "ask_suspend", "ask_void", "ask_appeal", "refuse_extension",
    "refuse_appeal",
)  # fmt: skip
# verb -> the fact its planned words go into; others take a note
WORDS = {
    **dict.fromkeys(REASONED, "reason"),
    **dict.fromkeys(("handle", "rectify"), "result"),
    "reply": "reply",
    "invite": "task",
}
SHOWING = {
    "verify": False,
    "guard": False,
    "check_fail": False,
    "handle": True,
    "check_pass": True,
    "rectify": True,
}
DESKS = {
    **dict.fromkeys(("accept", "refuse", "ask_verify", "pass"), "operator"),
    **dict.fromkeys(("grant_appeal", "refuse_appeal"), "operator"),
    **dict.fromkeys(("file", "decline", "close", "void", "suspend", "resume"), "supervisor"),
    **dict.fromkeys(("grant_extension", "refuse_extension"), "supervisor"),
    **dict.fromkeys(("dispatch", "feed_back", "rework", "rush", "name_owner"), "dispatcher"),
    **dict.fromkeys(("return", "grant_suspend", "ask_void", "review_appeal"), "dispatcher"),
    **dict.fromkeys(("supervise", "urge"), "leader"),
    **dict.fromkeys(("clear", "redo"), "evaluator"),
}
FIELD_VERBS = ("verify", "check_pass", "check_fail")

Act = tuple[datetime, Callable[[], None]]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the play needs at hand. ``codes`` are those of the assets, in the order of the plan."""

    folk: Folk
    shelf: Shelf
    codes: tuple[str, ...]
    conditions: dict[str, FilingCondition] = field(default_factory=dict)

    def condition(self, topic: Topic, case: Case) -> FilingCondition:
        """The condition a topic is filed under."""
        if topic.key not in self.conditions and case.case_class:
            rows = conditions_of(case.case_class, case.area)
            self.conditions[topic.key] = next(r for r in rows if topic.condition in r.text)
        return self.conditions[topic.key]


@dataclass(kw_only=True)
class Played:
    """One planned case while it is played."""

    stage: Stage
    planned: PlannedCase
    number: str = ""
    case: Case | None = None
    crew: str = ""
    discovery: Discovery | None = None

    def report(self) -> None:
        p, folk = self.planned, self.stage.folk
        if self.discovery:
            self.case = confirm(self.discovery, by=folk.accounts["operator"])
            return
        own = p.source == "inspector"
        desk = folk.accounts["leader" if p.on_walk else "operator"]
        by = folk.inspectors[p.inspector] if own else desk
        topic = BY_KEY[p.topic]
        new = NewCase(
            source=p.source,
            description=p.text,
            lon=p.spot.lon,
            lat=p.spot.lat,
            class_code=topic.class_code if own else "",
            address=p.spot.address,
            asset=self.stage.codes[p.asset] if p.asset >= 0 else "",
            reporter_name=p.reporter_name,
            reporter_phone=p.reporter_phone,
            number=self.number if p.source == "hotline" else "",
            photos=[self.stage.shelf.lend(topic.photo, p.photo, False, by)]
            if self.pictured
            else [],
            on_the_spot=p.simple,
            after=[self.stage.shelf.lend(topic.photo, p.photo, True, by)] if p.simple else [],
            simulated=True,
        )
        self.case = open_case(new, by=by)

    @property
    def pictured(self) -> bool:
        """Inspectors always take a picture, callers have none, others sometimes."""
        return self.planned.source == "inspector" or (
            self.planned.source not in ("hotline", "leader") and self.planned.photo % 2 == 0
        )

    def taking(self, event: Event) -> Callable[[], None]:
        return lambda: self.take(event)

    def take(self, event: Event) -> None:
        assert self.case is not None
        self.crew = event.unit or self.crew
        by = self.actor(event.verb)
        act(self.case, event.verb, self.facts(event, by, self.case), by=by)

    def actor(self, verb: str) -> User:
        folk = self.stage.folk
        if verb in FIELD_VERBS:
            return folk.inspectors[self.planned.inspector]
        desk = folk.accounts.get(DESKS.get(verb, ""))
        may_feed_back = verb not in ("feed_back", "rework") or (desk and desk.may("case.feed_back"))
        return desk if desk and may_feed_back else folk.crews[self.crew]

    def facts(self, event: Event, by: User, case: Case) -> dict[str, Any]:
        topic, verb = BY_KEY[self.planned.topic], event.verb
        facts: dict[str, Any] = {WORDS.get(verb, "note"): event.text} if event.text else {}
        facts |= dict(event.facts)
        if "helpers" in facts:
            facts["helpers"] = [self.stage.folk.units[facts["helpers"]].code]
        if verb in SHOWING:
            again, fixed = case.reworks > 0, SHOWING[verb]
            shown = self.stage.shelf.lend(topic.photo, self.planned.photo, fixed, by, again=again)
            facts["photos"] = [shown.pk]
        if verb in ("ask_verify", "feed_back"):
            facts["inspector"] = self.stage.folk.inspectors[self.planned.inspector].username
        if verb == "verify":
            facts["verdict"] = "true" if event.found else "false"
        if verb in ("dispatch", "rush"):
            facts["unit"] = self.stage.folk.units[event.unit].code
        if verb in ("accept", "file", "rush"):
            facts["class"] = topic.class_code
        if verb == "file":
            facts["condition"] = self.stage.condition(topic, case).pk
        return facts


@dataclass(kw_only=True)
class PlayedFinding:
    """One planned finding while it is played."""

    stage: Stage
    planned: PlannedFinding
    number: int
    case: Case | None = None

    def report(self) -> None:
        p, folk = self.planned, self.stage.folk
        by = folk.accounts["evaluator"]
        new = NewFinding(
            field=p.field,
            description=p.text,
            place=p.spot.address,
            lon=p.spot.lon,
            lat=p.spot.lat,
            unit=folk.units[p.unit],
            due=p.due,
            photos=(self.stage.shelf.lend(p.photo, self.number, False, by),),
        )
        self.case = record_finding(new, by=by).case

    def taking(self, event: Event) -> Callable[[], None]:
        return lambda: self.take(event)

    def take(self, event: Event) -> None:
        assert self.case is not None
        folk = self.stage.folk
        by = folk.accounts["evaluator"] if event.verb in DESKS else folk.crews[self.planned.unit]
        facts: dict[str, Any] = {WORDS.get(event.verb, "note"): event.text} if event.text else {}
        if event.verb in SHOWING:
            again, shelf = self.case.reworks > 0, self.stage.shelf
            photo = shelf.lend(self.planned.photo, self.number, True, by, again=again)
            facts["photos"] = [photo.pk]
        act(self.case, event.verb, facts, by=by)


def acts_of(
    stage: Stage, scenario: Scenario, then: Callable[[Played, int], Iterable[Act]]
) -> Iterator[Act]:
    """Reports and events of all cases and findings, each to be called at its moment; ``then``: what follows a case."""
    for number, planned in enumerate(scenario.cases, start=1):
        day = planned.reported_at.astimezone(scenario.now.tzinfo)
        case = Played(stage=stage, planned=planned, number=f"RX{day:%y%m%d}{number:05d}")
        yield planned.reported_at, case.report
        for event in planned.events:
            yield event.at, case.taking(event)
        yield from then(case, number)
    for number, found in enumerate(scenario.findings):
        finding = PlayedFinding(stage=stage, planned=found, number=number)
        yield found.found_at, finding.report
        for event in found.events:
            yield event.at, finding.taking(event)


def play(acts: list[Act], told: Callable[[int], None]) -> None:
    """Call every act in order of time, the clock standing at its moment; ``told`` hears how many are done."""
    for done, (at, call) in enumerate(sorted(acts, key=lambda act: act[0]), start=1):
        with clock.at(at):
            call()
        told(done)
