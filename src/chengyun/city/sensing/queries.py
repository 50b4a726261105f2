"""Reads about devices, their series and alarms. The user comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Case, Count, FilteredRelation, Max, Q, QuerySet, When

from chengyun.city.cases.models import Case as CityCase
from chengyun.city.people.models import Unit, User
from chengyun.city.sensing.models import Ailment, Alarm, Device, Gateway, Link, Series
from chengyun.city.sensing.silences import loud, silences_now
from chengyun.city.sensing.specs import MANY_SILENT, PLACE, AlarmRule, DeviceKind
from chengyun.city.sensing.workflow import RAISED
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import Missing, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.recent import recent
from chengyun.kernel.scope import Scope
from chengyun.science.conditions import points_of
from chengyun.science.coordinates import distance

RED = 4
GATEWAY_SILENT = timedelta(seconds=30)
RELATED = ("series__device__unit", "case", "outage", "cause")


def devices_for(user: User) -> QuerySet[Device]:
    """The devices in this person's part of the city."""
    return Device.objects.filter(user.scope("monitoring.view").area_q("area"))


def device_for(user: User, code: str) -> Device:
    """One device; Missing when it is not this person's to see."""
    rows = devices_for(user).select_related("unit", "asset", "feeder")
    found = rows.filter(code=code).first()
    if found is None:
        raise _unseen(code)
    return found


def devices_called(user: User, codes: Sequence[str]) -> list[Device]:
    """Several at once, in the order of their codes; Missing for the first that is not this person's to see."""
    found = {row.code: row for row in devices_for(user).filter(code__in=codes)}
    for code in codes:
        if code not in found:
            raise _unseen(code)
    return [found[code] for code in codes]


def _unseen(code: str) -> Missing:
    return Missing(f"没有设备「{code}」，或者它不在你的范围内。")


def unit_called(code: str, field: str = "unit") -> Unit:
    """A unit that can look after a device or act, by its code; ``field`` is where the code was given."""
    found = Unit.objects.filter(code=code, valid_to=None).first()
    if found is None:
        raise wrong(field, f"没有单位「{code}」，或者它已经撤销。")
    return found


def series_of(device: Device) -> list[Series]:
    """What a device measures, in the order in which its kind declares it, each with its drift and ``fault``, if any."""
    order = [point.key for point in device.declared.points] if device.declared else []
    standing = Q(ailments__what=Ailment.What.FAULT, ailments__ended_at=None)
    series = Series.objects.annotate(fault=FilteredRelation("ailments", condition=standing))
    related = ("device", "drift", "fault__alarm")
    rows = list(series.filter(device=device).select_related(*related))
    return sorted(
        rows,
        key=lambda row: (
            row.point not in order,
            order.index(row.point) if row.point in order else 0,
        ),
    )


def others_of(rule: AlarmRule | None, several: Sequence[Series]) -> dict[int, list[Series | None]]:
    """Of each series of a rule those its condition looks at, in the order of these, None for one that is not there.

    Nothing where it has no condition. A device on the same part counts while it works.
    """
    wanted = points_of(rule.when) if rule and rule.when else ()
    if not wanted:
        return {}
    parts = [each.device.asset_id for each in several if each.device.asset_id]
    own = Q(device__in=[each.device_id for each in several])
    beside = Q(device__asset__in=parts, device__state=Device.State.WORKING)
    rows = Series.objects.filter(own | beside, point__in=[point for _, point in wanted])
    keys: dict[tuple[int | None, str, str], Series] = {}
    for row in rows.select_related("device"):
        keys[row.device_id, "", row.point] = row
        if row.device.asset_id and row.device.state == Device.State.WORKING:
            keys[row.device.asset_id, row.device.kind, row.point] = row
    return {
        each.pk: [
            keys.get((each.device.asset_id if kind else each.device_id, kind, point))
            for kind, point in wanted
        ]
        for each in several
    }


def series_beside(alarm: Alarm) -> list[Series]:
    """The other series its rule looks at, in the order in which its condition names them."""
    others = others_of(alarm.declared, [alarm.series]).get(alarm.series_id, [])
    return [each for each in others if each is not None and each.pk != alarm.series_id]


def series_for(user: User, pk: int) -> Series:
    """One series; Missing when its device is not this person's to see."""
    seen = user.scope("monitoring.view").area_q("device__area")
    found = Series.objects.filter(seen, pk=pk).select_related("device").first()
    if found is None:
        raise Missing("没有这条监测曲线，或者它不在你的范围内。")
    return found


def alarms_for(user: User) -> QuerySet[Alarm]:
    """The alarms in this person's part of the city."""
    return Alarm.objects.filter(_seen(user.scope("monitoring.view"))).select_related(*RELATED)


def _seen(scope: Scope) -> Q:
    """The alarms of a part of the city, and the outages of a larger one: their devices have no alarm of their own."""
    return scope.area_q("area") | Q(rule=MANY_SILENT, area__in=_above(scope))


def _above(scope: Scope) -> set[str]:
    return {area[:length] for area in scope.areas for length in (4, 6, 9)}


def alarm_for(user: User, code: str) -> Alarm:
    """One alarm; Missing when it is not this person's to see."""
    found = alarms_for(user).filter(code=code).first()
    if found is None:
        raise Missing(f"没有报警「{code}」，或者它不在你的范围内。")
    return found


def open_alarms(user: User) -> QuerySet[Alarm]:
    """What is wrong now, the worst first, of the same level the oldest; what another one stands for is left out."""
    rows = alarms_for(user).filter(open=True, cause=None)
    return rows.order_by("-level", "began_at", "id")


def alarms_of(series: Iterable[Series]) -> QuerySet[Alarm]:
    """What some series raised, newest first."""
    rows = Alarm.objects.filter(series__in=list(series)).select_related(*RELATED)
    return rows.order_by("-raised_at", "-id")


def readers(alarms: Iterable[int], people: Iterable[User]) -> dict[int, set[int]]:
    """Who of some people may open which alarms."""
    rows = Alarm.objects.filter(pk__in=list(alarms)).values_list("pk", "area", "rule")
    scopes = {p.pk: p.scope("monitoring.view") for p in people if p.may("monitoring.view")}
    return {
        pk: {
            person
            for person, scope in scopes.items()
            if scope.covers(area=area) or (rule == MANY_SILENT and area in _above(scope))
        }
        for pk, area, rule in rows
    }


def count_waiting(user: User) -> tuple[int, int]:
    """How many alarms nobody has confirmed, silenced ones left out, and how many of them are red."""
    return _count_waiting(user.scope("alarm.judge"))


@recent(5)
def _count_waiting(scope: Scope) -> tuple[int, int]:
    waiting = Alarm.objects.filter(scope.area_q("area"), open=True, state=RAISED, cause=None)
    rows = loud(waiting, silences_now())
    found = rows.aggregate(all=Count("id"), red=Count("id", filter=Q(level=RED)))
    return found["all"], found["red"]


def forget_counts() -> None:
    """An alarm has changed."""
    _count_waiting.forget()


@dataclass(frozen=True, kw_only=True)
class Health:
    """Of the devices of one kind: how many there are and how many were heard of in time."""

    kind: DeviceKind
    total: int
    online: int

    @property
    def off(self) -> int:
        return self.total - self.online


def health_of(user: User) -> list[Health]:
    """How the devices of each kind stand now; kinds without a device are left out."""
    rows = devices_for(user).filter(state=Device.State.WORKING)
    heard = rows.annotate(heard=Max("series__heard_at")).values_list("kind", "heard")
    now, found = clock.now(), dict[str, list[bool]]()
    silent = {kind.key: kind.silent_after for kind in registry.all_of(DeviceKind)}
    for kind, at in heard:
        fresh = at is not None and now - at <= silent.get(kind, timedelta(0))
        found.setdefault(kind, []).append(fresh)
    return [
        Health(kind=kind, total=len(found[kind.key]), online=sum(found[kind.key]))
        for kind in registry.all_of(DeviceKind)
        if kind.key in found
    ]


def rules_on(kind: str, point: str = "") -> list[AlarmRule]:
    """The rules that watch a kind of device, or one of its points."""
    rules = [rule for rule in registry.all_of(AlarmRule) if rule.kind == kind]
    return [rule for rule in rules if not point or rule.point == point]


def links_for(user: User) -> QuerySet[Link]:
    """Who speaks at the doors: the devices a person may see, and for who sees all of them the unknown ones too."""
    city = installation()
    if city is not None and user.scope("monitoring.view").covers(area=city.area):
        return Link.objects.all()
    return Link.objects.filter(name__in=devices_for(user).values("code"))


def link_for(user: User, door: str, name: str) -> Link:
    """One speaker; Missing when it is not this person's to see."""
    found = links_for(user).filter(door=door, name=name).first()
    if found is None:
        raise Missing("没有这条通信记录，或者它不在你的范围内。")
    return found


def gateway() -> Gateway | None:
    """What the gateway said of itself last; None before it was ever started."""
    return Gateway.objects.first()


def gateway_trouble() -> str:
    """Why readings are not taken now, in one sentence; nothing when they are."""
    found = gateway()
    if found is None:
        return ""
    if clock.now() - found.seen_at > GATEWAY_SILENT:
        return "采集网关没有应答，新的读数看不到。"
    return found.trouble


HEADING = "direction"


def moves(kind: DeviceKind) -> bool:
    """Whether devices of a kind tell where they are."""
    return all(kind.point(key) for key in PLACE)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A device in use as it stands now, without a place while nobody knows one.

    ``alarm``: the worst of its open ones that nobody has silenced.
    """

    code: str
    name: str
    kind: str
    place: tuple[float, float] | None
    online: bool
    moving: bool
    heading: float | None
    alarm: Alarm | None


def standings(scope: Scope) -> list[Standing]:
    """Every device in use in a part of the city as it stands now, in four queries."""
    kinds = {kind.key: kind for kind in registry.all_of(DeviceKind)}
    alarms, told, now = _worst_alarms(scope), _told_places(scope, kinds.values()), clock.now()
    rows = Device.objects.filter(scope.area_q("area"), state=Device.State.WORKING)
    heard = rows.annotate(heard=Max("series__heard_at")).order_by("id")
    columns = ("id", "code", "name", "kind", "lon", "lat", "heard")
    found = []
    for pk, code, name, key, lon, lat, at in heard.values_list(*columns):
        kind, here = kinds.get(key), told.get(pk, {})
        own = (lon, lat) if lon is not None else None
        found.append(
            Standing(
                code=code,
                name=name or code,
                kind=kind.label if kind else "",
                place=place_told(here) or own,
                online=kind is not None and at is not None and now - at <= kind.silent_after,
                moving=kind is not None and moves(kind),
                heading=here.get(HEADING),
                alarm=alarms.get(pk),
            )
        )
    return found


def place_told(values: Mapping[str, float]) -> tuple[float, float] | None:
    """Where a device says it is, by the newest values of its points; None when it has not said."""
    lon, lat = (values.get(key) for key in PLACE)
    return (lon, lat) if lon is not None and lat is not None else None


def _worst_alarms(scope: Scope) -> dict[int, Alarm]:
    """Of each device the worst of its open alarms nobody has silenced, of the same level the oldest."""
    rows = loud(Alarm.objects.filter(scope.area_q("area"), open=True, cause=None), silences_now())
    ordered = rows.select_related("series").order_by("level", "-began_at", "-id")
    return {alarm.series.device_id: alarm for alarm in ordered}


def _told_places(scope: Scope, kinds: Iterable[DeviceKind]) -> dict[int, dict[str, float]]:
    """Of each device that moves the newest sound values of where it is and where it is headed."""
    moving = [kind.key for kind in kinds if moves(kind)]
    rows = Series.objects.filter(
        scope.area_q("device__area"),
        device__kind__in=moving,
        device__state=Device.State.WORKING,
        point__in=(*PLACE, HEADING),
        quality=0,
    )
    found: dict[int, dict[str, float]] = {}
    for device, point, value in rows.values_list("device", "point", "value"):
        if value is not None:
            found.setdefault(device, {})[point] = value
    return found


def last_heard(user: User) -> datetime | None:
    """When the last reading came from this person's part of the city."""
    seen = user.scope("monitoring.view").area_q("device__area")
    found: datetime | None = Series.objects.filter(seen).aggregate(last=Max("heard_at"))["last"]
    return found


def most_urgent(rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
    """Some alarms, those that last first; red ones nobody has confirmed, then the worst, of one level the oldest."""
    over = Case(When(ended_at=None, then=0), default=1)
    unanswered = Case(When(level=RED, state=RAISED, then=0), default=1)
    return rows.order_by(over, unanswered, "-level", "began_at", "id")


def standings_near(
    user: User, lon: float, lat: float, metres: float
) -> list[tuple[Standing, float]]:
    """The devices within ``metres`` of a place as they stand now, with their distance, nearest first."""
    placed = [row for row in standings(user.scope("monitoring.view")) if row.place]
    places = np.array([row.place for row in placed], dtype=float).reshape(-1, 2)
    away = distance(places[:, 0], places[:, 1], lon, lat)
    found = [(row, float(far)) for row, far in zip(placed, away, strict=True) if far <= metres]
    return sorted(found, key=lambda pair: pair[1])


def open_cases_of(series: Iterable[Series]) -> list[CityCase]:
    """The open cases because of alarms of some series, newest first."""
    found = CityCase.objects.filter(alarms__series__in=list(series), open=True).distinct()
    return list(found.select_related("case_class", "unit").order_by("-id"))
