"""气象预警: taken from a person, a file or the meteorological service, changed, lifted, over by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from chengyun.city.people.models import User
from chengyun.city.places.queries import names_of
from chengyun.city.places.specs import shared_region, trimmed
from chengyun.city.sensing.models import WeatherWarning
from chengyun.city.sensing.own_limits import holding
from chengyun.city.sensing.specs import RANKS, WEATHER
from chengyun.city.sensing.weather import in_force_now, where
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, FieldError, Invalid, NotAllowed, wrong
from chengyun.kernel.installation import city_area
from chengyun.kernel.params import settings_of
from chengyun.kernel.sequences import take as take_number
from chengyun.kernel.ui.words import told

LONGEST_TEXT, LONGEST_SOURCE, LONGEST_NUMBER, LONGEST_REASON = 1000, 60, 80, 200
MOST_AREAS = 200
LONGEST = timedelta(days=90)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=10)
"""By how much the clock of whoever issues it may be ahead of ours."""
AT_MOST = 200
"""So many in one run; the rest follows in the next."""
SAID = ("kind", "level", "areas", "text", "source", "issued_at", "valid_from", "valid_to")

What = Literal["added", "changed", "same"]


@dataclass(frozen=True, kw_only=True)
class NewWarning:
    """What the meteorological service says; ``rank`` and ``kind`` by their keys, ``areas`` by the codes of regions.

    Without ``valid_from`` it is in force from when it was issued, without ``valid_to`` as long as the city has set.
    """

    number: str = ""
    kind: str
    rank: str
    areas: Sequence[str]
    text: str
    source: str
    issued_at: datetime
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    simulated: bool = False


class Taken(NamedTuple):
    row: WeatherWarning
    what: What


def take(new: NewWarning, *, by: User | None) -> Taken:
    """A warning as it is now said to be: added, or changed when its number is known; the same again changes nothing."""
    said = _sound(new)
    _allow(by, said["areas"])
    number = new.number.strip()
    found = _numbered(number)
    if found is None:
        try:
            return Taken(_add(said, new, by), "added")
        except IntegrityError:  # The same number came in this moment by another way.
            found = _numbered(number)
            if found is None:
                raise
    return Taken(found, _change(found, said, by))


def change(row: WeatherWarning, new: NewWarning, *, by: User | None) -> What:
    """What is known of a warning is put right, whether it has a number or not."""
    return _change(row, _sound(new), by)


@transaction.atomic
def lift(row: WeatherWarning, reason: str, *, by: User | None) -> None:
    """It is over before its time; the rules have their usual limits again."""
    _allow(by, row.areas)
    reason = reason.strip()
    if not reason:
        raise wrong("reason", "请写明为什么解除，例如：气象台 18:20 解除。")
    if len(reason) > LONGEST_REASON:
        raise wrong("reason", f"最多 {LONGEST_REASON} 字，现在有 {len(reason)} 字。")
    if not _end(row, clock.now(), reason):
        raise Conflict(f"气象预警 {row.code} 已经结束了。")
    record("weather.lift", row, by=by, area=row.area, facts={"text": reason})


def sweep_weather() -> int:
    """Those whose time is up are over; how many."""
    due = WeatherWarning.objects.filter(ended_at=None, valid_to__lte=clock.now())
    return sum(_over(row) for row in due.order_by("valid_to", "id")[:AT_MOST])


@transaction.atomic
def _over(row: WeatherWarning) -> bool:
    """Whether it was ended; who has just made it last longer comes first."""
    if not _end(row, row.valid_to, "到时", valid_to=row.valid_to):
        return False
    record("weather.over", row, by=None, area=row.area)
    return True


def _end(row: WeatherWarning, at: datetime, reason: str, **seen: datetime) -> bool:
    """Whether it was in force until now, and as it was ``seen``."""
    rows = WeatherWarning.objects.filter(pk=row.pk, ended_at=None, **seen)
    if not rows.update(ended_at=at, reason=reason):
        return False
    row.ended_at, row.reason = at, reason
    _forget()
    return True


def _forget() -> None:
    """Other warnings are in force, and with them other limits."""
    in_force_now.forget()
    holding.forget()


def _numbered(number: str) -> WeatherWarning | None:
    return WeatherWarning.objects.filter(number=number).first() if number else None


@transaction.atomic
def _add(said: dict[str, Any], new: NewWarning, by: User | None) -> WeatherWarning:
    now = clock.now()
    day = localtime(now).strftime("%y%m%d")
    over = said["valid_to"] <= now
    row = WeatherWarning(
        code=f"QX{day}{take_number(f'weather:{day}'):03d}",
        number=new.number.strip(),
        area=shared_region(said["areas"]),
        ended_at=said["valid_to"] if over else None,
        made_at=now,
        made_by=by,
        simulated=new.simulated,
        **said,
    )
    row.save(force_insert=True)
    record("weather.add", row, by=by, area=row.area, facts=_facts(row), new=True)
    _forget()
    return row


@transaction.atomic
def _change(row: WeatherWarning, said: dict[str, Any], by: User | None) -> What:
    """It is for whoever may take it as it was and as it will be."""
    _allow(by, [*row.areas, *said["areas"]])
    if all(getattr(row, name) == value for name, value in said.items()):
        return "same"
    columns = said | {"area": shared_region(said["areas"])}
    if not WeatherWarning.objects.filter(pk=row.pk, ended_at=None).update(**columns):
        raise Conflict(f"气象预警 {row.code} 已经结束了，不能再改；要继续请用新的编号。")
    before, text = _words(row), row.text
    for name, value in columns.items():
        setattr(row, name, value)
    facts = _facts(row) | {"before": before}
    if row.text != text:
        facts["note"] = f"原来的内容：{text}"
    record("weather.change", row, by=by, area=row.area, facts=facts)
    _forget()
    return "changed"


def _allow(by: User | None, areas: Sequence[str]) -> None:
    """Whoever takes warnings for all of these areas: a person on duty, or a platform that sends them."""
    if by is None:
        return
    scopes = (by.scope("weather.change"), by.scope("weather.send"))
    if not any(all(scope.covers(area=area) for area in areas) for scope in scopes):
        raise NotAllowed("这条气象预警的区域超出了你的范围，没有登记。")


def faults_of(new: NewWarning) -> Iterator[FieldError]:
    """What is wrong with a warning, field by field."""
    if new.kind not in WEATHER:
        yield FieldError("kind", f"没有预警种类「{new.kind[:20]}」。")
    if new.rank not in RANKS:
        yield FieldError("rank", f"预警级别是蓝色、黄色、橙色、红色，现在是「{new.rank[:20]}」。")
    for name, label, longest in (
        ("text", "预警内容", LONGEST_TEXT),
        ("source", "发布单位", LONGEST_SOURCE),
    ):
        if not getattr(new, name).strip():
            yield FieldError(name, f"请写{label}。")
        elif len(getattr(new, name).strip()) > longest:
            yield FieldError(name, f"{label}最多 {longest} 字。")
    if len(new.number.strip()) > LONGEST_NUMBER:
        yield FieldError("number", f"编号最多 {LONGEST_NUMBER} 个字符。")
    yield from _faulty_areas(new.areas)
    yield from faulty_times(new.issued_at, new.valid_from, new.valid_to)


def _faulty_areas(areas: Sequence[str]) -> Iterator[FieldError]:
    if not areas or len(areas) > MOST_AREAS:
        yield FieldError("areas", f"请写预警的区域，最多 {MOST_AREAS} 个。")
    for code in areas:
        if not ours(code):
            yield FieldError("areas", f"本市没有区域「{code[:20]}」。")


def faulty_times(
    issued: datetime | None, begin: datetime | None, end: datetime | None
) -> Iterator[FieldError]:
    """What is wrong with the times of a warning, as far as they are known."""
    begins = begin or issued
    if issued is not None and issued > clock.now() + AHEAD:
        yield FieldError("issued_at", "发布时间在将来，请核对。")
    if issued is not None and issued < EARLIEST:
        yield FieldError("issued_at", f"发布时间在 {EARLIEST.year} 年以前，请核对。")
    if begins is None:
        return
    if not EARLIEST <= begins <= clock.now() + LONGEST:
        last = f"最多在 {LONGEST.days} 天以后"
        yield FieldError("valid_from", f"开始时间要在 {EARLIEST.year} 年以后，{last}。")
    if end is None:
        return
    if end <= begins:
        yield FieldError("valid_to", "结束时间要晚于开始时间。")
    if end - begins > LONGEST:
        yield FieldError("valid_to", f"一条预警最长 {LONGEST.days} 天，还不结束可以再改。")


def ours(code: str) -> str:
    """The area of the city a code stands for; what lies around the city is all of it; "" when it is none of ours."""
    code, home = trimmed(code.strip()), city_area()
    if len(code) >= 2 and home.startswith(code.rstrip("0") or "-"):
        return home
    return code if code.startswith(home) and names_of([code]) else ""


def _sound(new: NewWarning) -> dict[str, Any]:
    """What it says, as columns. Raises Invalid."""
    if faults := tuple(faults_of(new)):
        raise Invalid(faults[0].message, fields=faults)
    return _said(new)


def _said(new: NewWarning) -> dict[str, Any]:
    """The columns a sound warning says something about."""
    areas = sorted({ours(code) for code in new.areas})
    begins = new.valid_from or new.issued_at
    hours = settings_of(shared_region(areas))["weather.hours"]
    return {
        "kind": new.kind,
        "level": [*RANKS].index(new.rank) + 1,  # type: ignore[arg-type]
        "areas": [each for each in areas if not _within(each, areas)],
        "text": new.text.strip(),
        "source": new.source.strip(),
        "issued_at": new.issued_at,
        "valid_from": begins,
        "valid_to": new.valid_to or begins + timedelta(hours=hours),
    }


def _within(area: str, areas: Sequence[str]) -> bool:
    """Whether another of the areas holds it already."""
    return any(area != each and area.startswith(each) for each in areas)


def _words(row: WeatherWarning) -> str:
    now = clock.now()
    until = told(row.valid_to, now=now)
    return f"{row}，{where(row)}，{told(row.valid_from, now=now)} 到 {until}"


def _facts(row: WeatherWarning) -> dict[str, Any]:
    return {"text": _words(row), "number": row.number, "source": row.source}
