"""``chengyun duplicates score``: how well duplicates are found, measured on requests a city has judged itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengyun.city.cases import judged
from chengyun.city.cases.judged import Judged, Measured, Outcome
from chengyun.kernel.params import settings_of

FILE = Path("cityservice_311") / "chicago_311_sanitation_to_2013.parquet"
LEAST = 100


class Command(BaseCommand):
    help = "用一个城市自己判过重复的投诉数据，量一遍查重的准确率和召回率。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["score"], help="score：打印准确率、召回率和 F1")
        parser.add_argument("--limit", type=int, help="只用最早的多少件")
        parser.add_argument("--file", type=Path, help="别的 parquet 文件，列名要一样")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"] or settings.ENV.data / FILE
        if not path.is_file():
            raise CommandError(
                f"没有文件 {path.name}。数据放在 CHENGYUN_DATA 指的目录里，或用 --file。"
            )
        rows = judged.read(path, options["limit"])
        if len(rows) < LEAST or not any(row.duplicate for row in rows):
            raise CommandError(f"能用的只有 {len(rows):,} 件，或者没有判为重复的，量不出来。")
        params = settings_of("")
        usual = (
            float(params["case.similar.metres"]),
            timedelta(hours=params["case.similar.hours"]),
            params["case.similar.score"] / 100,
        )
        self.stdout.write("\n".join(lines_of(judged.measure(rows, usual), usual)))


def lines_of(found: Measured, usual: tuple[float, timedelta, float]) -> list[str]:
    """The report: what was measured, how it was chosen, the figures."""
    early, late = found.rows[: found.split], found.rows[found.split :]
    chosen = found.chosen
    metres, span, level = usual
    return [
        f"一共 {len(found.rows):,} 件，市里判为重复 {_marked(found.rows):,} 件。",
        "真值：状态里带「Dup」的，是市里判为重复的一件；数据没有说它和哪一件重复。",
        "判断：和某件更早、当时还没办结的上报相似到阈值，就算找到。数据只有日期，没有时刻。",
        f"选参数：{_days(early)}，{len(early):,} 件，重复 {_marked(early):,} 件；"
        f"选得范围 {chosen.reach:g} 米，时间 {chosen.span.days} 天，阈值 {found.trained.threshold:.2f}"
        f"（这一段上 F1 {found.trained.f1:.3f}）。",
        f"测试：{_days(late)}，{len(late):,} 件，重复 {_marked(late):,} 件；选参数时没有看过。",
        f"比较了 {chosen.pairs:,} 对。",
        "",
        f"准确率 {found.tested.precision:.3f}  召回率 {found.tested.recall:.3f}  F1 {found.tested.f1:.3f}",
        "",
        "阈值   准确率 召回率  F1     找对   找错   漏掉",
        *(_row(outcome) for outcome in found.table),
        "",
        f"按程序现在的参数（{metres:g} 米、{span.total_seconds() / 3600:g} 小时，提示给人看，不自动合并）：",
        f"  同类都提示     {_short(found.usual[0])}",
        f"  相似 {level:.0%} 以上  {_short(found.usual[1])}",
    ]


def _marked(rows: Sequence[Judged]) -> int:
    return sum(row.duplicate for row in rows)


def _days(rows: Sequence[Judged]) -> str:
    first, last = rows[0].mention.at, rows[-1].mention.at
    return f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"


def _row(found: Outcome) -> str:
    counts = f"{found.right:6,} {found.wrong:6,} {found.missed:6,}"
    return f"{found.threshold:.2f}   {found.precision:.3f}  {found.recall:.3f}  {found.f1:.3f} {counts}"


def _short(found: Outcome) -> str:
    return f"准确率 {found.precision:.3f}  召回率 {found.recall:.3f}  F1 {found.f1:.3f}"
