"""``chengyun import-places FILE --kind grids``: check a layer, say every fault, and import it whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengyun.city.places import services
from chengyun.city.places.reading import KINDS
from chengyun.city.places.specs import Report
from chengyun.kernel.errors import Refusal
from chengyun.science.coordinates import NAMES
from chengyun.science.coverage import Kind


class Command(BaseCommand):
    help = "检查并导入行政区划、单元网格、道路或底图（GeoJSON、GeoPackage、Shapefile）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=KINDS, required=True)
        parser.add_argument("--crs", choices=NAMES, default="wgs84", help="文件的坐标系")
        parser.add_argument("--layer", default="", help="文件里有多个图层时用哪一个")
        parser.add_argument("--check", action="store_true", help="只检查，不写入")
        parser.add_argument(
            "--accept",
            action="append",
            default=[],
            choices=get_args(Kind),
            help="放过这一类问题，可写多次",
        )
        parser.add_argument("--replace", action="store_true", help="文件里没有的旧数据一并停用")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {key: options[key] for key in ("crs", "layer", "accept", "replace")}
        try:
            if options["check"]:
                report = services.check_import(options["file"], options["kind"], **given)
            else:
                report = services.import_file(options["file"], options["kind"], by=None, **given)
        except services.ImportRefused as refusal:
            report = refusal.report
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.tell(report)

    def tell(self, report: Report) -> None:
        for fault in report.faults:
            where = f"（{fault.lon}，{fault.lat}）" if fault.lon is not None else ""
            self.stdout.write(f"{fault}{where}")
        if not report.ok:
            raise CommandError(str(report))
        self.stdout.write(str(report))
