"""The register of cameras."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from chengyun.city.cases.models import Camera
from chengyun.city.people.models import User
from chengyun.city.places.queries import address_of, locate
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.permissions import require

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}")
OUTSIDE = "这个位置不在本市范围内，请在图上重新选点。"
STANDING = (Camera.State.WORKING, Camera.State.BROKEN)


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
