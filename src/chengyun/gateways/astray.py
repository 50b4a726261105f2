"""Devices that say where they are: their coordinates made WGS 84, and how far each is from where it may be.

Both happen before a reading is durable, so that whoever reads the journal or the lake has them. A position is a
longitude and a latitude of one device, one moment and one serial, told in one batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from django.utils.timezone import localtime

from chengyun.city.sensing.fences import zone_of
from chengyun.city.sensing.models import Device, Fence, Series
from chengyun.city.sensing.specs import PLACE, DeviceKind
from chengyun.gateways.moments import microseconds, moment
from chengyun.kernel import clock, registry
from chengyun.lake.readings import SCHEMA, with_day
from chengyun.science.coordinates import Crs, to_wgs84
from chengyun.science.episodes import Flags
from chengyun.science.fences import Zone, astray, in_hours
from chengyun.science.quality import UNPLACED
from chengyun.science.signals import Floats, Ints

KEPT = timedelta(days=2)
"""A fence that is over is remembered for so long: positions may come late."""
DECIMETRE = 1
FOREVER = np.iinfo(np.int64).max


class Mover(NamedTuple):
    """A device that says where it is, by the keys of its series; ``astray`` None: nobody ever gave it a fence."""

    device: int
    lon: int
    lat: int
    astray: int | None
    crs: Crs


@dataclass(frozen=True, kw_only=True)
class Given:
    """A fence and whose it is; from ``begins`` to before ``ends`` in microseconds, ``hours`` in minutes of a day."""

    zone: Zone
    devices: frozenset[int]
    begins: int
    ends: int
    hours: tuple[int, int] | None


@dataclass(frozen=True, kw_only=True)
class Positions:
    """Where movers were: the rows of a table that tell it, and the number of the mover; shape (n,)."""

    east: Ints
    north: Ints
    mover: Ints


class Whereabouts:
    """The movers that are given fences, or tell coordinates of another system, and the fences."""

    def __init__(self, movers: Sequence[Mover] = (), given: Sequence[Given] = ()) -> None:
        self.movers, self.given = movers, given
        told = [
            (key, n, axis) for n, each in enumerate(movers) for axis, key in enumerate(each[1:3])
        ]
        rows = np.array(sorted(told), np.int64).reshape(-1, 3)
        self.series, self.mover, self.axis = (np.ascontiguousarray(part) for part in rows.T)
        self.watched: Flags = np.array([each.astray is not None for each in movers], bool)
        self.key: Ints = np.array([each.astray or 0 for each in movers], np.int64)
        self.crs = np.array([each.crs for each in movers], str)
        numbers = {each.device: n for n, each in enumerate(movers)}
        self.members: list[Ints] = [
            np.array([numbers[each] for each in fence.devices if each in numbers], np.int64)
            for fence in given
        ]
        self.fences: list[list[int]] = [[] for _ in movers]
        for number, members in enumerate(self.members):
            for mover in members.tolist():
                self.fences[mover].append(number)

    def placed(self, readings: pa.Table) -> pa.Table:
        """Readings (``lake.readings.SCHEMA``) with coordinates in WGS 84, and how far who told them is astray."""
        if not self.movers:
            return readings
        rows, mover, axis = self._told(readings)
        if not len(rows):
            return readings
        found = _paired(readings, rows, mover, axis)
        if (self.crs[mover] != "wgs84").any():
            readings = self._straightened(readings, rows, mover, found)
        found = _some(found, self.watched[found.mover])
        if not len(found.mover):
            return readings
        return pa.concat_tables([readings, self._reckoned(readings, found)])

    def _told(self, readings: pa.Table) -> tuple[Ints, Ints, Ints]:
        """The rows that tell a coordinate of a mover, whose, and which: 0 east, 1 north."""
        series = readings["series"].to_numpy()
        place = np.searchsorted(self.series, series).clip(max=len(self.series) - 1)
        rows = np.flatnonzero(self.series[place] == series)
        return rows, self.mover[place[rows]], self.axis[place[rows]]

    def _straightened(
        self, readings: pa.Table, rows: Ints, mover: Ints, found: Positions
    ) -> pa.Table:
        """What is told in another system, converted; half a position cannot be and is doubted."""
        value = readings["value"].to_numpy().copy()
        quality = readings["quality"].to_numpy().copy()
        alone = np.setdiff1d(rows, np.concatenate((found.east, found.north)))
        other = np.isin(alone, rows[self.crs[mover] != "wgs84"])
        quality[alone[other]] |= UNPLACED
        for crs in set(self.crs[found.mover].tolist()) - {"wgs84"}:
            mine = _some(found, self.crs[found.mover] == crs)
            lon, lat = to_wgs84(value[mine.east], value[mine.north], crs)
            value[mine.east], value[mine.north] = np.round(lon, 6), np.round(lat, 6)
        readings = _put(readings, "value", value)
        return _put(readings, "quality", quality)

    def _reckoned(self, readings: pa.Table, found: Positions) -> pa.Table:
        """How far each position is from where it may be, as readings of series of their own."""
        value, quality = readings["value"].to_numpy(), readings["quality"].to_numpy()
        at = readings["at"].cast(pa.int64()).to_numpy()[found.east]
        lon, lat = value[found.east], value[found.north]
        zones = list(self._zones(found.mover, at))
        same = readings.take(pa.array(found.east))
        columns = {name: same[name] for name in ("at", "serial", "received")}
        columns["series"] = pa.array(self.key[found.mover])
        columns["value"] = pa.array(np.round(astray(zones, lon, lat), DECIMETRE))
        columns["quality"] = pa.array(quality[found.east] | quality[found.north])
        names = [name for name in SCHEMA.names if name != "day"]
        return with_day(pa.table({name: columns[name] for name in names}))

    def _zones(self, mover: Ints, at: Ints) -> Iterator[tuple[Zone, Flags]]:
        """The fences that hold for some of these positions, each with for which."""
        for number in sorted({n for each in np.unique(mover) for n in self.fences[each]}):
            holds = np.isin(mover, self.members[number]) & _holds(self.given[number], at)
            if holds.any():
                yield self.given[number].zone, holds


def _paired(readings: pa.Table, rows: Ints, mover: Ints, axis: Ints) -> Positions:
    """Longitudes and latitudes of one mover, moment and serial; of doubled ones the first."""
    at = readings["at"].cast(pa.int64()).to_numpy()[rows]
    serial = readings["serial"].to_numpy()[rows]
    keys = np.rec.fromarrays((mover, at, serial))
    east, north = np.flatnonzero(axis == 0), np.flatnonzero(axis == 1)
    _, e, n = np.intersect1d(keys[east], keys[north], return_indices=True)
    return Positions(east=rows[east[e]], north=rows[north[n]], mover=mover[east[e]])


def _some(found: Positions, which: Flags) -> Positions:
    return Positions(east=found.east[which], north=found.north[which], mover=found.mover[which])


def _put(readings: pa.Table, name: str, values: Floats | Ints) -> pa.Table:
    place = readings.schema.get_field_index(name)
    return readings.set_column(place, readings.schema.field(place), pa.array(values))


def _holds(fence: Given, at: Ints) -> Flags:
    """Whether a fence holds at some moments, in the time of the positions."""
    holds = (at >= fence.begins) & (at < fence.ends)
    if fence.hours is not None and holds.any():
        minutes = [local.hour * 60 + local.minute for local in map(_local, at.tolist())]
        holds &= in_hours(np.array(minutes, np.int64), *fence.hours)
    return holds


def _local(at: int) -> datetime:
    return localtime(moment(at))


def whereabouts_now() -> Whereabouts:
    """As the register stands now."""
    rows = Fence.objects.exclude(valid_to__lt=clock.now() - KEPT)
    rows = rows.exclude(ended_at__lt=clock.now() - KEPT).prefetch_related("devices")
    given = [_given(row) for row in rows.order_by("pk")]
    return Whereabouts(list(_movers()), given)


def _given(row: Fence) -> Given:
    until = row.until
    return Given(
        zone=zone_of(row),
        devices=frozenset(device.pk for device in row.devices.all()),
        begins=microseconds(row.valid_from),
        ends=microseconds(until) if until else FOREVER,
        hours=(_minute(row.hour_from), _minute(row.hour_to)) if row.hour_from else None,
    )


def _minute(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])


def _movers() -> Iterable[Mover]:
    """Devices that were ever given a fence, and those whose coordinates have to be converted."""
    points = {kind.key: kind.astray.key for kind in registry.all_of(DeviceKind) if kind.astray}
    fenced = set(Fence.devices.through.objects.values_list("device_id", flat=True))
    rows = Series.objects.filter(device__kind__in=points, device__state=Device.State.WORKING)
    keys: dict[tuple[int, str, Crs], dict[str, int]] = {}
    columns = ("device_id", "device__kind", "device__told_crs", "point", "pk")
    for device, kind, crs, point, pk in rows.values_list(*columns):
        if device in fenced or crs != "wgs84":
            keys.setdefault((device, kind, crs), {})[point] = pk
    for (device, kind, crs), own in keys.items():
        if all(point in own for point in PLACE):
            far = own.get(points[kind]) if device in fenced else None
            yield Mover(device, own[PLACE[0]], own[PLACE[1]], far, crs)
