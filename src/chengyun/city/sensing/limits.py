"""The limits of rules as arrays, for whoever follows readings: the gateway as they come, a trial afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

import numpy as np

from chengyun.city.sensing.specs import MINUTE, RANKS, AlarmRule, Count, Rate, Still, Usual
from chengyun.city.sensing.usual import NO_TABLES, UsualTables
from chengyun.science.absence import NO_LEVEL
from chengyun.science.conditions import Gates
from chengyun.science.episodes import LEVELS, Limits
from chengyun.science.signals import COUNT, RATE, STILL, USUAL, VALUE, Ints, Signals

MICROSECOND = timedelta(microseconds=1)


def limits_of(
    rules: Sequence[AlarmRule], series: Sequence[int] = (), known: UsualTables = NO_TABLES
) -> Limits:
    """The limits of some rules, a row each; of which ``series`` each is, and what is known to be usual there."""
    sets = np.full((len(rules), LEVELS), np.nan)
    clears = np.full((len(rules), LEVELS), np.nan)
    for row, rule in enumerate(rules):
        for level in rule.levels:
            sets[row, RANKS.index(level.rank)] = level.sets
            clears[row, RANKS.index(level.rank)] = level.clears
    return Limits(
        sets=sets,
        clears=clears,
        hold=np.array([rule.hold // MICROSECOND for rule in rules], np.int64),
        calm=np.array([rule.calm // MICROSECOND for rule in rules], np.int64),
        sign=np.array([_sign(rule.side) for rule in rules], np.int64),
        signals=_signals(rules, series, known),
        gates=_gates(rules),
    )


def _sign(side: str) -> int:
    return 1 if side == "above" else -1


def _gates(rules: Sequence[AlarmRule]) -> Gates | None:
    """Their conditions over other series; None when there is none."""
    conditions = tuple(dict.fromkeys(rule.when for rule in rules if rule.when))
    if not conditions:
        return None
    which = [conditions.index(rule.when) if rule.when else -1 for rule in rules]
    return Gates(which=np.array(which, np.int64), conditions=conditions)


def _signals(
    rules: Sequence[AlarmRule], series: Sequence[int], known: UsualTables
) -> Signals | None:
    """What they look at; None when all look at the value itself."""
    if all(rule.looks_at is None for rule in rules):
        return None
    columns = zip(*(_looked_at(rule) for rule in rules), strict=True)
    kind, per, span, mark, sign, times = (np.array(column) for column in columns)
    usual = any(isinstance(rule.looks_at, Usual) for rule in rules)
    return Signals(
        kind=kind,
        per=per,
        span=span,
        mark=mark.astype(np.float64),
        sign=sign,
        times=times,
        usuals=known.of(series or [0] * len(rules)) if usual else None,
    )


def _looked_at(rule: AlarmRule) -> tuple[int, int, int, float, int, int]:
    """Kind, per, span, mark, sign and times of one rule, as ``Signals`` has them."""
    match rule.looks_at:
        case Rate(per=per, gap=gap):
            return RATE, per // MICROSECOND, gap // MICROSECOND, 0.0, 1, 0
        case Count(mark=mark, within=within, side=side):
            return COUNT, 1, within // MICROSECOND, mark, _sign(side), ceil(rule.most)
        case Still(stray=stray, gap=gap):
            return STILL, MINUTE // MICROSECOND, gap // MICROSECOND, stray, 1, 0
        case Usual(least=least):
            return USUAL, 1, 0, least, 1, 0
    return VALUE, 1, 0, 0.0, 1, 0


def silences_of(rules: Sequence[AlarmRule]) -> Ints:
    """How long a silence is for each level of some rules, a row each, in microseconds; ``NO_LEVEL`` for none."""
    sets = np.full((len(rules), LEVELS), NO_LEVEL)
    for row, rule in enumerate(rules):
        for level in rule.levels:
            sets[row, RANKS.index(level.rank)] = round(level.sets * MINUTE / MICROSECOND)
    return sets
