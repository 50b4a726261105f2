"""``chengyun audit verify``: check the whole history."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chengyun.kernel import audit

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Check every object's history and every seal; exit 1 when a row was altered or is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
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
