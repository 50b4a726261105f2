"""The register of cameras, and the kinds of discoveries the city takes, each with the class of its case."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from chengyun.city.cases import queries
from chengyun.city.cases.models import Camera, DiscoveryKind
from chengyun.city.people.models import User
from chengyun.city.places.queries import address_of, locate
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import installation
from chengyun.kernel.permissions import require

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}")
KEY = re.compile(r"[a-z][a-z0-9_]{0,19}")
OUTSIDE = "这个位置不在本市范围内，请在图上重新选点。"
STANDING = (Camera.State.WORKING, Camera.State.BROKEN)

SHIPPED = (
    ("vendor", "占道经营", "E0406"),
    ("shop", "店外经营", "E0405"),
    ("refuse", "暴露垃圾", "E0110"),
    ("rubble", "积存垃圾渣土", "E0111"),
    ("bin_full", "垃圾箱满溢", "P0305"),
    ("bicycles", "非机动车乱停放", "E0410"),
    ("water", "道路积水", "E0506"),
    ("cover", "井盖破损、缺失", ""),
)
"""What algorithms commonly find, and its class in the edition of 2013; whose a cover is, a picture does not say."""


@dataclass(frozen=True, kw_only=True)
class NewCamera:
    """What is known of a camera. ``lon`` and ``lat`` are WGS 84."""

    code: str
    name: str
    lon: float
    lat: float
    address: str = ""
    owner: str = ""
    simulated: bool = False


@transaction.atomic
def add_camera(new: NewCamera, *, by: User | None) -> Camera:
    """A camera whose discoveries are taken from now on."""
    code = new.code.strip()
    if not CODE.fullmatch(code):
        raise wrong("code", "编号用字母、数字、连字符和下划线，最多 40 位。")
    camera = Camera(code=code, simulated=new.simulated)
    _describe(camera, new)
    require(by, "discovery.arrange", area=camera.area)
    try:
        with transaction.atomic():
            camera.save(force_insert=True)
    except IntegrityError as error:
        raise wrong("code", f"已经有编号为「{code}」的摄像头。") from error
    record("camera.add", camera, by=by, area=camera.area, facts=_facts(camera), new=True)
    return camera


@transaction.atomic
def change_camera(camera: Camera, new: NewCamera, state: str, *, by: User | None) -> None:
    """Another name, place or owner, or that it is broken or works again; what was found stays where it was."""
    require(by, "discovery.arrange", area=camera.area)
    if state not in STANDING:
        raise wrong("state", "状态请选在用或故障。")
    _describe(camera, new)
    require(by, "discovery.arrange", area=camera.area)
    camera.state = state
    columns = {
        name: getattr(camera, name)
        for name in ("name", "address", "lon", "lat", "area", "owner", "state")
    }
    if not Camera.objects.filter(pk=camera.pk, ended_at=None).update(**columns):
        raise Conflict(f"摄像头「{camera}」已经停用，不能再改。")
    record("camera.change", camera, by=by, area=camera.area, facts=_facts(camera))


@transaction.atomic
def end_camera(camera: Camera, *, by: User | None) -> None:
    """From now on nothing of it is taken."""
    require(by, "discovery.arrange", area=camera.area)
    columns = {"state": Camera.State.ENDED, "ended_at": clock.now()}
    if not Camera.objects.filter(pk=camera.pk, ended_at=None).update(**columns):
        raise Conflict(f"摄像头「{camera}」已经停用了。")
    for name, value in columns.items():
        setattr(camera, name, value)
    record("camera.end", camera, by=by, area=camera.area)


def _describe(camera: Camera, new: NewCamera) -> None:
    """Put what is known of it into a camera, its area by its place."""
    if not new.name.strip():
        raise wrong("name", "请写摄像头的名称。")
    place = locate(new.lon, new.lat)
    if place is None:
        raise wrong("point", OUTSIDE)
    camera.name = new.name.strip()[:60]
    camera.lon, camera.lat, camera.area = new.lon, new.lat, place.area
    camera.address = (new.address.strip() or address_of(new.lon, new.lat))[:120]
    camera.owner = new.owner.strip()[:60]


def _facts(camera: Camera) -> dict[str, str | float]:
    names = ("code", "name", "address", "lon", "lat", "owner", "state")
    return {name: getattr(camera, name) for name in names}


@transaction.atomic
def add_kind(key: str, label: str, class_code: str, *, by: User | None) -> DiscoveryKind:
    """A kind of discovery that is taken from now on."""
    require(by, "discovery.arrange", area=_whole_city())
    if not KEY.fullmatch(key.strip()):
        raise wrong("key", "代号用小写字母、数字和下划线，以字母开头，最多 20 位。")
    kind = DiscoveryKind(key=key.strip(), label=_label(label), class_code=_class_code(class_code))
    try:
        with transaction.atomic():
            kind.save(force_insert=True)
    except IntegrityError as error:
        raise wrong("key", f"已经有代号为「{kind.key}」的种类。") from error
    _record_kind("discovery_kind.add", kind, by, new=True)
    return kind


@transaction.atomic
def change_kind(kind: DiscoveryKind, label: str, class_code: str, *, by: User | None) -> None:
    """Another name or class; cases made before keep theirs."""
    require(by, "discovery.arrange", area=_whole_city())
    columns = {"label": _label(label), "class_code": _class_code(class_code)}
    if not DiscoveryKind.objects.filter(pk=kind.pk, ended_at=None).update(**columns):
        raise Conflict(f"种类「{kind}」已经停用，不能再改。")
    kind.label, kind.class_code = columns["label"], columns["class_code"]
    _record_kind("discovery_kind.change", kind, by)


@transaction.atomic
def end_kind(kind: DiscoveryKind, *, by: User | None) -> None:
    """The kind is not taken any more; what waits is still judged."""
    require(by, "discovery.arrange", area=_whole_city())
    now = clock.now()
    if not DiscoveryKind.objects.filter(pk=kind.pk, ended_at=None).update(ended_at=now):
        raise Conflict(f"种类「{kind}」已经停用了。")
    kind.ended_at = now
    _record_kind("discovery_kind.end", kind, by)


def store_kinds(*, by: User | None) -> int:
    """Store the usual kinds that are not there yet, with their class where the city's edition has it."""
    there = set(DiscoveryKind.objects.values_list("key", flat=True))
    classes = {found.code for found in queries.classes_for(_whole_city())}
    missing = [row for row in SHIPPED if row[0] not in there]
    for key, label, code in missing:
        add_kind(key, label, code if code in classes else "", by=by)
    return len(missing)


def _label(text: str) -> str:
    if not text.strip():
        raise wrong("label", "请写种类的名称。")
    return text.strip()[:40]


def _class_code(code: str) -> str:
    """A class of the edition in force, or none."""
    if not code.strip():
        return ""
    known = {found.code for found in queries.classes_for(_whole_city())}
    if code.strip() not in known:
        raise wrong("class", f"现行目录里没有类别「{code.strip()}」。")
    return code.strip()


def _record_kind(verb: str, kind: DiscoveryKind, by: User | None, *, new: bool = False) -> None:
    facts = {"key": kind.key, "label": kind.label, "class_code": kind.class_code}
    record(verb, kind, by=by, area=_whole_city(), facts=facts, new=new)


def _whole_city() -> str:
    """The kinds belong to the city as a whole."""
    city = installation()
    return city.area if city else ""
