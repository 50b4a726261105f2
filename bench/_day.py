"""Drive the day that standard input describes (JSON), wait until the city has settled, and reconcile.

Prints measurements; exits with an error when a figure of ours and one of the city's differ.
"""

from __future__ import annotations

import itertools
import json
import random
import secrets
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import django

from bench._day_clock import hurry

hurry()
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench._day_cases import Day, DayCase, Hands, Shift  # noqa: E402
from bench._day_sinks import Outside, outside  # noqa: E402
from chengyun.city.cases.models import Case  # noqa: E402
from chengyun.city.people.models import User  # noqa: E402
from chengyun.city.people.services.passwords import DEMO_PASSWORD  # noqa: E402
from chengyun.demo.drive import sources  # noqa: E402
from chengyun.demo.drive.cases import SOURCES, source_of, spots  # noqa: E402
from chengyun.demo.drive.ways import WAYS, spread  # noqa: E402
from chengyun.demo.drive.words import messages  # noqa: E402
from chengyun.kernel import clock, outbox  # noqa: E402
from chengyun.kernel.actions import subject_type  # noqa: E402
from chengyun.kernel.models import Audit, Delivery  # noqa: E402
from chengyun.kernel.models.messages import Dispatch, Message  # noqa: E402

THREADS = 6
SETTLED_WITHIN = 300
TASKS = {"case.check_task": "case.feed_back", "case.verify_task": "case.ask_verify"}
TASKS_DONE = ("case.check_pass", "case.check_fail", "case.verify")
TOLD = ("case.dispatched", *TASKS)
AT_THE_SAME_MOMENT = timedelta(minutes=1)
"""On the fast clock."""
REFUSED = "@refused.example"
MOST = 40
"""So many sentences about what is wrong are printed."""


def main() -> None:
    given = json.load(sys.stdin)
    with outside(given["mail"], given["hook"]) as world:
        day = Day(
            url=given["url"], people=given["people"], crews=given["crews"], password=DEMO_PASSWORD
        )
        since = clock.now()
        since = since.replace(microsecond=since.microsecond // 1000 * 1000)
        taken = worked(day, given)
        evening = clock.now()
        waited = settle(evening)
        wrong = [
            *day.tally.complaints,
            *reconciled(day, since),
            *delivered(day, world, (since, evening)),
        ]
    told(day, world, taken, waited)
    for sentence in wrong[:MOST]:
        print(sentence)
    if wrong:
        sys.exit(f"{len(wrong)} figures of the day do not agree")


def worked(day: Day, given: dict[str, Any]) -> float:
    """The whole day; how many seconds it took."""
    rng, began = random.Random(3715), time.monotonic()  # noqa: S311
    shift = Shift(day, prepared(day, given["cases"], rng), rng)
    until = timedelta(hours=given["hours"])
    with ThreadPoolExecutor(THREADS) as threads:
        hands = [Hands(day, random.Random(n)) for n in range(THREADS)]  # noqa: S311
        list(threads.map(lambda one: shift.work(one, until), hands))
    return time.monotonic() - began


def prepared(day: Day, count: int, rng: random.Random) -> list[DayCase]:
    """The reports of the day, spread over the city, the sources and the inspectors."""
    hands = Hands(day, rng)
    _, words = messages(settings.ENV.data, count, rng)
    places = spots(hands)
    rng.shuffle(places)
    run, cases = secrets.token_hex(8), list[Any]()
    rows = zip(
        words, spread(WAYS, count), itertools.cycle(places), itertools.cycle(SOURCES), strict=False
    )
    for number, (message, way, spot, source) in enumerate(rows):
        cases.append(
            DayCase(
                crowd=hands, message=message, way=way, spot=spot, key=f"{run}-{number}", rng=rng,
                source=source_of(way, source), waiting=cases, day=day,
                inspector=rng.choice(day.people["inspector"]),
            )
        )  # fmt: skip
    return cases


def settle(evening: datetime) -> float:
    """Wait until nothing of the day is on its way any more; how many seconds that took."""
    began = time.monotonic()
    while left := _on_the_way(evening):
        if time.monotonic() - began > SETTLED_WITHIN:
            raise RuntimeError(f"still on its way after {SETTLED_WITHIN} s: {left}")
        time.sleep(0.5)
    return time.monotonic() - began


def _on_the_way(evening: datetime) -> dict[str, int]:
    events = Delivery.objects.filter(state=Delivery.WAITING, audit__at__lte=evening)
    ways = Dispatch.objects.filter(state=Dispatch.WAITING, message__at__lte=evening)
    found = {"events not delivered": events.count(), "messages not sent": ways.count()}
    return {what: count for what, count in found.items() if count}


def reconciled(day: Day, since: datetime) -> Iterator[str]:
    """Each act and each case by our ledger, the city's lists and its audit."""
    lists, audited = sources.lists(Hands(day, random.Random(0)), since), sources.audited(since)  # noqa: S311
    tally = day.tally
    audited.acts.subtract(_by_itself(since, tally.states))
    for act in sorted({*tally.asked, *(key for key in audited.acts if key.startswith("case."))}):
        figures = tally.asked[act], tally.acts[act], audited.acts[act]
        if len(set(figures)) > 1:
            yield f"{act}: asked, answered, audited {figures}"
    if lists.totals["case.report"] != tally.acts["case.report"]:
        yield f"listed {lists.totals['case.report']}, reported {tally.acts['case.report']}"
    for code in sorted({*lists.states, *tally.states}):
        ours, theirs = tally.states.get(code), lists.states.get(code)
        if ours != theirs:
            yield f"{code}: {ours} by our ledger, {theirs} in the list"
    for result, count in day.races.items():
        if result != (200, 409):
            yield f"{count} × two desks at once were answered {result}"
    print(f"  {connection.vendor}: audit  {sources.verified()}  every chain holds")


def _by_itself(since: datetime, ours: Collection[str]) -> Counter[str]:
    """What the city did without anybody to cases that are none of the day: the demo's own go on, too."""
    rows = Audit.objects.filter(
        at__gte=since, actor_id=None, verb__startswith="case.", subject_type=subject_type(Case)
    )
    codes = dict(Case.objects.values_list("pk", "code"))
    return Counter(row.verb for row in rows if codes[row.subject_id] not in ours)


def delivered(day: Day, world: Outside, during: tuple[datetime, datetime]) -> Iterator[str]:
    """Who must have been told was told, once; what went out arrived; what could not is listed as such."""
    rows = Message.objects.filter(kind__in=TOLD, at__range=during)
    names = dict(User.objects.values_list("pk", "username"))
    found = Counter((m.kind, m.code, names[m.person_id]) for m in rows if m.person_id)
    overtaken = _overtaken(during[0])
    for key in sorted({*found, *day.told}):
        if not day.told[key] - overtaken[key[:2]] <= found[key] <= day.told[key]:
            yield f"{key}: told {found[key]} times, expected {day.told[key]}"
    yield from _ways(world.letters, "email", during)
    yield from _ways(world.calls, "webhook", during)


def _overtaken(since: datetime) -> Counter[tuple[str, str]]:
    """By kind and case, the tasks that were done before the worker, just started again, came to tell of them."""
    told = dict(zip(TASKS.values(), TASKS, strict=True))
    codes = dict(Case.objects.values_list("pk", "code"))
    asked = Delivery.objects.filter(
        audit__at__gte=since, audit__verb__in=TASKS.values(), handler__endswith=".tell"
    )
    done = defaultdict[int, list[datetime]](list)
    for row in Audit.objects.filter(at__gte=since, verb__in=TASKS_DONE):
        done[row.subject_id].append(row.at)
    return Counter(
        (told[each.audit.verb], codes[each.audit.subject_id])
        for each in asked.select_related("audit")
        if any(
            each.audit.at < at <= each.next_at - outbox.CLAIM + AT_THE_SAME_MOMENT
            for at in done[each.audit.subject_id]
        )
    )


def _ways(arrived: Counter[str], channel: str, during: tuple[datetime, datetime]) -> Iterator[str]:
    """Each message by one way: sent and arrived, or put aside with its reason."""
    addresses = dict(User.objects.values_list("pk", "email"))
    rows = Dispatch.objects.filter(channel=channel)
    for row in rows.filter(message__at__range=during).select_related("message"):
        number, expected = _number(row.pk), Dispatch.SENT
        if channel == "email":
            expected = _fate(addresses[row.message.person_id or 0])
        if row.state != expected:
            yield f"{channel} {number} is {row.state}, expected {expected}: {row.error}"
        if (number in arrived) is not (expected == Dispatch.SENT):
            yield f"{channel} {number}, which is {row.state}, arrived {arrived[number]} times"
    numbers = {_number(pk) for pk in rows.values_list("pk", flat=True)}
    for number in sorted({*arrived} - numbers):
        yield f"{channel} {number} arrived, and the city knows nothing of it"


def _number(pk: int) -> str:
    return f"{pk}.{settings.SITE_NAME}"


def _fate(address: str) -> str:
    if address.endswith(REFUSED):
        return Dispatch.DEAD
    return Dispatch.SENT if address else Dispatch.SKIPPED


def told(day: Day, world: Outside, taken: float, waited: float) -> None:
    """The measurements."""
    name = connection.vendor
    acts = sum(count for act, count in day.tally.acts.items() if act.startswith("case."))
    opened = day.tally.acts["case.report"]
    states = Counter(state.partition(".")[2] for state in day.tally.states.values())
    accidents = ", ".join(f"{count:,} {what}" for what, count in sorted(day.accidents.items()))
    ways = Counter(Dispatch.objects.values_list("channel", "state"))
    twice = sum(n - 1 for n in (*world.letters.values(), *world.calls.values()))
    print(f"  {name}: cases of the day, verbs taken  {opened:,}, {acts:,} in {taken:.0f} s")
    print(
        f"  {name}: closed by the evening  {states['closed']:,}, elsewhere {opened - states['closed']:,}"
    )
    print(f"  {name}: accidents of the network  {accidents}  each write counted once")
    print(f"  {name}: two desks at once  {sum(day.races.values())} times 200 and 409")
    print(f"  {name}: people told  {Message.objects.count():,} messages  none lost")
    for (channel, state), count in sorted(ways.items()):
        print(f"  {name}: {channel} {state}  {count:,}")
    print(f"  {name}: arrived twice, under the same number  {twice}")
    print(f"  {name}: until everything had left the city  {waited:.0f} s")


if __name__ == "__main__":
    main()
