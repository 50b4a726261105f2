"""The cases of the day and who works on them: every step by one of many, at its moment on the fast clock."""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bench._day_line import BadLine
from chengyun.demo.drive.cases import DESKS, Driven
from chengyun.demo.drive.crowd import LOGIN, Crowd
from chengyun.demo.drive.door import Answer, Line, Person
from chengyun.demo.drive.tally import Tally
from chengyun.kernel import clock

BY_HAND = 25.0
"""Minutes between two steps, on average."""
SLOW = 0.04
"""Of the steps that handle, so many take hours: their limits pass."""
BOTH = 0.02
"""Of the cases to be dispatched, so many are taken up by two desks at once."""
ACCIDENTS = 0.03
BEFORE_THE_LIMIT = ("ask_extension", "ask_suspend")
LUNCH = timedelta(hours=4)
REPORTS_UNTIL = timedelta(hours=7)


@dataclass(kw_only=True)
class Day:
    """What all share: the people, their logins, the ledger of what was sent, and one lock for it."""

    url: str
    people: dict[str, list[str]]
    crews: dict[str, str]
    tally: Tally = field(default_factory=Tally)
    password: str
    heads: dict[str, tuple[datetime, dict[str, str]]] = field(default_factory=dict)
    accidents: Counter[str] = field(default_factory=Counter)
    told: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    races: Counter[tuple[int, ...]] = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.RLock)

    def head_of(self, username: str) -> dict[str, str]:
        """Somebody's login; after lunch they log in again."""
        with self.lock:
            since, head = self.heads.get(username, (clock.now() - LUNCH, {}))
            if clock.now() - since < LUNCH:
                return head
            self.tally.asked[LOGIN] += 1
            head = Person(Line(self.url), username, self.password).head
            self.heads[username] = clock.now(), head
            self.tally.acts[LOGIN] += 1
            return head


class Hands(Crowd):
    """What one thread works with: a bad line of its own, and the logins of all."""

    def __init__(self, day: Day, rng: random.Random) -> None:
        super().__init__(day.url, day.tally)
        self.line: Line = BadLine(day.url, rng, ACCIDENTS, day.accidents)
        self.day = day

    def person(self, username: str) -> Person:
        found = Person(self.line)
        found.username, found.head = username, self.day.head_of(username)
        return found


@dataclass(kw_only=True)
class DayCase(Driven):
    """One report of the day; ``unit`` is the code of the unit that has it."""

    day: Day
    step: int = 0

    def report(self) -> bool:
        own = self.source == "inspector"
        by = self.crowd.person(self.inspector if own else self.desk("operator"))
        self.body = self._words(by)
        return self._ask("case.report", by, "/cases", self.body)

    def take(self, verb: str) -> bool:
        """As whoever drives does, but with a key, and now and then by two desks at once."""
        by = self.actor(verb)
        seen = by.get(f"/cases/{self.code}")
        offered = [step["verb"] for step in seen.body.get("verbs", ())] if seen.done else []
        if verb not in offered:
            with self.day.lock:
                if verb in BEFORE_THE_LIMIT and seen.body["late"]:
                    self.day.accidents["asked for time too late"] += 1
                    return False
                after = self.taken[-1:] or ["report"]
                self.crowd.tally.complain(
                    f"{self.code}: {by.username} is not offered {verb} after {after[0]}"
                    f" in {seen.body.get('state')}, but {offered}"
                )
            return False
        facts = {**self.facts(verb, by, seen.body), "version": seen.body["version"]}
        self.taken.append(verb)
        if verb == "dispatch" and self.rng.random() < BOTH:
            return self._both(facts)
        return self._ask(f"case.{verb}", by, f"/cases/{self.code}/{verb}", facts)

    def actor(self, verb: str) -> Person:
        if verb in ("verify", "check_pass", "check_fail"):
            return self.crowd.person(self.inspector)
        again = verb == "grant_extension" and verb in self.taken
        role = "leader" if again else DESKS.get(verb)
        if role:
            return self.crowd.person(self.desk(role))
        unit = self.another() if verb == "assist_done" else self.unit
        return self.crowd.person(self.day.crews[unit])

    def desk(self, role: str) -> str:
        return self.rng.choice(self.day.people[role])

    def dispatched(self) -> str:
        others = [code for code in self.day.crews if code not in (self.unit, self.another())]
        self.unit = self.rng.choice(others)
        return self.unit

    def another(self) -> str:
        return next(iter(self.day.crews))

    def helpers(self) -> list[str]:
        return [self.another()] if self.way.helped else []

    def _ask(self, act: str, by: Person, path: str, body: dict[str, Any]) -> bool:
        with self.day.lock:
            self.crowd.tally.asked[act] += 1
        answer = by.post(path, body, key=f"{self.key}-{self.step}")
        self.step += 1
        return self._answered(act, answer)

    def _answered(self, act: str, answer: Answer) -> bool:
        with self.day.lock:
            done = self._count(act, answer)
            if done and act != "case.report":
                self._also(act.partition(".")[2], answer.body)
            if done:
                self._told(act.partition(".")[2])
            return done

    def _told(self, verb: str) -> None:
        """Who must hear of it, by our own account."""
        if verb in ("dispatch", "reassign"):
            self.day.told["case.dispatched", self.code, self.day.crews[self.unit]] += 1
        if verb == "feed_back":
            self.day.told["case.check_task", self.code, self.inspector] += 1
        if verb == "ask_verify":
            self.day.told["case.verify_task", self.code, self.inspector] += 1

    def _both(self, facts: dict[str, Any]) -> bool:
        """Two dispatchers press at the same moment: one is answered 200, the other 409."""
        with self.day.lock:
            self.crowd.tally.asked["case.dispatch"] += 1
        path = f"/cases/{self.code}/dispatch"
        ours = [self.crowd.person(name) for name in self.day.people["dispatcher"]]
        for person in ours:
            person.line = Line(self.day.url)
        with ThreadPoolExecutor(len(ours)) as desks:
            answers = list(desks.map(lambda by: by.post(path, facts), ours))
        with self.day.lock:
            self.day.races[tuple(sorted(answer.status for answer in answers))] += 1
        return self._answered("case.dispatch", min(answers, key=lambda answer: answer.status))


class Shift:
    """Works through the steps of all cases in the order of their moments."""

    def __init__(self, day: Day, cases: list[DayCase], rng: random.Random) -> None:
        self.day, self.rng = day, rng
        self.began = clock.now()
        self.ahead: list[tuple[float, int, DayCase]] = []
        for number, case in enumerate(cases):
            # What others are merged into must be there first.
            moment = rng.uniform(0, REPORTS_UNTIL.total_seconds()) if case.way.verbs else 0.0
            heapq.heappush(self.ahead, (moment, number, case))

    def work(self, hands: Hands, until: timedelta) -> None:
        """One thread: the next step that is due, until nothing is left or the day is over."""
        while (next_one := self._next(until)) is not None:
            moment, number, case = next_one
            case.crowd = hands
            more = case.report() if not case.code else case.take(case.way.verbs[len(case.taken)])
            if more and len(case.taken) < len(case.way.verbs):
                with self.day.lock:
                    later = max(moment, self._passed()) + self._pause(case)
                    heapq.heappush(self.ahead, (later, number, case))

    def _next(self, until: timedelta) -> tuple[float, int, DayCase] | None:
        while True:
            with self.day.lock:
                passed = self._passed()
                if not self.ahead or passed > until.total_seconds():
                    return None
                if self.ahead[0][0] <= passed:
                    return heapq.heappop(self.ahead)
            time.sleep(0.02)

    def _passed(self) -> float:
        return (clock.now() - self.began).total_seconds()

    def _pause(self, case: DayCase) -> float:
        hours = case.way.verbs[len(case.taken)] == "handle" and self.rng.random() < SLOW
        return self.rng.uniform(3, 6) * 3600 if hours else self.rng.expovariate(1 / BY_HAND) * 60
