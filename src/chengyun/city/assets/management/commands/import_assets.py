"""``chengyun import-assets FILE``: check a table of assets, say every fault, and import it whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengyun.city.assets.checking import Fault
from chengyun.city.assets.models import ImportRun
from chengyun.city.assets.services import imports
from chengyun.city.people.models import User


class Command(BaseCommand):
    help = "检查并导入部件表（Excel .xlsx 或 CSV）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="只检查，不写入")
        parser.add_argument("--partial", action="store_true", help="有错的行跳过，其余写入")
        parser.add_argument("--by", default="", help="以哪个账号的名义；不写就是系统自己")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"没有文件 {path.name}。")
        by = User.objects.filter(username=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"没有「{options['by']}」这个账号。")
        if options["check"]:
            run = imports.upload(path.read_bytes(), path.name, by=by, partial=options["partial"])
            imports.check(run)
        else:
            run = imports.import_assets(path, by=by, partial=options["partial"])
        self.tell(run)

    def tell(self, run: ImportRun) -> None:
        for fault in run.faults:
            self.stdout.write(str(Fault(*fault)))
        if run.state in (ImportRun.State.FAILED, ImportRun.State.REFUSED):
            raise CommandError(run.error or f"{run.bad:,} 行有错，没有写入任何一行。")
        done = run.state == ImportRun.State.DONE
        words = f"已导入 {run.written:,} 行" if done else f"{run.good:,} 行可以导入"
        self.stdout.write(f"{words}，{run.bad:,} 行有错。")
