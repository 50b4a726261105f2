"""The plan of the demo: its size, its rhythm, its queue, and that it is the same every time."""

import random
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import shapely

from chengyun.demo.build.seeing import BOXES
from chengyun.demo.geometry.drawn import DrawnCity
from chengyun.demo.photos.album import VARIANTS
from chengyun.demo.photos.scenes import KINDS
from chengyun.demo.scenario.pending import QUEUE
from chengyun.demo.scenario.plan import DAYS, plan
from chengyun.demo.scenario.planned import Scenario
from chengyun.demo.scenario.texts import TOPICS, citizen_words, inspector_words
from chengyun.demo.scenario.watching import KINDS as PICTURED
from chengyun.demo.scenario.watching import WAITING
from chengyun.demo.words import people
from chengyun.demo.words.findings import FINDINGS
from chengyun.science.calendars import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 15, 20, tzinfo=ZONE)
BODIES = {body.key for body in people.BODIES}


@pytest.fixture(scope="module")
def scenario(city: DrawnCity) -> Scenario:
    return plan(city, NOW, Calendar())


def test_the_days_are_filled(scenario: Scenario) -> None:
    days = Counter(case.reported_at.astimezone(ZONE).date() for case in scenario.cases)
    assert len(days) >= DAYS
    assert 12 <= sum(days.values()) / len(days) <= 18
    week = Counter(case.reported_at.astimezone(ZONE).weekday() for case in scenario.cases)
    assert week[0] > week[5] > week[6]


def test_assets_are_5000_of_20_kinds_inside_the_city(scenario: Scenario, city: DrawnCity) -> None:
    assert len(scenario.assets) == 5000
    assert len({asset.type for asset in scenario.assets}) == 20
    whole = city.areas[0].shape
    shapely.prepare(whole)
    for asset in scenario.assets:
        assert shapely.contains_xy(whole, asset.spot.lon, asset.spot.lat)
    assert {asset.owner for asset in scenario.assets} <= BODIES


def test_events_follow_the_report_in_order_and_never_lie_ahead(scenario: Scenario) -> None:
    for case in scenario.cases:
        moments = [case.reported_at, *(event.at for event in case.events)]
        assert moments == sorted(moments)
        assert moments[-1] <= NOW
        if case.asset >= 0:
            assert scenario.assets[case.asset].spot == case.spot
    reports = [case.reported_at for case in scenario.cases]
    assert reports == sorted(reports)


def test_most_cases_close_and_some_take_every_other_way(scenario: Scenario) -> None:
    last = Counter(case.events[-1].verb if case.events else "report" for case in scenario.cases)
    assert last["close"] > 0.8 * len(scenario.cases)
    taken = Counter(event.verb for case in scenario.cases for event in case.events)
    ways = (
        "refuse",
        "decline",
        "void",
        "return",
        "rework",
        "check_fail",
        "suspend",
        "resume",
        "verify",
        "ask_extension",
        "grant_extension",
        "ask_appeal",
        "urge",
        "rush",
        "pass",
    )
    assert all(taken[verb] >= 5 for verb in ways), taken


def test_every_stage_has_fresh_soon_late_and_late_cases(scenario: Scenario) -> None:
    still_open = [c for c in scenario.cases if not c.events or c.events[-1].verb != "close"]
    assert len(still_open) >= sum(len(shares) for _, shares in QUEUE)
    for stage, shares in QUEUE:
        assert min(shares) < 0.5, stage
        assert any(0.8 <= share < 1 for share in shares) or stage == "suspended"


def test_the_demo_inspector_has_something_to_do(scenario: Scenario) -> None:
    last = [(c.events[-1].verb, c.inspector) for c in scenario.cases if c.events]
    assert last.count(("ask_verify", 0)) >= 2
    assert last.count(("feed_back", 0)) >= 3


def test_findings_cover_every_week_and_field(scenario: Scenario) -> None:
    weeks = Counter(f.found_at.astimezone(ZONE).isocalendar()[:2] for f in scenario.findings)
    assert len(weeks) >= DAYS // 7
    assert {finding.field for finding in scenario.findings} == set(FINDINGS)
    assert {finding.unit for finding in scenario.findings} <= BODIES


def test_the_same_seed_gives_the_same_plan(scenario: Scenario, city: DrawnCity) -> None:
    assert plan(city, NOW, Calendar()) == scenario
    assert plan(city, NOW, Calendar(), seed=1) != scenario


@pytest.mark.parametrize("hour", [3, 12, 23])
def test_the_queue_is_there_at_any_hour(city: DrawnCity, hour: int) -> None:
    now = datetime(2026, 11, 21, hour, tzinfo=UTC)
    found = plan(city, now, Calendar(), days=3)
    stages = Counter(c.events[-1].verb if c.events else "report" for c in found.cases)
    assert stages["report"] >= 8
    assert stages["file"] >= 6


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_words_vary(topic: object) -> None:
    found = next(t for t in TOPICS if t is topic)
    rng = random.Random(1)
    said = {inspector_words(found, rng) for _ in range(80)}
    told = {citizen_words(found, "某路", rng) for _ in range(80)}
    assert len(said | told) >= 25
    assert not any("{" in text for text in said | told)
    assert found.unit in BODIES
    assert found.photo in {kind.key for kind in KINDS}


def test_numbers_of_the_demo_belong_to_nobody() -> None:
    rng = random.Random(2)
    assert all(people.phone(rng).startswith("1990000") for _ in range(50))
    assert {photo for kinds in FINDINGS.values() for _, photo, _ in kinds} <= {k.key for k in KINDS}


def test_some_things_are_reported_twice_and_some_come_again(scenario: Scenario) -> None:
    spots = Counter(
        (case.topic, round(case.spot.lon, 6), round(case.spot.lat, 6)) for case in scenario.cases
    )
    assert max(spots.values()) >= 4
    echoes = [
        (one, other)
        for one in scenario.cases
        for other in scenario.cases
        if one.topic == other.topic
        and one.source == "inspector"
        and other.source == "hotline"
        and one.spot.lat == other.spot.lat
        and 0 < abs(one.spot.lon - other.spot.lon) < 0.0002
    ]
    assert len(echoes) >= 3


def test_algorithms_see_some_of_it_and_are_wrong_at_times(scenario: Scenario) -> None:
    seen = [case for case in scenario.cases if case.watch]
    assert 20 <= len(seen) <= 90
    for case in seen:
        assert case.watch is not None
        if case.watch.camera >= 0:
            assert case.spot == scenario.cameras[case.watch.camera].spot
    assert {case.source for case in seen} == {"video"}
    reasons = Counter(one.reason for one in scenario.sightings)
    assert reasons[""] == len(WAITING)
    assert reasons["false"] >= 5
    for one in scenario.sightings:
        assert one.judged_at is None or one.at < one.judged_at < NOW
        assert (one.photo, one.variant % VARIANTS) in BOXES
    drawn = {kind.key for kind in KINDS}
    assert {photo for photo, _ in BOXES} == set(PICTURED) <= drawn
