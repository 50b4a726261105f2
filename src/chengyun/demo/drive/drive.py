"""The main job of the city, driven over HTTP from the first report to the bulletin, and counted four times."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.timezone import localtime

from chengyun.demo.drive import bad, sources
from chengyun.demo.drive.cases import Driven, prepared, spots
from chengyun.demo.drive.counted import Counted, rows
from chengyun.demo.drive.crowd import Crowd
from chengyun.demo.drive.inspecting import Bulletin, inspect
from chengyun.demo.drive.tally import Tally, table
from chengyun.demo.drive.ways import WAYS, asked_of, spread
from chengyun.demo.drive.words import messages
from chengyun.kernel import clock
from chengyun.kernel.audit import unsealed

SEED = 3715
EVERY = 50
Told = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be driven: where, how many reports, and where real messages may be."""

    url: str
    reports: int
    data: Path


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The table of what happened, and what is wrong with it: nothing if all is as expected."""

    table: list[str]
    wrong: list[str]


def drive(plan: Plan, told: Told) -> Outcome:
    """Drive the city and say what happens meanwhile.

    Nobody else may work in the city meanwhile, and this process must see its database.
    """
    since = _whole(clock.now())
    rng = random.Random(SEED)  # noqa: S311
    tally = Tally()
    crowd = Crowd(plan.url, tally)
    found_before = sources.findings_listed(crowd)
    bulletin = Bulletin(crowd=crowd, today=localtime(since).date())
    bulletin.draft()
    driven = _cases(crowd, plan, rng, told)
    _inspections(crowd, bulletin, since, rng, told)
    counted = Counted(
        tally=tally,
        lists=sources.lists(crowd, since),
        audited=sources.audited(since),
        bulletin=bulletin,
        found_before=found_before,
    )
    _bad_input(crowd, driven, counted, since, told)
    told(f"后台任务用 {sources.sealed(unsealed):.0f} 秒封存了新的审计记录")
    told(f"审计核对：{sources.verified()}")
    return _judged(counted)


def _cases(crowd: Crowd, plan: Plan, rng: random.Random, told: Told) -> list[Driven]:
    origin, words = messages(plan.data, plan.reports, rng)
    ways = spread(WAYS, plan.reports)
    crowd.tally.asked["case.report"] += len(ways)
    crowd.tally.asked.update({f"case.{verb}": count for verb, count in asked_of(ways).items()})
    told(f"上报 {plan.reports} 件，内容用{origin}")
    driven = prepared(crowd, words, ways, rng)
    reported = [one for one in driven if one.report()]
    told("受理、立案、派遣、处置、反馈、核查、结案")
    for done, one in enumerate(reported, start=1):
        one.go()
        if done % EVERY == 0:
            told(f"  {done} / {len(reported)} 件")
    return driven


def _inspections(
    crowd: Crowd, bulletin: Bulletin, since: datetime, rng: random.Random, told: Told
) -> None:
    told(f"一周督查，第 {bulletin.week} 期通报")
    places = spots(crowd)
    rng.shuffle(places)
    inspect(crowd, places, localtime(since).date(), rng)
    bulletin.count()
    told(f"  {bulletin.drawn['summary_line']}，这一周结束以前不能审核")
    told(f"  另印发了一期 {bulletin.issue_past()['number']}")


def _bad_input(
    crowd: Crowd, driven: list[Driven], counted: Counted, since: datetime, told: Told
) -> None:
    tally = crowd.tally
    # What the city notes by itself meanwhile, of a device that ails for one, is nobody's bad data.
    before = sources.audited(since, by_people=True)
    tried = list(bad.tries(crowd, driven))
    told(f"坏数据 {len(tried) + 2} 种")
    faults = [one.fault() for one in tried]
    faults += [bad.repeated(driven[0]), bad.cut_off(crowd)]
    tally.complaints.extend(fault for fault in faults if fault)
    if sources.lists(crowd, since) != counted.lists:
        tally.complain("坏数据以后，列表的数目变了")
    if (audited := sources.audited(since, by_people=True)) != before:
        more = audited.acts - before.acts
        tally.complain(f"坏数据以后，审计的数目变了：{dict(more) or '状态'}")


def _judged(counted: Counted) -> Outcome:
    found = list(rows(counted))
    wrong = [f"{row.label}：数目不符" for row in found if not row.agrees]
    if counted.lists.states != counted.tally.states:
        wrong.append("列表里的案件和应答里的案件不是同一批，或者状态不同")
    return Outcome(table=table(found), wrong=[*counted.tally.complaints, *wrong])


def _whole(moment: datetime) -> datetime:
    """To the millisecond, as the audit keeps it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
