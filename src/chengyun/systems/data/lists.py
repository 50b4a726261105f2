"""The lists of 数据汇聚: columns, filters and the words in them."""

from __future__ import annotations

from chengyun.city.assets.answers import label_of
from chengyun.city.assets.models import Asset, ImportRun, State
from chengyun.city.assets.specs import AssetType
from chengyun.city.people.models import User
from chengyun.city.people.queries import units_serving
from chengyun.city.places.queries import label_of as place_label
from chengyun.city.places.queries import regions
from chengyun.kernel import registry
from chengyun.kernel.specs import Column, Filter

TONES = {
    State.GOOD: "eco",
    State.BROKEN: "amber",
    State.LOST: "red",
    State.SCRAPPED: "line",
    State.REMOVED: "line",
}
RUN_TONES = {
    ImportRun.State.DONE: "eco",
    ImportRun.State.REFUSED: "red",
    ImportRun.State.FAILED: "red",
    ImportRun.State.READY: "amber",
}


def state_badge(asset: Asset) -> dict[str, str]:
    if asset.valid_to:
        return {"words": "已注销", "tone": "line"}
    state = State(asset.state)
    return {"words": state.label, "tone": TONES[state]}


def run_badge(run: ImportRun) -> dict[str, str]:
    state = ImportRun.State(run.state)
    return {"words": state.label, "tone": RUN_TONES.get(state, "")}


def type_options(user: User) -> list[tuple[str, str]]:
    kinds = sorted(registry.all_of(AssetType), key=lambda kind: kind.code)
    return [(kind.key, f"{kind.code} {kind.label}") for kind in kinds]


def area_options(user: User) -> list[tuple[str, str]]:
    """Districts and streets the person may see; a name tells what it lies in."""
    scope = user.scope("asset.view")
    found = regions().filter(scope.area_q("code"), level__in=("district", "street"))
    return [(code, place_label(code)) for code in found.values_list("code", flat=True)]


def unit_options(user: User) -> list[tuple[str, str]]:
    """Departments and companies that work where the person does."""
    area = user.standing[0].area if user.standing else ""
    return [(unit.code, unit.name) for unit in units_serving(area)]


COLUMNS = (
    Column(key="state", label="状态", value=state_badge, kind="badge"),
    Column(
        key="name",
        label="部件",
        value=lambda a: (a.name, label_of(a.type) if a.name != label_of(a.type) else ""),
        kind="strong",
    ),
    Column(key="code", label="标识码", value=lambda a: a.code),
    Column(key="address", label="地址", value=lambda a: a.address or place_label(a.area)),
    Column(key="keeper", label="养护单位", value=lambda a: a.keeper),
    Column(key="grid", label="单元网格", value=lambda a: a.grid_code, wide_only=True),
    Column(key="changed", label="变更日期", value=lambda a: a.changed_on, wide_only=True),
)
FILTERS = (
    Filter(key="q", label="标识码、名称、地址", kind="text"),
    Filter(key="type", label="类型", choices=type_options),
    Filter(key="state", label="状态", choices=lambda user: list(State.choices)),
    Filter(key="area", label="区域", choices=area_options),
    Filter(key="keeper", label="养护单位", choices=unit_options),
    Filter(key="grid", label="社区或网格编码", kind="text"),
    Filter(key="gone", label="包括已注销", kind="check"),
)


def progress_words(run: ImportRun) -> str:
    if run.state == ImportRun.State.DONE:
        return f"写入 {run.written:,} 行"
    return f"{run.good:,} 行可导入，{run.bad:,} 行有错" if run.good or run.bad else run.error


RUN_COLUMNS = (
    Column(key="state", label="状态", value=lambda line: run_badge(line.run), kind="badge"),
    Column(key="name", label="文件", value=lambda line: line.run.name, kind="strong"),
    Column(key="rows", label="结果", value=lambda line: progress_words(line.run)),
    Column(key="owner", label="谁", value=lambda line: line.owner_name),
    Column(key="at", label="时间", value=lambda line: line.run.made_at, kind="time"),
)
