"""``chengyun drive``: work a whole job in a demo city over HTTP and compare what four sources counted."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chengyun.demo.drive.door import Failed
from chengyun.demo.drive.drive import Plan, drive


class Command(BaseCommand):
    help = (
        "Drive a running demo city over HTTP as its roles would, from the first report to the bulletin;"
        " exit 0 only when answers, lists, audit and bulletin agree. Run it in the city's own home."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="address of the city, http://host:port")
        parser.add_argument("--reports", type=int, default=200, help="how many reports (200)")

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()

        def told(line: str) -> None:
            self.stdout.write(f"{monotonic() - started:5.1f} 秒  {line}")
            self.stdout.flush()

        plan = Plan(url=options["url"], reports=options["reports"], data=settings.ENV.data)
        try:
            outcome = drive(plan, told)
        except Failed as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write("\n".join(["", *outcome.table, ""]))
        if outcome.wrong:
            raise CommandError("\n".join(outcome.wrong))
        self.stdout.write("全部相符。")
