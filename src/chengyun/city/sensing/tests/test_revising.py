"""What late readings change about alarms that people have been told of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.factories import (
    RULE,
    change,
    make_warning,
    series_of,
    verbs,
)
from chengyun.city.sensing.models import Alarm, Device
from chengyun.city.sensing.services.alarms import LevelChange, act
from chengyun.city.sensing.services.revising import Revision, Seen, begins, revise
from chengyun.city.sensing.services.weather import lift
from chengyun.kernel import audit, clock, outbox
from chengyun.kernel.models import Audit, Message

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
Span = tuple[int, int | None, int]
"""Begin and end in minutes, and the highest level."""


@pytest.fixture
def start() -> datetime:
    return clock.now() - timedelta(hours=2)


@pytest.fixture
def alarm(device: Device, start: datetime) -> Alarm:
    """Yellow from minute 10 on, cleared at 30."""
    change(device, 2, start + 11 * MINUTE)
    found = change(device, 0, start + 30 * MINUTE, value=0)
    assert found is not None
    return found


def revised(device: Device, start: datetime, *spans: Span, since: int = 5, level: int = 0) -> None:
    """Readings since a minute show these episodes, and at minute 60 this level; told twice."""
    now = LevelChange(
        series=series_of(device).pk,
        rule=RULE,
        level=level,
        value=30.0 if level else 0.0,
        at=start + 60 * MINUTE,
        since=start + 50 * MINUTE,
    )
    seen = tuple(
        Seen(
            began_at=start + begin * MINUTE,
            ended_at=None if end is None else start + end * MINUTE,
            level=highest,
            peak=31.0,
        )
        for begin, end, highest in spans
    )
    for _ in range(2):
        revise(Revision(since=start + since * MINUTE, now=now, seen=seen))
    assert audit.verify().sound


def only(**facts: Any) -> Alarm:
    [found] = Alarm.objects.all()
    assert {key: getattr(found, key) for key in facts} == facts
    return found


def told(cast: Cast) -> list[str]:
    outbox.deliver_due()
    rows = Message.objects.filter(person_id=cast.duty.pk, kind__startswith="alarm.")
    return list(rows.order_by("id").values_list("kind", flat=True))


def test_what_agrees_changes_nothing(device: Device, start: datetime, alarm: Alarm) -> None:
    revised(device, start, (10, 30, 2))
    assert verbs(alarm) == ["raise", "clear"]


def test_an_alarm_began_earlier_was_worse_and_ended_later(
    device: Device, start: datetime, alarm: Alarm
) -> None:
    revised(device, start, (5, 40, 4))
    only(began_at=start + 5 * MINUTE, worst=4, ended_at=start + 40 * MINUTE, level=4)
    assert verbs(alarm) == ["raise", "clear", "correct"]
    said = Audit.objects.filter(verb="alarm.correct").get().facts["text"]
    assert "最高为红色，原为黄色" in said


def test_it_stands_again(device: Device, start: datetime, alarm: Alarm) -> None:
    revised(device, start, (10, 30, 2), (50, None, 4), level=4)
    found = only(level=4, worst=4, ended_at=None, open=True)
    assert not found.cleared
    assert verbs(alarm)[-1] == "relapse"


def test_it_is_over_since_long(device: Device, start: datetime) -> None:
    change(device, 2, start + 11 * MINUTE)
    revised(device, start, (10, 20, 2))
    assert only(ended_at=start + 20 * MINUTE, open=True).cleared


def test_it_never_was_and_nobody_has_judged_it(
    cast: Cast, device: Device, start: datetime, alarm: Alarm
) -> None:
    revised(device, start)
    only(state="withdrawn", open=False)
    assert told(cast) == ["alarm.raised", "alarm.withdrawn"]
    change(device, 3, start + 70 * MINUTE)
    assert Alarm.objects.filter(open=True).count() == 1


def test_it_never_was_but_somebody_has_confirmed_it(
    cast: Cast, device: Device, start: datetime
) -> None:
    standing = change(device, 2, start + 11 * MINUTE)
    assert standing is not None
    act(standing, "confirm", {}, by=cast.duty)
    revised(device, start)
    assert only(state="confirmed", open=True).cleared
    assert verbs(standing)[-2:] == ["correct", "clear"]


def test_what_is_found_when_it_is_over_wakes_nobody(
    cast: Cast, device: Device, start: datetime
) -> None:
    revised(device, start, (10, 30, 4))
    found = only(began_at=start + 10 * MINUTE, ended_at=start + 30 * MINUTE, level=4, open=True)
    assert (found.cleared, verbs(found), told(cast)) == (True, ["find"], ["alarm.found"])


def test_what_is_found_and_stands_is_an_alarm_like_any_other(
    cast: Cast, device: Device, start: datetime
) -> None:
    revised(device, start, (10, None, 4), level=3)
    found = only(began_at=start + 10 * MINUTE, ended_at=None, level=3, worst=4)
    assert (found.cleared, verbs(found)) == (False, ["raise", "correct"])
    assert told(cast) == ["alarm.raised"]


def test_what_was_over_before_stays_as_it_was(
    device: Device, start: datetime, alarm: Alarm, cast: Cast
) -> None:
    act(alarm, "confirm", {}, by=cast.duty)
    act(alarm, "close", {}, by=cast.duty)
    revised(device, start, (3, 20, 4), since=31)
    only(began_at=start + 10 * MINUTE, worst=2, state="closed")


def test_what_people_have_judged_stays_judged(
    device: Device, start: datetime, alarm: Alarm, cast: Cast
) -> None:
    act(alarm, "refute", {"cause": "object"}, by=cast.duty)
    revised(device, start, (5, 30, 4))
    only(began_at=start + 5 * MINUTE, worst=4, state="refuted")
    revised(device, start)
    only(state="refuted")


def test_the_past_is_read_from_the_first_alarm_that_may_change(
    device: Device, start: datetime, alarm: Alarm
) -> None:
    series = series_of(device).pk
    assert begins(series, RULE, start + 25 * MINUTE) == start + 10 * MINUTE
    assert begins(series, RULE, start + 5 * MINUTE) == start + 5 * MINUTE
    Alarm.objects.update(open=False)
    assert begins(series, RULE, start + 31 * MINUTE) == start + 31 * MINUTE


def test_what_a_rain_warning_raised_is_not_measured_by_the_limits_after_it(
    cast: Cast, device: Device, start: datetime
) -> None:
    """Readings that come late after the rain show nothing beyond the limits of a dry day."""
    warning = make_warning(issued_at=start, valid_to=start + 24 * 60 * MINUTE)
    change(device, 2, start + 11 * MINUTE, value=8)
    lift(warning, "雨停了", by=None)
    with clock.at(clock.now() + MINUTE):
        revised(device, start, level=0)
    found = only(state="raised", worst=2)
    assert (found.cleared, "withdraw" in verbs(found)) == (True, False)


def test_what_was_raised_on_a_dry_day_is_disproved_in_the_rain_too(
    cast: Cast, device: Device, start: datetime
) -> None:
    with clock.at(start):
        change(device, 2, start)
    make_warning(issued_at=start + MINUTE, valid_to=clock.now() + 60 * MINUTE)
    revised(device, start, since=-5)
    assert verbs(only(state="withdrawn")) == ["raise", "withdraw"]
