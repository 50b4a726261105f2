"""Which rule of an ordered list answers a situation, and which rules never can.

A rule is a set of conditions; one that is not set lets everything pass, one that is set lets its values pass.  Codes of
classes and areas hold for everything that begins with them.  Times are the city's: a situation brings the local moment.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

DAY = 24 * 60
LISTS = ("classes", "areas", "owners", "keepers", "roads", "sources", "weekdays")
BY_PREFIX = ("classes", "areas")


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a rule asks for; empty means any.

    Attributes
    ----------
    classes, areas
        Codes; what begins with one of them fits.
    owners, keepers
        Codes of the units that own or keep the part a case is about.
    roads, sources
        Names of roads and keys of sources.
    weekdays
        1 Monday to 7 Sunday, of the moment itself: Saturday 02:00 is Saturday, whatever evening it belongs to.
    begin, end
        Hours of the day, ``08:00``; both or none.  ``end`` is not included; an ``end`` before ``begin`` passes
        midnight, the two equal are the whole day.
    working
        True on working days only, False on the others only.
    since, until
        First and last day.
    """

    classes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    begin: str = ""
    end: str = ""
    working: bool | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is known of one case at one moment, local time; "" is unknown and fits no condition that is set."""

    at: datetime
    working: bool
    area: str = ""
    class_code: str = ""
    owner: str = ""
    keeper: str = ""
    road: str = ""
    source: str = ""


def unmet(asked: Conditions, given: Situation) -> list[str]:
    """Name the conditions a situation does not meet.

    Returns
    -------
    list of str
        Of ``classes``, ``areas``, ``owners``, ``keepers``, ``roads``, ``sources``, ``weekdays``, ``hours``,
        ``working``, ``days``; empty when the rule fits.
    """
    return [name for name, meets in _CHECKS.items() if not meets(asked, given)]


def fits(asked: Conditions, given: Situation) -> bool:
    """Say whether every condition is met."""
    return all(meets(asked, given) for meets in _CHECKS.values())


def first(rules: Iterable[Conditions], given: Situation) -> int | None:
    """Give the number of the first rule that fits, from 0; None when none does."""
    return next((number for number, rule in enumerate(rules) if fits(rule, given)), None)


def covers(wide: Conditions, narrow: Conditions) -> bool:
    """Say whether every situation that fits ``narrow`` fits ``wide`` as well."""
    return (
        all(_list_covers(name, getattr(wide, name), getattr(narrow, name)) for name in LISTS)
        and _hours_cover(wide, narrow)
        and wide.working in (None, narrow.working)
        and (wide.since is None or (narrow.since is not None and wide.since <= narrow.since))
        and (wide.until is None or (narrow.until is not None and narrow.until <= wide.until))
    )


def unreached(rules: Sequence[Conditions]) -> list[tuple[int, int]]:
    """Find rules that can never answer because one earlier rule takes everything they ask for.

    Returns
    -------
    list of (int, int)
        Number of the rule and of the first one that covers it, from 0.  A rule that only several earlier ones cover
        together is not found.
    """
    return [
        (number, earlier)
        for number, rule in enumerate(rules)
        for earlier in [next((n for n in range(number) if covers(rules[n], rule)), None)]
        if earlier is not None
    ]


def _begins(values: tuple[str, ...], code: str) -> bool:
    return not values or any(code.startswith(value) for value in values)


def _among(values: tuple[str, ...], value: str) -> bool:
    return not values or value in values


def _within_hours(asked: Conditions, given: Situation) -> bool:
    if not asked.begin:
        return True
    start, length = _window(asked)
    return (given.at.hour * 60 + given.at.minute - start) % DAY < length


def _within_days(asked: Conditions, given: Situation) -> bool:
    day = given.at.date()
    return (asked.since is None or asked.since <= day) and (
        asked.until is None or day <= asked.until
    )


def _window(asked: Conditions) -> tuple[int, int]:
    """First minute of the day, and how many minutes follow."""
    start, end = _minute(asked.begin), _minute(asked.end)
    return start, (end - start) % DAY or DAY


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _list_covers(name: str, wide: tuple[object, ...], narrow: tuple[object, ...]) -> bool:
    if not wide:
        return True
    if name in BY_PREFIX:
        return bool(narrow) and all(
            any(str(value).startswith(str(code)) for code in wide) for value in narrow
        )
    return bool(narrow) and set(narrow) <= set(wide)


def _hours_cover(wide: Conditions, narrow: Conditions) -> bool:
    if not wide.begin:
        return True
    start, length = _window(wide)
    if length == DAY:
        return True
    if not narrow.begin:
        return False
    other, span = _window(narrow)
    return (other - start) % DAY + span <= length


_CHECKS: dict[str, Callable[[Conditions, Situation], bool]] = {
    "classes": lambda asked, given: _begins(asked.classes, given.class_code),
    "areas": lambda asked, given: _begins(asked.areas, given.area),
    "owners": lambda asked, given: _among(asked.owners, given.owner),
    "keepers": lambda asked, given: _among(asked.keepers, given.keeper),
    "roads": lambda asked, given: _among(asked.roads, given.road),
    "sources": lambda asked, given: _among(asked.sources, given.source),
    "weekdays": lambda asked, given: not asked.weekdays or given.at.isoweekday() in asked.weekdays,
    "hours": _within_hours,
    "working": lambda asked, given: asked.working in (None, given.working),
    "days": _within_days,
}
