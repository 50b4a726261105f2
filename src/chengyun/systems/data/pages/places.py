"""网格与区域: going down from the city to a unit grid, and importing layers of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast, get_args

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import person_of
from chengyun.city.places import services
from chengyun.city.places.queries import chain_of, grid_of, region_of
from chengyun.city.places.specs import LAYER_LABELS, LayerKind, Report
from chengyun.kernel import files
from chengyun.kernel.errors import Invalid, Missing
from chengyun.kernel.forms import form_of
from chengyun.kernel.installation import installation
from chengyun.kernel.models import File
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.permissions import require
from chengyun.kernel.specs import Field
from chengyun.science.coordinates import NAMES, Crs
from chengyun.science.coverage import Kind
from chengyun.systems.data import place_view

FAULTS_SHOWN = 300
CRS_LABELS = {
    "wgs84": "WGS 84",
    "cgcs2000": "CGCS2000",
    "gcj02": "GCJ-02（高德、腾讯）",
    "bd09": "BD-09（百度）",
}
FAULT_LABELS = {
    "code": "编码不对",
    "name": "名称不对",
    "grade": "道路等级不对",
    "kind": "类型不对",
    "responsibility": "责任网格编码不对",
    "empty": "没有图形",
    "type": "图形类型不对",
    "invalid": "环不合法",
    "duplicate": "编码重复",
    "overlap": "互相重叠",
    "gap": "有缝隙",
    "orphan": "没有上级",
    "outside": "超出上级",
}
ACCEPTABLE = frozenset({"overlap", "gap", "outside"})
FIELDS = (
    Field(
        key="kind",
        label="图层",
        kind="choice",
        required=True,
        choices=tuple((key, label) for key, label in LAYER_LABELS.items()),
    ),
    Field(
        key="crs",
        label="坐标系",
        kind="choice",
        required=True,
        choices=tuple((name, CRS_LABELS[name]) for name in NAMES),
        hint="文件自己写明坐标系时以文件为准",
    ),
    Field(key="layer", label="图层名", max_length=60, hint="文件里有几个图层时填"),
    Field(key="replace", label="文件里没有的旧数据一并停用", kind="bool"),
)


@door(may="places.view")
def places(request: HttpRequest) -> HttpResponse:
    """The city and what is in it."""
    city = installation()
    found = region_of(city.area) if city else None
    return page(
        request,
        **place_view.region(found, person_of(request), request) if found else {},
        may_import=person_of(request).may("places.import"),
    )


@door(may="places.view")
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A region with what is in it, or a unit grid."""
    user = person_of(request)
    found, grid = region_of(code), grid_of(code)
    if found is not None:
        shown = place_view.region(found, user, request)
    elif grid is not None:
        shown = place_view.grid(grid, user)
    else:
        raise Missing(f"没有编码为「{code[:20]}」的区域或网格。")
    return page(request, **shown, chain=chain_of(code), code=code)


@door(may="places.import")
def places_import(request: HttpRequest) -> HttpResponse:
    """Choose a file; or, with a checked one, write it."""
    user = person_of(request)
    form = form_of(FIELDS, initial={"crs": "wgs84"})
    if request.method != "POST":
        return page(request, form=form)
    options = _options(request)
    file = _kept(request)
    with _named(file) as path:
        report = services.import_file(path, by=user, **options)
    return back(request, "data:places", f"已导入{report}")


@require_POST
@door(may="places.import")
def places_check(request: HttpRequest) -> HttpResponse:
    """Say what a file would change, or every fault of it; nothing is written."""
    user = person_of(request)
    require(user, "places.import")
    options = _options(request)
    file = _kept(request) if "stored" in request.POST else _uploaded(request)
    with _named(file) as path:
        report = services.check_import(path, **options)
    return page(request, **_told(report), file=file, options=options)


def _told(report: Report) -> dict[str, Any]:
    kinds = Counter(fault.kind for fault in report.faults)
    return {
        "report": report,
        "label": LAYER_LABELS[report.kind],
        "faults": report.faults[:FAULTS_SHOWN],
        "more": max(len(report.faults) - FAULTS_SHOWN, 0),
        "kinds": [(key, FAULT_LABELS.get(key, key), n) for key, n in kinds.most_common()],
        "acceptable": [
            (key, FAULT_LABELS[key], n) for key, n in kinds.most_common() if key in ACCEPTABLE
        ],
        "only_acceptable": bool(kinds) and kinds.keys() <= ACCEPTABLE,
        "may_write": report.ok and report.added + report.changed > 0,
    }


def _options(request: HttpRequest) -> dict[str, Any]:
    """What was chosen. Raises Invalid."""
    given = request.POST
    if given.get("kind") not in LAYER_LABELS or given.get("crs") not in NAMES:
        raise Invalid("请选图层和坐标系。")
    return {
        "kind": cast(LayerKind, given["kind"]),
        "crs": cast(Crs, given["crs"]),
        "layer": given.get("layer", "").strip()[:60],
        "replace": given.get("replace") in ("on", "1", "True"),
        "accept": tuple(k for k in given.getlist("accept") if k in get_args(Kind)),
    }


def _uploaded(request: HttpRequest) -> File:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("请先选一个文件。")
    name = file.name or "图层"
    return files.store_bytes(file.read(), "application/octet-stream", name, by=person_of(request))


def _kept(request: HttpRequest) -> File:
    """The file that was checked, if this person uploaded it."""
    text = request.POST.get("stored", "")
    pk = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    found = files.files_of(person_of(request).pk, [pk])
    if not found:
        raise Missing("没有这个文件，请重新上传。")
    return found[0]


@contextmanager
def _named(file: File) -> Iterator[Path]:
    """The stored file under its own name, whose ending says what it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.name).name
        path.symlink_to(files.path_of(file).resolve())
        yield path
