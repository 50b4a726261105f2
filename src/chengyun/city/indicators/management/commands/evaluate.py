"""``chengyun evaluate --period 2026-10 --by district --format csv``: the figures of a period."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengyun.city.indicators.queries import (
    Answer,
    Question,
    asked,
    chosen_wholes,
    histories,
    history_of,
)
from chengyun.city.indicators.specs import Group
from chengyun.kernel import registry
from chengyun.science.periods import parse


class Command(BaseCommand):
    help = "按统计期计算全部评价指标。"

    def add_arguments(self, parser: CommandParser) -> None:
        groups = [each.key for each in registry.all_of(Group)]
        parser.add_argument(
            "--period", required=True, help="统计期：2026-10、2026-Q3、2026、2026-10-01..2026-10-15"
        )
        parser.add_argument("--by", choices=groups, default=groups[0], help="按什么分组")
        parser.add_argument("--area", default="", help="只算这个区域（行政区划代码）")
        parser.add_argument("--origin", default="", help="用导入的另一个系统的事实")
        parser.add_argument("--format", choices=("csv", "json"), default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = parse(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        area, origin = options["area"], options["origin"]
        _must_be_known(origin)
        question = Question(
            period=period, by=registry.get(Group, options["by"]), areas=(area,), origin=origin
        )
        told = asked(question, chosen_wholes("" if origin else area))
        self.stdout.write(_csv(told) if options["format"] == "csv" else _json(told), ending="")


def _must_be_known(origin: str) -> None:
    if origin and history_of(origin) is None:
        known = histories()
        have = f"已导入的有：{'、'.join(known)}" if known else "还没有导入过"
        raise CommandError(f"没有来源「{origin}」的事实，{have}。")


def _rows(told: Answer) -> list[tuple[str, str, int, int | None, str]]:
    """Group, indicator, numerator, denominator, value; all groups together are the group 合计."""
    return [
        (group, key, each.part, each.whole, "" if each.value is None else str(each.value))
        for group, figures in [*told.groups.items(), ("合计", told.total)]
        for key, each in figures.items()
    ]


def _csv(told: Answer) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("group", "indicator", "numerator", "denominator", "value"))
    writer.writerows(_rows(told))
    return text.getvalue()


def _json(told: Answer) -> str:
    names = ("group", "indicator", "numerator", "denominator", "value")
    lines = [dict(zip(names, row, strict=True)) for row in _rows(told)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
