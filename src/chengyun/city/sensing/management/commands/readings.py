"""``chengyun readings size | compact | retain | export``: the upkeep of what devices have told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import get_current_timezone, localdate

from chengyun.city.sensing.models import Series
from chengyun.city.sensing.quality import marked
from chengyun.kernel import clock
from chengyun.lake import excerpts, upkeep
from chengyun.lake.archive import Archive
from chengyun.lake.journal import JournalError
from chengyun.lake.readings import history

MEGABYTE = 1024 * 1024


class Command(BaseCommand):
    help = "读数的数据湖有多大、合并小文件、删除过期的、导出。"

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="what", required=True)
        does.add_parser("size", help="有多少读数、多少文件、多大")
        does.add_parser("compact", help="把每天的小文件合并成一个")
        retain = does.add_parser("retain", help="删除多少天以前的读数")
        retain.add_argument("--days", type=int, required=True, help="保留最近多少天")
        export = does.add_parser("export", help="导出一台设备的读数")
        export.add_argument("device", help="设备编号")
        export.add_argument("file", type=Path, help="文件名以 .csv 或 .parquet 结尾")
        export.add_argument("--since", type=date.fromisoformat, help="从哪一天起（默认 30 天前）")
        export.add_argument("--until", type=date.fromisoformat, help="到哪一天止（默认今天）")

    def handle(self, *args: Any, **options: Any) -> None:
        archive = Archive(settings.READINGS)
        told = getattr(self, f"_{options['what']}")(archive, options)
        self.stdout.write(told)

    def _size(self, archive: Archive, options: dict[str, Any]) -> str:
        found = upkeep.size(archive.table)
        return (
            f"{found['rows']:,} 条读数，{found['days']} 天，{found['files']} 个文件，"
            f"{found['bytes'] / MEGABYTE:.1f} MB，每条 {found['bytes_per_reading']:.1f} 字节"
        )

    def _compact(self, archive: Archive, options: dict[str, Any]) -> str:
        days = upkeep.compact(archive.table, before=clock.now().date() + timedelta(days=1))
        return f"合并了 {days} 天，删除了 {upkeep.tidy(archive.table)} 个旧文件"

    def _retain(self, archive: Archive, options: dict[str, Any]) -> str:
        if options["days"] < 1:
            raise CommandError("至少保留 1 天。")
        before = (clock.now() - timedelta(days=options["days"])).date()
        return f"删除了 {upkeep.retain(archive.table, before=before)} 天的读数（{before} 以前）"

    def _export(self, archive: Archive, options: dict[str, Any]) -> str:
        rows = Series.objects.filter(device__code=options["device"]).select_related("device")
        series = {each.pk: each for each in rows}
        if not series:
            raise CommandError(f"没有设备「{options['device']}」。")
        today = localdate(clock.now())
        since = _midnight(options["since"] or today - timedelta(days=30))
        until = _midnight((options["until"] or today) + timedelta(days=1))
        try:
            found = history(archive.table, list(series), since, until, journal=archive.journal)
            points = {key: each.declared for key, each in series.items()}
            excerpts.write(_named(marked(found, points), list(series.values())), options["file"])
        except (ValueError, OSError, JournalError) as error:
            raise CommandError(str(error)) from error
        return f"{found.num_rows:,} 条读数写进了 {options['file']}"


def _named(readings: pa.Table, series: list[Series]) -> pa.Table:
    """With the words for the number of each reading's series."""
    places = pc.index_in(readings["series"], pa.array([each.pk for each in series], pa.int64()))
    declared = [each.declared for each in series]
    words = {
        "device": [each.device.code for each in series],
        "point": [each.point for each in series],
        "label": [point.label if point else "" for point in declared],
        "unit": [point.unit if point else "" for point in declared],
    }
    for name, told in words.items():
        readings = readings.append_column(name, pa.array(told, pa.string()).take(places))
    return readings


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=get_current_timezone())
