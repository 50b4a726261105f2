"""Files on their way into the register."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from chengyun.city.assets import jobs
from chengyun.city.assets.exports import example_of
from chengyun.city.assets.factories import AWAY, HOME, make_asset, row
from chengyun.city.assets.models import Asset, ImportRun
from chengyun.city.assets.services import imports
from chengyun.city.assets.services.imports import import_assets
from chengyun.city.assets.specs import AssetType
from chengyun.city.people.factories import Cast, make_cast
from chengyun.city.places.factories import make_city
from chengyun.kernel import audit, clock, registry
from chengyun.kernel.errors import Conflict, NotAllowed
from chengyun.kernel.exports import csv_lines, write_xlsx
from chengyun.kernel.files import path_of
from chengyun.kernel.models import Audit

State = ImportRun.State


@pytest.fixture
def cast(db: None) -> Cast:
    found = make_cast()
    make_city()
    return found


def table(rows: Sequence[dict[str, object]]) -> str:
    out = io.StringIO()
    header = list(dict.fromkeys(key for r in rows for key in r))
    writer = csv.DictWriter(out, header)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def saved(tmp_path: Path, content: str | bytes, name: str = "部件.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def told(run: ImportRun) -> list[str]:
    return [f"{number} {column} {message}" for number, column, message in run.faults]


def test_good_rows_are_written_with_codes_grid_and_history(cast: Cast) -> None:
    rows = [
        row(杆号="HN-1", 功率=150, 养护单位="市政工程处", 数据来源="普查", 初始日期="2020/5/1"),
        row("0402", 树种="国槐", 状态="破损"),
        row(标识码="3715020137000007"),
    ]
    run = import_assets(rows, by=cast.admin)
    assert (run.state, run.written, run.bad) == (State.DONE, 3, 0)
    lamp, tree, coded = Asset.objects.order_by("id")
    assert lamp.code == "3715020137000008"  # after the greatest one of the file
    assert (lamp.grid_code, lamp.keeper_id, lamp.attributes) == (
        HOME,
        cast.crew.pk,
        {"pole": "HN-1", "power_w": 150},
    )
    assert lamp.created_on.isoformat() == "2020-05-01"
    assert (tree.type, tree.state, tree.name) == ("street_tree", "broken", "行道树")
    assert Audit.objects.filter(verb="asset.add", actor_id=cast.admin.pk).count() == 3
    assert audit.verify().sound
    assert coded.code == "3715020137000007"


def test_every_fault_is_told_by_row_and_column_and_nothing_is_written(cast: Cast) -> None:
    make_asset(code="3715020137000001")
    rows = [
        row(),
        row("月亮"),
        row(功率="很亮"),
        row(养护单位="没有这家"),
        row(经度="116.4", 纬度="39.9"),
        row(标识码="3715020137000001"),
        row(标识码="3715020137000009"),
        row(标识码="3715020137000009"),
        row(标识码="3715230137000002"),
        row(经度=""),
        row(树种="国槐"),
        row("古树名木", 树种="国槐"),
        row(状态="化了"),
        row(纬度="nan"),
    ]
    run = import_assets(rows, by=cast.admin)
    assert (run.state, run.good, run.bad) == (State.REFUSED, 2, 12)
    assert told(run) == [
        "3 类型 没有「月亮」这种部件",
        "4 功率 应当是整数，现在是「很亮」",
        "5 养护单位 没有「没有这家」这个单位",
        "6 经度、纬度 （116.400000，39.900000）不在城市范围内",
        "7 标识码 部件库里已经有 3715020137000001",
        "9 标识码 和第 8 行重复：3715020137000009",
        "10 标识码 区划是 371523，这个位置在 371502",
        "11 经度 要填写",
        "12 树种 路灯没有这一项",
        "13 挂牌编号 要填写",
        "14 状态 应当是完好、破损、丢失、废弃、移除之一，现在是「化了」",
        "15 纬度 应当是数字",
    ]
    assert Asset.everything.count() == 1
    assert run.report is not None
    assert "没有「月亮」这种部件" in path_of(run.report).read_text(encoding="utf-8-sig")


def test_partial_lets_the_good_rows_in(cast: Cast) -> None:
    run = import_assets([row(), row("月亮"), row()], by=cast.admin, partial=True)
    assert (run.state, run.written, run.bad) == (State.DONE, 2, 1)


def test_a_districts_administrator_brings_in_the_district_only(cast: Cast) -> None:
    run = import_assets([row(), row(grid=AWAY)], by=cast.district_admin)
    assert told(run) == ["3  这里不在你的管辖范围内"]
    with pytest.raises(NotAllowed):
        import_assets([row()], by=cast.dispatcher)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_usual_encodings(cast: Cast, tmp_path: Path, encoding: str) -> None:
    text = table([row(地址="龙山街道湖南路 1 号"), row()])
    run = import_assets(saved(tmp_path, text.encode(encoding)), by=cast.admin)
    assert (run.state, run.written) == (State.DONE, 2)
    assert Asset.objects.filter(address="龙山街道湖南路 1 号").exists()


def test_excel_with_text_codes_and_dates(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "部件.xlsx"
    lon, lat = float(str(row()["经度"])), float(str(row()["纬度"]))
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["标识码", "类型", "经度", "纬度", "功率"])
        sheet.write_row(1, 0, ["3715020137000003", "路灯", lon, lat, 150])
        sheet.write_row(3, 0, [3715020137000004, "路灯", lon, lat, 1.5])
    run = import_assets(path, by=cast.admin)
    assert told(run) == [
        "4 标识码 是数字格式，Excel 只保留 15 位，后面的已经丢失；请把这一列设为文本再填",
        "4 功率 应当是整数，现在是「1.5」",
    ]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        ("", "a.csv", "是空文件"),
        ("路灯,115.9,36.4\n", "a.csv", "第 1 行应当是列名"),
        ("类型,经度\n路灯,115.9\n", "a.csv", "缺少这些列：纬度"),
        ("类型,经度,纬度\n", "a.csv", "只有列名"),
        ("类型,经度,纬度,翅膀\n路灯,1,1,2\n", "a.csv", "「翅膀」不是部件的列名"),
        ("类型,类型,经度,纬度\n路灯,路灯,1,1\n", "a.csv", "两列都是「类型」"),
        ("this is text", "a.xlsx", "不是能打开的 Excel"),
        (b"PK\x03\x04 broken", "a.xlsx", "不是能打开的 Excel"),
        (b"\x00\x01\x02", "a.csv", "不是能打开的 Excel 或 CSV"),
        (b"\xff\xfe\xff\xff,\xff", "a.csv", "文字编码"),
        ('类型,经度,纬度\n"' + "x" * 200_000, "a.csv", "双引号没有成对"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(
    cast: Cast, tmp_path: Path, content: str | bytes, name: str, sentence: str
) -> None:
    run = import_assets(saved(tmp_path, content, name), by=cast.admin)
    assert run.state == State.FAILED
    assert sentence in run.error
    assert not Asset.everything.exists()


@pytest.mark.parametrize("cell", [(1_048_575, 15), (400_000, 100)])
def test_a_stray_cell_far_away_is_told_before_the_sheet_is_held(
    cast: Cast, tmp_path: Path, cell: tuple[int, int]
) -> None:
    path = tmp_path / "部件.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(row()))
        sheet.write_row(1, 0, list(row().values()))
        sheet.write(*cell, "x")
    run = import_assets(path, by=cast.admin)
    assert run.state == State.FAILED
    assert "范围太大" in run.error


def test_old_and_locked_excel_files_are_told_apart(cast: Cast, tmp_path: Path) -> None:
    run = import_assets(saved(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1", "a.xls"), by=cast.admin)
    assert "旧版 Excel 表或加了密码" in run.error
    other = tmp_path / "a.ods"
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("content.xml", "<x/>")
    assert "不是 .xlsx 表" in import_assets(other, by=cast.admin).error


def test_what_happened_between_check_and_writing_stops_the_whole_file(cast: Cast) -> None:
    text = table([row(), row(标识码="3715020137000005")]).encode()
    run = imports.upload(text, "a.csv", by=cast.admin)
    jobs.check_file.call(run.pk)
    run.refresh_from_db()
    assert run.state == State.READY
    make_asset(code="3715020137000005")
    imports.start(run, by=cast.admin)
    jobs.write_file.call(run.pk)
    run.refresh_from_db()
    assert run.state == State.REFUSED
    assert Asset.everything.count() == 1


def test_a_run_is_started_once(cast: Cast) -> None:
    run = imports.upload(table([row()]).encode(), "a.csv", by=cast.admin)
    imports.check(run)
    imports.start(run, by=cast.admin)
    with pytest.raises(Conflict, match="正在导入"):
        imports.start(run, by=cast.admin)


def test_a_run_whose_worker_died_is_taken_up_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "STEP", 2)
    run = imports.upload(table([row() for _ in range(5)]).encode(), "a.csv", by=cast.admin)
    imports.check(run)
    imports.start(run, by=cast.admin)
    _die_after(monkeypatch, "record_many", 1)
    with pytest.raises(KeyboardInterrupt):
        imports.write(run)
    assert Asset.objects.count() == 2
    monkeypatch.undo()
    assert imports.stalled() == []
    with clock.at(clock.now() + timedelta(minutes=5)):
        [found] = imports.stalled()
        assert imports.stalled() == []
        jobs.resume_run.call(found.pk)
    run.refresh_from_db()
    assert (run.state, run.written) == (State.DONE, 5)
    assert Audit.objects.filter(verb="asset.add").count() == 5
    assert audit.verify().sound


def test_nobody_sees_staged_rows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    run = imports.upload(table([row() for _ in range(3)]).encode(), "a.csv", by=cast.admin)
    imports.check(run)
    imports.start(run, by=cast.admin)
    _die_after(monkeypatch, "_publish", 0)
    with pytest.raises(KeyboardInterrupt):
        imports.write(run)
    assert (Asset.everything.count(), Asset.objects.count()) == (3, 0)


def test_the_command_checks_and_imports(cast: Cast, tmp_path: Path) -> None:
    out = io.StringIO()
    good = saved(tmp_path, table([row(), row()]), "good.csv")
    call_command("import_assets", good, "--check", stdout=out)
    assert not Asset.objects.exists()
    call_command("import_assets", good, "--by", "admin", stdout=out)
    assert out.getvalue().splitlines() == [
        "2 行可以导入，0 行有错。",
        "已导入 2 行，0 行有错。",
    ]
    bad = saved(tmp_path, table([row(), row("月亮")]), "bad.csv")
    with pytest.raises(CommandError, match="1 行有错"):
        call_command("import_assets", bad, stdout=out)
    assert "第 3 行「类型」：没有「月亮」这种部件" in out.getvalue()
    with pytest.raises(CommandError, match="没有文件"):
        call_command("import_assets", tmp_path / "none.csv")
    with pytest.raises(CommandError, match="这个账号"):
        call_command("import_assets", good, "--by", "nobody")


def _die_after(monkeypatch: pytest.MonkeyPatch, name: str, calls: int) -> None:
    real, left = getattr(imports, name), [calls]

    def dying(*args: object, **kwargs: object) -> object:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(imports, name, dying)


FORMULAS = ("＝1+1", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1")


def test_written_files_carry_no_formulas() -> None:
    text = b"".join(csv_lines(("名称",), [(word,) for word in FORMULAS])).decode("utf-8-sig")
    written = [line[0] for line in csv.reader(io.StringIO(text))][1:]
    assert [cell[0] for cell in written] == ["'"] * len(FORMULAS)
    file = io.BytesIO()
    write_xlsx(file, "部件", ("名称",), [(word,) for word in FORMULAS])
    with zipfile.ZipFile(file) as packed:
        cells = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in cells
    assert cells.count('t="inlineStr"') == len(FORMULAS) + 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("note.txt", "今天下午去看井盖"),
        ("照片.jpg", "这不是照片,也不是表,是文字"),
        ("部件.docx", "类型,经度,纬度"),
        ("类型.csv", "类型\n路灯"),
    ],
)
def test_what_is_no_table_is_called_so(cast: Cast, name: str, data: str) -> None:
    run = imports.upload(data.encode(), name, by=cast.admin)
    imports.check(run)
    run.refresh_from_db()
    assert name in run.error
    assert "不是表格" in run.error or "不是能打开的 Excel 或 CSV 表" in run.error


def test_the_example_of_every_template_is_one_that_can_be_imported(cast: Cast) -> None:
    kinds = registry.all_of(AssetType)
    rows = [{**example_of(kind), **row(kind.label)} for kind in kinds]
    run = import_assets(rows, by=cast.admin)
    assert (run.bad, run.written) == (0, len(kinds)), run.report
