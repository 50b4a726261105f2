"""Cases of another system told as facts: an act for each step a case has taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chengyun.city.indicators.cases_told import Cases, Moments, Wrong
from chengyun.city.indicators.recipe import IN_TIME, Recipe
from chengyun.lake.facts import MILESTONES, MOMENT, SCHEMA

FLOW = "case"
STEPS = (
    ("opened", "report", "", "accept"),
    ("accepted", "accept", "accept", "file"),
    ("filed", "file", "file", "dispatch"),
    ("dispatched", "dispatch", "dispatch", "handle"),
    ("handled", "handle", "handle", "close"),
    ("closed", "close", "close", ""),
)
"""Milestone, verb, the clock that ends with it and the one that runs after it."""
PLACE = {milestone: number for number, (milestone, *_) in enumerate(STEPS)}
HANDLE = "handle"
UNSAID = ("actor", "post", "sent_to", "answer")
"""What a row for each case does not tell."""


@dataclass(frozen=True)
class Step:
    """What is done with the cases at the places ``rows``: when, which clock that ended, since when and due when."""

    number: int
    rows: NDArray[np.intp]
    at: Moments
    since: Moments
    ended: NDArray[np.object_]
    due: Moments


def facts_of(cases: Cases, recipe: Recipe, origin: str) -> pa.Table:
    """All acts of all cases as a table of `SCHEMA`. Their numbers say the place of the case, then the step."""
    parts, newest = [], np.full(len(cases), "NaT", "datetime64[us]")
    for number, (milestone, _, _, _) in enumerate(STEPS):
        moments = cases.moments[milestone]
        rows = np.flatnonzero(~np.isnat(moments))
        ended, due = _clock(cases, number)
        step = Step(number, rows, moments[rows], newest[rows], ended[rows], due[rows])
        parts.append(_acts(cases, recipe, origin, step))
        newest = np.where(np.isnat(moments), newest, moments)
    return pa.concat_tables(parts)


def _clock(cases: Cases, number: int) -> tuple[NDArray[np.object_], Moments]:
    """Which clock ends with a step, and when it was due: what is closed without being handled ends that of the unit."""
    milestone, _, clock, _ = STEPS[number]
    unhandled = np.isnat(cases.moments["handled"]) & (milestone == "closed")
    ended = np.where(unhandled, HANDLE, clock).astype(object)
    return ended, np.where(ended == HANDLE, cases.moments["target"], np.datetime64("NaT"))


def _acts(cases: Cases, recipe: Recipe, origin: str, step: Step) -> pa.Table:
    milestone, verb, _, stage = STEPS[step.number]
    count = len(step.rows)
    words = {field: column.take(pa.array(step.rows)) for field, column in cases.words.items()}
    at = _moment(step.at)
    columns: dict[str, Any] = {
        "id": pa.array((step.rows + 1) * len(STEPS) + step.number, pa.int64()),
        "origin": pa.repeat(origin, count),
        "at": at,
        "month": pc.strftime(at, format="%Y-%m"),
        "case": words.pop("number"),
        "flow": pa.repeat(FLOW, count),
        "verb": pa.repeat(verb, count),
        "nth": pa.repeat(pa.scalar(1, pa.int32()), count),
        **words,
        **{name: pa.repeat("", count) for name in UNSAID},
        **{name: pa.repeat(name == milestone, count) for name in MILESTONES},
        **_kept(cases, recipe, step),
        "stage": pa.repeat(stage, count),
        "due": _moment(_target(cases, step, stage)),
    }
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _kept(cases: Cases, recipe: Recipe, step: Step) -> dict[str, pa.Array]:
    """The clock that ended and whether it was kept; whether the unit had been late by then."""
    begun = step.ended != ""
    unsaid = recipe.without_target != IN_TIME
    return {
        "ended": pa.array(step.ended, pa.string()),
        "since": _moment(np.where(begun, step.since, np.datetime64("NaT"))),
        "was_due": _moment(step.due),
        "late": pa.array(step.at > step.due, mask=~begun | (np.isnat(step.due) & unsaid)),
        "used": pa.nulls(len(step.rows), pa.int64()),
        "was_filed": pa.array(_filed(cases, step)),
        "was_late": pa.array(_unit_late(cases, step)),
    }


def _filed(cases: Cases, step: Step) -> Wrong:
    """Filed before this step."""
    filed = ~np.isnat(cases.moments["filed"][step.rows])
    return filed & (step.number > PLACE["filed"])


def _unit_late(cases: Cases, step: Step) -> Wrong:
    """The unit had been past its deadline by the end of this step."""
    handled, closed = (cases.moments[name] for name in ("handled", "closed"))
    done = np.where(np.isnat(handled), closed, handled)[step.rows]
    return (done > cases.moments["target"][step.rows]) & (step.number >= PLACE["handled"])


def _target(cases: Cases, step: Step, stage: str) -> Moments:
    target = cases.moments["target"][step.rows]
    return target if stage == HANDLE else np.full(len(target), "NaT", "datetime64[us]")


def _moment(moments: Moments) -> pa.Array:
    return pa.array(moments, pa.timestamp("us")).cast(MOMENT)
