"""The figures of the indicators are those that are counted a second time, from the sentences, case by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from chengyun.city.cases.specs import Source
from chengyun.city.indicators.queries import Figure, Question, asked, chosen_wholes
from chengyun.city.indicators.services import compared, tell_lake
from chengyun.city.indicators.specs import Group, Indicator
from chengyun.city.places.factories import COMMUNITIES
from chengyun.demo.drive.ways import WAYS
from chengyun.kernel import audit, clock, registry
from chengyun.science.periods import parse
from tests.figures import counting
from tests.figures.counting import APART, COUNTS, RATES, SENTENCES, Span
from tests.figures.lives import Life
from tests.figures.played import (
    City,
    Script,
    ledger,
    make_played,
    merged,
    play,
    simple,
    strolled,
    tended,
    way,
)

# Many examples of what the tests of the indicators reach as well: their lines are counted there.
pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 8, 24, 9, tzinfo=SHANGHAI)
PERIODS = ("2026-08", "2026-09", "2026-08-27..2026-09-02", "2026-Q3")
"""The ways cross the end of August; all of them lie in the third quarter, and in none other."""
OTHER_WHOLES = {"inst_rate": "report"}
QUICK, SLOW = timedelta(minutes=6), timedelta(hours=31)
SENT = "accept file dispatch sign"
WORK = f"{SENT} handle"
CHECK = "feed_back check_pass close"
APPEAL = "ask_appeal review_appeal"
LATE = f"{SENT} +300h handle {CHECK}"
SPECIAL = (
    f"{LATE} {APPEAL} grant_appeal",
    f"{LATE} {APPEAL} refuse_appeal",
    f"{LATE} ask_appeal refuse_appeal",
    f"{LATE} +100h {APPEAL} grant_appeal",
    f"+30h accept +30h file +30h dispatch sign +300h handle feed_back +90h check_pass close {APPEAL} grant_appeal",
    f"{SENT} +300h handle rework ask_return return",
    f"{SENT} +300h handle rework ask_return return supervise",
    f"{SENT} +300h force_close {APPEAL} grant_appeal",
    f"{SENT} +300h force_close",
    f"{SENT} +300h void",
    f"{SENT} +300h",
    f"{SENT} +300h handle",
    f"{SENT} +300h handle rework sign +200h",
    f"{WORK} rework sign +300h",
    f"{WORK} rework sign +300h handle {CHECK}",
    f"{WORK} feed_back check_fail sign +300h handle {CHECK} {APPEAL} grant_appeal",
    f"{SENT} +300h reassign sign handle {CHECK}",
    f"{SENT} reassign reassign sign +300h handle {CHECK}",
    f"{SENT} suspend +40h resume +300h handle {CHECK}",
    f"{SENT} suspend +400h handle",
    f"{SENT} +300h suspend +100h",
    f"{SENT} ask_return +300h return",
    f"{SENT} ask_return +300h refuse_return +100h handle {CHECK}",
    f"{SENT} +300h ask_return return send_back file dispatch sign handle {CHECK}",
    f"{SENT} ask_extension grant_extension +300h",
    f"{SENT} ask_extension grant_extension ask_extension grant_extension +200h handle {CHECK}",
    "accept file send_back hand_back accept file send_back file",
    "accept file send_back hand_back void",
    "accept hand_back refuse",
    "rush",
    "rush +30h",
    "rush guard +30h",
    "rush guard +30h handle",
    "+30h rush +30h guard +30h handle",
    "accept +30h rush guard handle feed_back check_pass close",
    f"{SENT} ask_return return rush guard handle {CHECK}",
    "accept ask_reporter +90h",
    "ask_reporter +90h accept +90h ask_reporter take_answer",
    "ask_verify +90h verify +90h accept file +90h dispatch",
)
"""What is written after ``+`` passes in between; every other act comes six minutes after the one before."""


@pytest.fixture(autouse=True)
def lake(settings: Settings, tmp_path: Path) -> None:
    settings.FACTS = tmp_path / "facts"


@pytest.fixture
def city() -> City:
    with clock.at(BEGIN - timedelta(days=1)):
        return make_played(seed=7)


# The comparison ------------------------------------------------------------------------------------


def agree(lives: Sequence[Life], now: datetime) -> None:
    """Each number of each group and period is the same, however it is counted; else both are told."""
    found = differences(lives, now)
    assert not found, "\n".join(found)


def differences(lives: Sequence[Life], now: datetime) -> list[str]:
    with clock.at(now):
        audit.seal_new()
        tell_lake()
        assert compared().faults == ()
        return [
            line
            for key in PERIODS
            for group in registry.all_of(Group)
            for line in _compared(lives, key, group, now)
        ]


def _compared(lives: Sequence[Life], key: str, group: Group, now: datetime) -> list[str]:
    """A rate that may be counted of several wholes is counted of the last here."""
    found = asked(Question(period=parse(key), by=group), {**chosen_wholes(""), **OTHER_WHOLES})
    span, apart = span_of(key, now), APART[group.key]
    lines = []
    for indicator in registry.all_of(Indicator):
        if indicator.awaits or group.kind not in indicator.by:
            continue
        part, whole = second(indicator.key)
        mine = counting.counted(part, lives, span, apart)
        base = counting.counted(whole, lives, span, apart) if whole else Counter[str]()
        if group.only:  # departments: what no unit answers for is not of them
            mine.pop("", None)
            base.pop("", None)
        theirs = {name: told[indicator.key] for name, told in found.groups.items()}
        theirs["合计"] = found.total[indicator.key]
        mine["合计"], base["合计"] = mine.total(), base.total()
        lines += [
            f"{key} {group.key} {name or '(none)'} {indicator.key}: {shown(theirs.get(name))}, "
            f"by its sentence {(mine[name], base[name] if whole else None)}"
            for name in sorted({*mine, *base, *theirs})
            if shown(theirs.get(name)) != (mine[name], base[name] if whole else None)
        ]
    return lines


def second(key: str) -> tuple[counting.Second, counting.Second | None]:
    if key in COUNTS:
        return COUNTS[key], None
    _, part, wholes = RATES[key]
    return part, wholes[-1] if wholes else None


def shown(figure: Figure | None) -> tuple[int, int | None]:
    return (figure.part, figure.whole) if figure else (0, 0)


def span_of(key: str, now: datetime) -> Span:
    """The period by the calendar, up to now."""
    first, last = {
        "2026-08": (date(2026, 8, 1), date(2026, 8, 31)),
        "2026-09": (date(2026, 9, 1), date(2026, 9, 30)),
        "2026-08-27..2026-09-02": (date(2026, 8, 27), date(2026, 9, 2)),
        "2026-Q3": (date(2026, 7, 1), date(2026, 9, 30)),
    }[key]
    begin, end = (datetime(d.year, d.month, d.day, tzinfo=SHANGHAI) for d in (first, last))
    return Span(begin, min(end + timedelta(days=1), now))


# The tests -----------------------------------------------------------------------------------------


def test_every_indicator_is_counted_twice_from_the_same_sentence() -> None:
    told = [each for each in registry.all_of(Indicator) if not each.awaits]
    assert {each.key: each.sentence for each in told} == SENTENCES
    assert {each.key for each in registry.all_of(Group)} == set(APART)


def ways(city: City) -> Iterator[Callable[[], Script]]:
    """Every way the demo knows, once in time and once late, from all sources and places in turn."""
    sources = cycle(each.key for each in registry.all_of(Source))
    places = cycle(COMMUNITIES)
    for each in WAYS:
        for gap in (QUICK, SLOW):
            words, place = " ".join(each.verbs), next(places)
            if each.simple:
                yield partial(simple, city, place, words, gap)
            else:
                facts = {"cause": each.cause, "watch_level": each.watch}
                helped = with_a_helper(city, place) if each.helped else {}
                yield partial(way, city, next(sources), place, words, gap, **facts, **helped)


def with_a_helper(city: City, place: str) -> dict[str, Any]:
    lead, helper, *_ = city.units[place[:6]]
    return {"unit": lead.code, "helpers": [helper.code]}


def special(city: City) -> Iterator[Callable[[], Script]]:
    """What the demo has no time for: limits that pass, appeals, cases that end with another."""
    places = cycle(COMMUNITIES)
    for words in SPECIAL:
        yield partial(way, city, "hotline", next(places), words, QUICK)
    for before in ("", "accept file", "accept file dispatch sign +300h"):
        for end in (f"{WORK} {CHECK}", "accept file void", "accept file"):
            yield partial(merged, city, before, end, QUICK)
    yield partial(ledger, city, SLOW)
    yield partial(tended, city, 25)


def test_cases_of_every_way_give_the_figures_of_their_sentences(city: City) -> None:
    scripts = [*ways(city), *special(city)]
    now = play(BEGIN, [(timedelta(hours=n), make) for n, make in enumerate(scripts)])
    agree(city.watch.lives(), now)
    assert {v for each in WAYS for v in each.verbs} <= set(city.taken)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 12))]
)
def test_cases_that_go_where_they_may_give_the_figures_of_their_sentences(seed: int) -> None:
    with clock.at(BEGIN - timedelta(days=1)):
        city = make_played(seed)
    sources = cycle(each.key for each in registry.all_of(Source))
    scripts = [
        partial(strolled, city, next(sources), place, 14)
        for place in islice(cycle(COMMUNITIES), 60)
    ]
    now = play(BEGIN, [(timedelta(hours=5 * n), make) for n, make in enumerate(scripts)])
    agree(city.watch.lives(), now)
    assert city.taken.total() > 4 * city.refused.total()
