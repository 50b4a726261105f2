"""方言: in what devices depart from their protocols, and what the gateway has learned of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from chengyun.city.people.models import User
from chengyun.city.sensing.models import Device, Dialect
from chengyun.city.sensing.queries import devices_for
from chengyun.kernel.errors import Missing
from chengyun.kernel.installation import city_area, installation

VIEW = "monitoring.view"


@dataclass(frozen=True)
class Quirk:
    """One departure from a protocol: the door where it is spoken, its key, and what it is in words."""

    door: str
    key: str
    label: str


QUIRKS = (
    Quirk("hj212", "modbus_high_first", "CRC 是 CRC-16/MODBUS，高字节在前"),
    Quirk("hj212", "modbus_low_first", "CRC 是 CRC-16/MODBUS，低字节在前"),
    Quirk("hj212", "swapped", "CRC 的两个字节写反"),
    Quirk("hj212", "no_qn", "要应答，却没有 QN：应答里也不写 QN"),
    Quirk("sl651", "swapped", "CRC 的两个字节写反"),
    Quirk("jt808", "header_2013", "消息头和消息体是 2013 版，却置了 2019 版的标志"),
)
LABELS = {(quirk.door, quirk.key): quirk.label for quirk in QUIRKS}
SPOKEN_AT = tuple(dict.fromkeys(quirk.door for quirk in QUIRKS))
IN_USE, TAKEN_BACK = Dialect.State.LEARNED, Dialect.State.TAKEN_BACK


def dialects_for(user: User) -> QuerySet[Dialect]:
    """Of the devices a person may see, and of unknown ones for who sees the whole city."""
    city = installation()
    if city is not None and user.scope(VIEW).covers(area=city.area):
        return Dialect.objects.all()
    return Dialect.objects.filter(name__in=devices_for(user).values("code"))


def dialect_for(user: User, pk: int) -> Dialect:
    """One of them; Missing when it is not this person's to see."""
    found = dialects_for(user).filter(pk=pk).first()
    if found is None:
        raise Missing("没有这条方言，或者它不在你的范围内。")
    return found


def dialects_of(user: User, name: str, door: str = "") -> list[Dialect]:
    """What a device speaks, at one door or at all."""
    rows = dialects_for(user).filter(name=name)
    return list((rows.filter(door=door) if door else rows).order_by("door", "quirk"))


def known_dialects() -> dict[tuple[str, str, str], bool]:
    """Door, device and quirk, and whether frames are read by it; what may be learned (again) is left out."""
    rows = Dialect.objects.filter(state__in=(IN_USE, TAKEN_BACK))
    told = rows.values_list("door", "name", "quirk", "state")
    return {(door, name, quirk): state == IN_USE for door, name, quirk, state in told}


def label_of(dialect: Dialect) -> str:
    return LABELS.get((dialect.door, dialect.quirk), dialect.quirk)


def area_of(dialect: Dialect) -> str:
    """Where its device stands; the whole city while nobody has adopted it."""
    found = Device.objects.filter(code=dialect.name).values_list("area", flat=True).first()
    return found or city_area()
