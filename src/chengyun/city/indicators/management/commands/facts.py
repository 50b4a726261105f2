"""``chengyun facts tell | check | import FILE``: what happened to cases, in the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengyun.city.indicators import recipe
from chengyun.city.indicators.services import Imported, compared, import_facts, tell_lake
from chengyun.kernel import audit
from chengyun.kernel.errors import Refusal


class Command(BaseCommand):
    help = "案件事实：进数据湖、与数据库核对、导入另一个系统的。"

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="what", required=True)
        does.add_parser("tell", help="把已封存、还没进数据湖的办理记录写进去")
        does.add_parser("check", help="核对数据湖与数据库是否一条不差")

        brings = does.add_parser("import", help="导入另一个系统的案件（CSV 或 Parquet，一行一件）")
        brings.add_argument("file", type=Path)
        brings.add_argument(
            "--recipe", type=Path, required=True, help="配方文件，或自带配方的名字，如 boston-311"
        )
        brings.add_argument("--origin", default="", help="来源的名字；不写就用配方里的")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(getattr(self, f"_{options['what']}")(**options))

    def _tell(self, **options: Any) -> str:
        audit.seal_new()
        return f"写入 {tell_lake():,} 条。"

    def _check(self, **options: Any) -> str:
        found = compared()
        if found.faults:
            raise CommandError("不一致：\n" + "\n".join(found.faults))
        return f"一致：{found.acts:,} 条，到第 {found.upto} 次封存为止；还有 {found.waiting:,} 条等着写入。"

    def _import(self, **options: Any) -> str:
        try:
            told = recipe.read(options["recipe"])
            name = recipe.origin_named(options["origin"] or told.origin)
            return _words(import_facts(options["file"], told, name))
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal


def _words(done: Imported) -> str:
    origin, cases = done.origin.name, f"{done.origin.cases:,} 件案件"
    if not done.acts:
        return f"什么也没有改：来源「{origin}」已经有这个文件的 {cases}。"
    words = f"来源「{origin}」已导入 {cases}、{done.acts:,} 条事实"
    if done.before:
        words += f"，替换了原来的 {done.before.cases:,} 件"
    if done.lifted:
        words += f"；其中 {done.lifted:,} 件有时间略早于上一步，按上一步的时间算"
    return f"{words}。"
