"""``chengyun demo``: build the demo city."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chengyun.demo.build.city import build_city
from chengyun.demo.scenario.plan import DAYS
from chengyun.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Build the demo city of Liaocheng where there is no city yet; takes about a minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=DAYS, help=f"days of history ({DAYS})")

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()

        def told(step: str) -> None:
            self.stdout.write(f"{monotonic() - started:5.1f} 秒  {step}")
            self.stdout.flush()

        try:
            build_city(told, days=options["days"])
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        told("演示城市建好了")
