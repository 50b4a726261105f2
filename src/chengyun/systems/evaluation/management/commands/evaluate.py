"""``chengyun evaluate --period 2026-10 --by district --format csv``: the figures of a period.

With ``--scheme KEY`` its scores, as the scheme in force gives them now; nothing is stored.
"""

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
from chengyun.kernel.errors import Refusal
from chengyun.lake.engines import Opener
from chengyun.lake.spark import spark
from chengyun.science.periods import Period, parse
from chengyun.systems.evaluation.models import AssessmentScheme
from chengyun.systems.evaluation.scores import content_of, counted, edition_of, rules_of

ENGINES = ("duckdb", "spark")
Row = tuple[Any, ...]
FIGURES: Row = ("group", "indicator", "numerator", "denominator", "value")


class Command(BaseCommand):
    help = "按统计期计算全部评价指标，或者一个考核方案的成绩。"

    def add_arguments(self, parser: CommandParser) -> None:
        groups = [each.key for each in registry.all_of(Group)]
        parser.add_argument(
            "--period", required=True, help="统计期：2026-10、2026-Q3、2026、2026-10-01..2026-10-15"
        )
        parser.add_argument("--scheme", default="", help="按这个考核方案（代号）算成绩")
        parser.add_argument("--by", choices=groups, default=groups[0], help="按什么分组")
        parser.add_argument("--area", default="", help="只算这个区域（行政区划代码）")
        parser.add_argument("--origin", default="", help="用导入的另一个系统的事实")
        parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="用哪个引擎算")
        parser.add_argument("--master", default="local[*]", help="Spark 的主节点")
        parser.add_argument("--format", choices=("csv", "json"), default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = parse(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["scheme"]:
            header, rows = _scores(options["scheme"], period)
        else:
            header, rows = FIGURES, self._figures(period, options)
        write = _csv if options["format"] == "csv" else _json
        self.stdout.write(write(header, rows), ending="")

    def _figures(self, period: Period, options: dict[str, Any]) -> list[Row]:
        area, origin = options["area"], options["origin"]
        _must_be_known(origin)
        question = Question(
            period=period, by=registry.get(Group, options["by"]), areas=(area,), origin=origin
        )
        wholes = chosen_wholes("" if origin else area)
        return _rows(asked(question, wholes, opener=_opener(options["engine"], options["master"])))


def _scores(key: str, period: Period) -> tuple[Row, list[Row]]:
    """Place, group, total and grade, then the points of each item."""
    scheme = AssessmentScheme.objects.filter(key=key).first()
    if scheme is None:
        known = "、".join(each.key for each in AssessmentScheme.objects.all()) or "还没有"
        raise CommandError(f"没有考核方案「{key}」，现有：{known}。")
    try:
        rules = rules_of(edition_of(scheme, period))
    except Refusal as refusal:
        raise CommandError(refusal.message) from refusal
    content = content_of(rules, counted(scheme, period))
    rows: list[Row] = [
        (
            each["place"],
            each["group"],
            each["total"],
            each["grade"],
            *(each["items"][item.key]["points"] for item in rules.items),
        )
        for each in content["results"]
    ]
    return ("place", "group", "total", "grade", *(item.key for item in rules.items)), rows


def _opener(engine: str, master: str) -> Opener | None:
    """Who answers, where it is not this process."""
    if engine == ENGINES[0]:
        return None
    try:
        return spark(master)
    except ImportError as error:
        raise CommandError(
            "这里没有装 Spark：运行 python3 tools/install.py --spark，再装 Java（openjdk-17-jre-headless）。"
        ) from error


def _must_be_known(origin: str) -> None:
    if origin and history_of(origin) is None:
        known = histories()
        have = f"已导入的有：{'、'.join(known)}" if known else "还没有导入过"
        raise CommandError(f"没有来源「{origin}」的事实，{have}。")


def _rows(told: Answer) -> list[Row]:
    """Group, indicator, numerator, denominator, value; all groups together are the group 合计."""
    return [
        (group, key, each.part, each.whole, "" if each.value is None else str(each.value))
        for group, figures in [*told.groups.items(), ("合计", told.total)]
        for key, each in figures.items()
    ]


def _csv(header: Row, rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _json(header: Row, rows: list[Row]) -> str:
    lines = [dict(zip(header, row, strict=True)) for row in rows]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
