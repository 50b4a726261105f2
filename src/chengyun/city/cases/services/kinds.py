"""The kinds of discoveries the city takes, each with the class of the cases made of it."""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction

from chengyun.city.cases import queries
from chengyun.city.cases.models import DiscoveryKind
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, wrong
from chengyun.kernel.installation import city_area
from chengyun.kernel.permissions import require

KEY = re.compile(r"[a-z][a-z0-9_]{0,19}")
SHIPPED = (
    ("vendor", "占道经营", "E0406"),
    ("shop", "店外经营", "E0405"),
    ("refuse", "暴露垃圾", "E0110"),
    ("rubble", "积存垃圾渣土", "E0111"),
    ("bin_full", "垃圾箱满溢", "P0305"),
    ("bicycles", "非机动车乱停放", "E0410"),
    ("water", "道路积水", "E0506"),
    ("surface", "水面漂浮物", "E0125"),
    ("shed", "私搭乱建", "E0101"),
    ("cover", "井盖破损、缺失", ""),
)
"""What algorithms commonly find, and its class in the edition of 2013; whose a cover is, a picture does not say."""


@transaction.atomic
def add_kind(key: str, label: str, class_code: str, *, by: User | None) -> DiscoveryKind:
    """A kind of discovery that is taken from now on."""
    require(by, "catalogue.change", area=city_area())
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
    require(by, "catalogue.change", area=city_area())
    columns = {"label": _label(label), "class_code": _class_code(class_code)}
    if not DiscoveryKind.objects.filter(pk=kind.pk, ended_at=None).update(**columns):
        raise Conflict(f"种类「{kind}」已经停用，不能再改。")
    kind.label, kind.class_code = columns["label"], columns["class_code"]
    _record_kind("discovery_kind.change", kind, by)


@transaction.atomic
def end_kind(kind: DiscoveryKind, *, by: User | None) -> None:
    """The kind is not taken any more; what waits is still judged."""
    require(by, "catalogue.change", area=city_area())
    now = clock.now()
    if not DiscoveryKind.objects.filter(pk=kind.pk, ended_at=None).update(ended_at=now):
        raise Conflict(f"种类「{kind}」已经停用了。")
    kind.ended_at = now
    _record_kind("discovery_kind.end", kind, by)


def store_kinds(*, by: User | None) -> int:
    """Store the usual kinds that are not there yet, with their class where the city's edition has it."""
    there = set(DiscoveryKind.objects.values_list("key", flat=True))
    classes = {found.code for found in queries.classes_for(city_area())}
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
    known = {found.code for found in queries.classes_for(city_area())}
    if code.strip() not in known:
        raise wrong("class", f"现行目录里没有类别「{code.strip()}」。")
    return code.strip()


def _record_kind(verb: str, kind: DiscoveryKind, by: User | None, *, new: bool = False) -> None:
    facts = {"key": kind.key, "label": kind.label, "class_code": kind.class_code}
    record(verb, kind, by=by, area=city_area(), facts=facts, new=new)
