"""A week of inspections and its bulletin."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chengyun.demo.drive.crowd import CODES, Crowd, must
from chengyun.demo.drive.door import Answer, Person
from chengyun.demo.drive.tally import Figures
from chengyun.demo.drive.ways import FINDING_WAYS, spread
from chengyun.demo.scenario.texts import filled
from chengyun.demo.words.findings import FINDINGS, RECTIFIED, REDONE
from chengyun.science.weeks import week_of

LIMIT = timedelta(days=3)
LONG_AGO = 30
"""Weeks back to one that no city has a bulletin of, the demo neither."""
BULLETINS = "/evaluation/bulletins"
WHOLE = "合计"


@dataclass(kw_only=True)
class Inspected:
    """One finding and the correction of it."""

    crowd: Crowd
    field: str
    unit: str
    case: str = ""

    def record(self, body: dict[str, Any]) -> None:
        by = self.crowd.person("evaluator")
        answer = by.post("/inspections/findings", body)
        must(answer, f"督查问题没有记下来（{body['description']}）")
        tally, found = self.crowd.tally, answer.body
        self.case = found["case"]
        tally.findings[self.case] = found["field"]
        tally.states[self.case] = f"ledger.{found['case_state']}"
        tally.acts.update(("finding.record", "ledger.report", "ledger.assign"))

    def take(self, verb: str, facts: dict[str, Any]) -> bool:
        by = self.actor(verb)
        if verb == "rectify":
            facts = {**facts, "photos": [self.crowd.photo(by, "plain", fixed=True)]}
        answer = by.post(f"/cases/{self.case}/{verb}", facts)
        tally = self.crowd.tally
        if not answer.done:
            tally.complain(f"{self.case} ledger.{verb}：{answer.status} {answer.sentence}")
            return False
        tally.acts[f"ledger.{verb}"] += 1
        tally.states[self.case] = f"ledger.{answer.body['state']}"
        return True

    def actor(self, verb: str) -> Person:
        if verb == "rectify":
            return self.crowd.crew(self.unit)
        return self.crowd.person("supervisor" if verb == "void" else "evaluator")


@dataclass(kw_only=True)
class Bulletin:
    """The bulletin of the week that goes on: begun, counted again, and not to be approved before it is over.

    That one is issued is driven with a week long past, which nobody has begun.
    """

    crowd: Crowd
    today: date
    code: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    drawn: dict[str, Any] = field(default_factory=dict)

    @property
    def week(self) -> str:
        return week_of(self.today).key

    def draft(self) -> None:
        self.before = self._done("bulletin.draft", BULLETINS, {"week": self.week})
        self.code = self.before["code"]

    def count(self) -> None:
        """Read it again after the inspections; it must say that it is not finished."""
        by = self.crowd.person("evaluator")
        self.drawn = must(by.get(f"{BULLETINS}/{self.code}"), f"通报 {self.code} 打不开").body
        answer = by.post(f"{BULLETINS}/{self.code}/approve", {})
        if answer.status != 409:
            self.crowd.tally.complain(f"这一周还没有结束，通报却能审核：应答 {answer.status}")

    def issue_past(self) -> dict[str, Any]:
        week = week_of(self.today).back(LONG_AGO).key
        code = self._done("bulletin.draft", BULLETINS, {"week": week})["code"]
        self._done("bulletin.approve", f"{BULLETINS}/{code}/approve", {})
        return self._done("bulletin.issue", f"{BULLETINS}/{code}/issue", {})

    def gained(self) -> Figures:
        """What it prints by field beyond what stood there before the inspections."""
        return +(_figures(self.drawn) - _figures(self.before))

    def gained_whole(self) -> int:
        return int(self.drawn["total"]) - int(self.before["total"])

    def progressed(self, column: str) -> int:
        """By how much a column of the progress has grown in the line of all fields."""
        now, then = (_whole(body["progress"])[column] for body in (self.drawn, self.before))
        return int(now) - int(then)

    def _done(self, act: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.crowd.tally.asked[act] += 1
        answer: Answer = must(
            self.crowd.person("evaluator").post(path, body), f"通报办不了（{act}）"
        )
        self.crowd.tally.acts[act] += 1
        found: dict[str, Any] = answer.body
        return found


def _figures(body: dict[str, Any]) -> Figures:
    return Counter({figure["key"]: figure["count"] for figure in body["figures"]})


def _whole(progress: list[dict[str, Any]]) -> dict[str, Any]:
    return next(line for line in progress if line["label"] == WHOLE)


def inspect(
    crowd: Crowd, places: list[tuple[float, float]], today: date, rng: random.Random
) -> list[Inspected]:
    """Record the findings of the week and let their units correct most of them."""
    wanted = [(field, *row) for field, rows in FINDINGS.items() for row in rows]
    found: list[Inspected] = []
    for number, (way, (lon, lat)) in enumerate(
        zip(spread(FINDING_WAYS, len(wanted)), places, strict=False)
    ):
        field, unit, photo, words = wanted[number]
        one = Inspected(crowd=crowd, field=field, unit=unit)
        crowd.tally.asked.update(("finding.record", "ledger.report", "ledger.assign"))
        crowd.tally.asked.update(f"ledger.{verb}" for verb in way.verbs)
        picture = crowd.photo(crowd.person("evaluator"), photo, fixed=False)
        one.record(
            {
                "field": field,
                "description": filled(words, rng),
                "place": "东昌路",
                "lon": lon,
                "lat": lat,
                "unit": CODES[unit],
                "due": (today + LIMIT).isoformat(),
                "photos": [picture],
            }
        )
        correct(one, way.verbs, rng)
        found.append(one)
    return found


def correct(one: Inspected, verbs: tuple[str, ...], rng: random.Random) -> None:
    words = {
        "rectify": {"result": filled(rng.choice(RECTIFIED[one.field]), rng)},
        "redo": {"reason": rng.choice(REDONE)},
        "void": {"reason": "重复记录"},
    }
    for verb in verbs:
        if not one.take(verb, words.get(verb, {})):
            return
