"""The acts of a year of many cases, as a city of 16 districts tells them; invented, always the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from chengyun.lake import facts

YEAR, MONTHS = 2026, 12
DAY, HOUR, SECOND = 86_400_000_000, 3_600_000_000, 1_000_000
WAY = (
    ("report", "", "accept", 0.0),
    ("accept", "accept", "file", 0.1),
    ("file", "file", "dispatch", 0.1),
    ("dispatch", "dispatch", "handle", 0.1),
    ("sign", "", "handle", 5.0),
    ("handle", "handle", "feed_back", 40.0),
    ("feed_back", "feed_back", "check", 0.4),
    ("check_pass", "check", "close", 3.0),
    ("close", "close", "", 0.4),
    ("grant_appeal", "", "", 100.0),
)
"""Verb, the clock that ends with it, the one that runs after it, and its mean hours after the act before."""
MILESTONES = {"accepted": 1, "filed": 2, "dispatched": 3, "handled": 5, "closed": 8}
DISPATCH, HANDLE, CLOSE = 3, 5, 8
ALLOWED = 1.9
"""A limit is so many times the mean."""
WHOLE, APPEALED = 0.75, 0.01
"""Shares of the cases that are closed, and of those whose overrun was forgiven."""
DISTRICTS = tuple(f"3715{n:02d}" for n in range(1, 17))
AREAS = tuple(f"{district}{street:03d}001" for district in DISTRICTS for street in range(1, 9))
UNITS = ("", *(f"{district}-{n:02d}" for district in DISTRICTS for n in range(1, 13)))
CLASSES = tuple(
    f"{kind}{major:02d}{n:02d}" for kind in "PE" for major in range(1, 7) for n in range(1, 10)
)
SOURCES = ("inspector", "public", "hotline", "web", "media", "leader", "video", "drone", "sensor")
PEOPLE = tuple(str(n) for n in range(2000))

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


def write(folder: Path, cases: int) -> tuple[int, dict[str, Numbers]]:
    """Write the year month by month; how many acts there are, and how many of each milestone fall into each month."""
    rng, written = np.random.default_rng(2026), 0
    reached = {name: np.zeros(MONTHS + 2, np.int64) for name in ("reported", *MILESTONES)}
    for month in range(MONTHS):
        batch = _month(rng, month, cases // MONTHS, written)
        written += len(batch)
        _count(batch, reached)
        facts.append(folder, batch, upto=month + 1)
    return written, reached


def _count(batch: pa.Table, reached: dict[str, Numbers]) -> None:
    """By the months of the city, which lies eight hours east."""
    local = batch["at"].to_numpy() + np.timedelta64(8, "h")
    months = local.astype("datetime64[M]").astype(np.int64) - 12 * (YEAR - 1970)
    place = np.minimum(months, MONTHS + 1)
    for name, counts in reached.items():
        verb = WAY[MILESTONES.get(name, 0)][0]
        done = batch["verb"].to_numpy() == verb
        counts += np.bincount(place[done], minlength=len(counts))


def _month(rng: np.random.Generator, month: int, cases: int, before: int) -> pa.Table:
    """The cases that are reported in a month, with all that becomes of them."""
    steps = _steps(rng, cases)
    case = np.repeat(np.arange(cases), steps)
    step = np.arange(len(case)) - np.repeat(np.cumsum(steps) - steps, steps)
    at, gap = _moments(rng, month, steps, case, step)
    number = np.empty(len(at), np.int64)
    number[np.argsort(at, kind="stable")] = np.arange(before + 1, before + 1 + len(at))
    whose = _whose(rng, cases)
    told = {
        "id": number,
        "at": pa.array(at).cast(facts.MOMENT),
        "month": _words(*np.unique(_months(at), return_inverse=True)[::-1]),
        "case": _words(case, [f"{month:02d}{n:08d}" for n in range(cases)]),
        **_steps_told(step, at, gap, case),
        **{name: _words(index[case], words) for name, (index, words) in whose.items()},
        "district": _words(whose["area"][0][case] // 8, DISTRICTS),
    }
    unit = np.where(step >= DISPATCH, whose["area"][0][case] // 8 * 12 + case % 12 + 1, 0)
    told["unit"] = told["unit_name"] = _words(unit, UNITS)
    constant = {"origin": "", "flow": "case", "nth": np.int32(1), "sent_to": "", "answer": ""}
    told |= {name: pa.repeat(value, len(at)) for name, value in constant.items()}
    return pa.table([told[name] for name in facts.SCHEMA.names], schema=facts.SCHEMA)


def _steps(rng: np.random.Generator, cases: int) -> Numbers:
    """How far each case comes."""
    steps = np.where(rng.random(cases) < WHOLE, CLOSE + 1, rng.integers(1, CLOSE + 1, cases))
    return np.where((steps == CLOSE + 1) & (rng.random(cases) < APPEALED), len(WAY), steps)


def _moments(
    rng: np.random.Generator, month: int, steps: Numbers, case: Numbers, step: Numbers
) -> tuple[Numbers, Numbers]:
    begin = int(np.datetime64(f"{YEAR}-{month + 1:02d}-01", "us").astype(np.int64))
    reported = begin + rng.integers(0, 28 * DAY // 1000, len(steps)) * 1000
    mean = np.array([hours * HOUR for *_, hours in WAY])
    gap = (rng.exponential(1, len(case)) * mean[step]).astype(np.int64) // 1000 * 1000 + SECOND
    gap[step == 0] = 0
    total = np.cumsum(gap)
    return reported[case] + total - total[np.cumsum(steps) - steps][case], gap


def _months(at: Numbers) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return at.astype("datetime64[us]").astype("datetime64[M]").astype(str)


def _whose(rng: np.random.Generator, cases: int) -> dict[str, tuple[Numbers, tuple[str, ...]]]:
    """What does not change in the life of a case."""
    words = {"area": AREAS, "class": CLASSES, "source": SOURCES, "actor": PEOPLE}
    return {name: (rng.integers(0, len(known), cases), known) for name, known in words.items()}


def _steps_told(step: Numbers, at: Numbers, gap: Numbers, case: Numbers) -> dict[str, pa.Array]:
    """What depends on how far a case is: verb, milestones, the clock that ends and the one that runs."""
    verbs, ended, stages, hours = (tuple(column) for column in zip(*WAY, strict=True))
    limit = (np.array([*hours[1:], 0.0]) * ALLOWED * HOUR).astype(np.int64)
    ends, runs = (np.array([bool(name) for name in names])[step] for names in (ended, stages))
    late = gap > np.roll(limit, 1)[step]
    ran_over = np.zeros(case[-1] + 1, bool)
    ran_over[case[(step == HANDLE) & late]] = True
    return {
        "verb": _words(step, verbs),
        "post": _words(step, verbs),
        **{name: pa.array(step == place) for name, place in MILESTONES.items()},
        "was_filed": pa.array(step > MILESTONES["filed"]),
        "was_late": pa.array(ran_over[case] & (step >= HANDLE)),
        "ended": _words(step, ended),
        "elapsed": pa.array(gap // SECOND, mask=~ends),
        "was_due": pa.array(at - gap + np.roll(limit, 1)[step], mask=~ends).cast(facts.MOMENT),
        "late": pa.array(late, mask=~ends),
        "used": pa.array(gap // SECOND, mask=~ends),
        "stage": _words(step, stages),
        "due": pa.array(at + limit[step], mask=~runs).cast(facts.MOMENT),
    }


def _words(index: Numbers, words: object) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(words)).cast(
        facts.WORD
    )
