"""``chengyun facts tell | check``: what happened to cases, in the lake."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengyun.city.indicators.services import compared, tell_lake
from chengyun.kernel import audit


class Command(BaseCommand):
    help = "案件事实：进数据湖、与数据库核对。"

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="what", required=True)
        does.add_parser("tell", help="把已封存、还没进数据湖的办理记录写进去")
        does.add_parser("check", help="核对数据湖与数据库是否一条不差")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(getattr(self, f"_{options['what']}")())

    def _tell(self) -> str:
        audit.seal_new()
        return f"写入 {tell_lake():,} 条。"

    def _check(self) -> str:
        found = compared()
        if found.faults:
            raise CommandError("不一致：\n" + "\n".join(found.faults))
        return f"一致：{found.acts:,} 条，到第 {found.upto} 次封存为止；还有 {found.waiting:,} 条等着写入。"
