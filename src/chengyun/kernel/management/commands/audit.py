"""``chengyun audit verify`` checks the whole history, ``chengyun audit count`` counts it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chengyun.kernel import audit

SHOWN = 50


class Command(BaseCommand):
    help = (
        "verify: check every object's history and every seal; exit 1 when a row was altered or is missing."
        " count: how many rows each verb has left, as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "count"])
        parser.add_argument(
            "--since", default="", help="count from this moment on (ISO 8601 with a zone)"
        )

        parser.add_argument(
            "--by-people", action="store_true", help="not what the city did by itself"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "count":
            self._count(options["since"], by_people=options["by_people"])
        else:
            self._verify()

    def _count(self, since: str, *, by_people: bool) -> None:
        found = audit.counts(_moment(since) if since else None, by_people=by_people)
        self.stdout.write(json.dumps(found, ensure_ascii=False))

    def _verify(self) -> None:
        verdict = audit.verify()
        self.stdout.write(
            f"记录 {verdict.rows:,} 条，封存 {verdict.seals:,} 批，未封存 {verdict.unsealed:,} 条。"
        )
        for fault in verdict.faults[:SHOWN]:
            self.stderr.write(fault)
        if len(verdict.faults) > SHOWN:
            self.stderr.write(f"另有 {len(verdict.faults) - SHOWN} 处。")
        if not verdict.sound:
            self.stderr.write(f"共 {len(verdict.faults)} 处不符。")
            raise SystemExit(1)
        self.stdout.write("全部相符。")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"「{text}」不是时间，应写成 2026-01-31T08:00:00+08:00。") from error
    if moment.tzinfo is None:
        raise CommandError(f"「{text}」没有时区，应写成 2026-01-31T08:00:00+08:00。")
    return moment
