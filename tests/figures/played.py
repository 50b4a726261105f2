"""A city of two districts whose cases take every way there is, one act at a time, in the order of time."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from chengyun.city.cases import queries
from chengyun.city.cases.factories import make_working_city, photo_bytes
from chengyun.city.cases.models import Case, FilingCondition
from chengyun.city.cases.services.acting import act
from chengyun.city.cases.services.deadlines import sweep
from chengyun.city.cases.services.opening import NewCase, open_case
from chengyun.city.cases.services.resuming import resume_due
from chengyun.city.people.factories import DISTRICT, OTHER_DISTRICT, Cast, make_user
from chengyun.city.people.models import Unit, User
from chengyun.city.people.services.units import add_unit
from chengyun.city.places.factories import COMMUNITIES, centre_of
from chengyun.kernel import clock, workflow
from chengyun.kernel.errors import Refusal
from chengyun.kernel.files import store_photo
from chengyun.kernel.specs import Step
from tests.figures.lives import Watch

CLASSES = ("P0103", "P0201", "E0101", "E0102")
SECOND = timedelta(seconds=1)


@dataclass
class City:
    """Who works there, who watches, and the dice."""

    cast: Cast
    units: dict[str, list[Unit]]
    people: list[User]
    watch: Watch
    dice: random.Random
    photo: bytes = field(default_factory=photo_bytes)
    refused: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)

    def report(self, source: str, community: str, **more: Any) -> Case:
        """A report of anybody; the inspector reports himself."""
        lon, lat = centre_of(community)
        by = self.cast.inspector if source == "inspector" else None
        new = {
            "description": "路面有一处问题",
            "class_code": self.dice.choice(CLASSES),
            "reporter_phone": "" if by else "13900002046",
            **more,
        }
        case = open_case(NewCase(source=source, lon=lon, lat=lat, **new), by=by)
        self.watch.look()
        return case

    def simple(self, community: str) -> Case:
        """A case the inspector has handled on the spot."""
        photos = [store_photo(self.photo, "现场.jpg", by=self.cast.inspector) for _ in range(2)]
        return self.report(
            "inspector", community, on_the_spot=True, photos=photos[:1], after=photos[1:]
        )

    def take(self, case: Case, verb: str, **facts: Any) -> bool:
        """One verb by whoever may, else by the city itself; False when it was refused."""
        case.refresh_from_db()
        steps = [step for step in workflow.open_steps(case) if step.verb == verb]
        if not steps:
            self.refused[verb] += 1
            return False
        by = next((p for s in steps for p in self.people if queries.may_take(p, case, s)), None)
        try:
            act(case, verb, self._facts(case, by) | facts, by=by)
        except Refusal:
            self.refused[verb] += 1
            return False
        self.taken[verb] += 1
        self.watch.look()
        return True

    def _facts(self, case: Case, by: User | None) -> dict[str, Any]:
        """Whatever any verb may need."""
        condition = self._condition(case)
        cause = self.dice.choice(("wrong_unit", "wrong_class", "unclear", "cannot"))
        return {
            "reason": "见说明", "result": "已处置", "verdict": "true", "cause": cause,
            "class": condition.case_class.code, "condition": condition.pk,
            "unit": self._unit(case).code, "note": "见说明", "reply": "今天办好",
            "photos": [store_photo(self.photo, "现场.jpg", by=by).pk],
            "until": (localdate(clock.now()) + timedelta(days=self.dice.randint(1, 6))).isoformat(),
            "grade": "4", "told": "应急局值班室", "owner": "市政工程处", "outsider": "物业前台",
            "task": "请修好", "question": "在哪一侧？", "answer": "路东", "parts": "积水\n灯不亮",
            "watch_level": self.dice.choice(("watch", "key_watch")), "into": self._parent(case),
        }  # fmt: skip

    def _unit(self, case: Case) -> Unit:
        """Another one than the one that has it, and than the one that gave it back."""
        last = queries.last_return(case)
        not_these = {case.unit_id, last.unit_id if last else None}
        choice = [unit for unit in self.units[case.district] if unit.pk not in not_these]
        return self.dice.choice(choice)

    def _condition(self, case: Case) -> FilingCondition:
        last = queries.last_return(case)
        codes = [c for c in CLASSES if not (last and last.case_class and last.case_class.code == c)]
        found = queries.class_named(self.dice.choice(codes), case.area)
        return self.dice.choice(queries.conditions_of(found, case.area))

    def _parent(self, case: Case) -> str:
        rows = Case.objects.filter(district=case.district, open=True, workflow=case.workflow)
        found = rows.exclude(pk=case.pk).exclude(state="merged").order_by("pk").first()
        return found.code if found else ""


def make_played(seed: int) -> City:
    """Three units in each district, and two inspectors."""
    cast = make_working_city()
    units = {DISTRICT: [cast.crew], OTHER_DISTRICT: [cast.other_crew]}
    for district, known in units.items():
        for code, name in (("YL", "园林处"), ("HW", "环卫处")):
            unit = add_unit(
                f"{district}-{code}",
                name,
                kind="department",
                area=district,
                parent=cast.bureau,
                by=None,
            )
            make_user(f"crew-{district}-{code.lower()}", f"{name}队员", "department", unit)
            known.append(unit)
    make_user("inspector-2", "余海涛", "inspector", cast.centre)
    people = list(User.objects.filter(is_active=True).order_by("pk"))
    return City(cast, units, people, Watch(), random.Random(seed))


# Scripts -------------------------------------------------------------------------------------------

Script = Iterator[timedelta]
"""Acts, and how long it is until the next."""


def play(begin: datetime, scripts: list[tuple[timedelta, Callable[[], Script]]]) -> datetime:
    """Play all scripts beside each other, each from its own start; the moment after the last act."""
    line: list[tuple[datetime, int, Script]] = []
    started = [(begin + start, n, make) for n, (start, make) in enumerate(scripts)]
    for moment, n, make in started:
        heapq.heappush(line, (moment, n, make()))
    now = begin
    while line:
        due, n, script = heapq.heappop(line)
        now = max(due, now + SECOND)  # each act has a moment of its own
        with clock.at(now):
            gap = next(script, None)
        if gap is not None:
            heapq.heappush(line, (now + gap, n, script))
    return now + SECOND


def way(
    city: City, source: str, community: str, words: str, gap: timedelta, **facts: Any
) -> Script:
    """A report that takes these verbs, one after the other; ``+31h`` is 31 hours more."""
    case = city.report(source, community)
    yield gap
    yield from along(city, case, words, gap, **facts)


def along(city: City, case: Case, words: str, gap: timedelta, **facts: Any) -> Script:
    for word in words.split():
        if word.startswith("+"):
            yield timedelta(hours=int(word[1:-1]))
            continue
        city.take(case, word, **facts)
        yield gap


def simple(city: City, community: str, words: str, gap: timedelta) -> Script:
    """The same of a case that was handled on the spot."""
    case = city.simple(community)
    yield gap
    yield from along(city, case, words, gap)


def merged(city: City, before: str, end: str, gap: timedelta) -> Script:
    """Two cases of one place, the second of which goes into the first."""
    parent = city.report("hotline", COMMUNITIES[0])
    yield SECOND
    child = city.report("web", COMMUNITIES[0])
    yield gap
    yield from along(city, child, before, gap)
    city.take(child, "merge", into=parent.code)
    yield gap
    yield from along(city, parent, end, gap)


def ledger(city: City, gap: timedelta) -> Script:
    """An entry of another kind, which no indicator counts."""
    unit, due = city.units[DISTRICT][0], localdate(clock.now()) + timedelta(days=2)
    case = city.report(
        "inspection", COMMUNITIES[0], type="ledger", class_code="", unit=unit, due=due
    )
    yield gap
    yield from along(city, case, "rectify clear", gap)


def tended(city: City, days: int) -> Script:
    """What the city does by itself, twice a day: it tells of limits and takes up what was put aside."""
    for _ in range(2 * days):
        sweep()
        resume_due()
        city.watch.look()
        yield timedelta(hours=12)


# A walk at random ----------------------------------------------------------------------------------

RARE = ("refuse", "decline", "void", "merge", "force_close", "grant_void", "escalate", "split")


def weight(step: Step) -> float:
    """How much likelier a step is: the straight way before all others, what ends a case least."""
    return 8 if step.primary else 0.4 if step.verb in RARE else 1.5


def strolled(city: City, source: str, community: str, steps: int) -> Script:
    """Any step that is open, at any time: now after minutes, now after days."""
    case = city.report(source, community)
    yield city.dice.choice(GAPS)
    for _ in range(steps):
        case.refresh_from_db()
        here = workflow.open_steps(case)
        if not here:
            return
        step = city.dice.choices(here, [weight(each) for each in here])[0]
        city.take(case, step.verb)
        yield city.dice.choice(GAPS)


GAPS = (
    timedelta(minutes=4), timedelta(minutes=7), timedelta(minutes=25), timedelta(hours=3), timedelta(hours=40),
    timedelta(days=5),
)  # fmt: skip
