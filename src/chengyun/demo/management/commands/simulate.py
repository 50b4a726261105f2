"""``chengyun simulate``: the devices of the demo city speak, over a real socket."""

import json
import math
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max, QuerySet

from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.sensing.models import Device
from chengyun.demo.devices.plays import PLAYS, measured
from chengyun.kernel import clock
from chengyun.kernel.installation import installation

LASTS = timedelta(hours=1)


class Command(BaseCommand):
    help = "Let the simulated devices of the demo city send readings: " + "、".join(
        f"{key} {play.label}" for key, play in PLAYS.items()
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("play", choices=PLAYS)
        parser.add_argument("--url", default="http://127.0.0.1:8010", help="the gateway's address")
        parser.add_argument("--minutes", type=int, default=40, help="how long the play lasts (40)")
        parser.add_argument("--pace", type=float, default=20, help="how many times faster (20)")
        parser.add_argument("--every", type=int, default=20, help="seconds between readings (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Times run from the past up to now, so that a faster play tells of nothing that is still to come."""
        city = installation()
        if city is None or not city.demo:
            raise CommandError("这不是演示城市，不能模拟设备。")
        play = options["play"]
        found = Device.objects.filter(simulated=True, ended_at=None, kind__in=PLAYS[play].kinds)
        devices = dict(found.values_list("code", "kind"))
        token = issue_token(User.objects.get(username="sender"), "模拟设备", LASTS, by=None)[0]
        length, step = timedelta(minutes=options["minutes"]), timedelta(seconds=options["every"])
        begin = clock.now() - length + length / options["pace"]
        _not_before_the_last(found, begin)
        steps = int(length / step)
        for number in range(steps + 1):
            at, share = begin + number * step, number / steps
            lines = [
                line
                for code, kind in devices.items()
                for line in _lines(code, at, measured(code, kind, play, share))
            ]
            self._send(f"{options['url']}/readings", "\n".join(lines).encode(), token)
            time.sleep(step.total_seconds() / options["pace"])
        self.stdout.write(f"{len(devices)} 台设备，{steps + 1} 轮读数，都已收下。")

    def _send(self, url: str, body: bytes, token: str) -> None:
        """Until it is taken: a device keeps what nobody has acknowledged."""
        request = urllib.request.Request(url, body, {"Authorization": f"Bearer {token}"})  # noqa: S310
        while True:
            try:
                with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                    return
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise CommandError(error.read().decode()) from error
            except OSError as error:
                self.stderr.write(f"网关没有应答（{error}），再试。")
            time.sleep(1)


def _not_before_the_last(devices: QuerySet[Device], begin: datetime) -> None:
    """Rules look at no reading that is older than the last one of its device: such a play would raise nothing."""
    last = devices.aggregate(last=Max("series__at"))["last"]
    if last is not None and last > begin:
        minutes = math.ceil((last - begin) / timedelta(minutes=1))
        raise CommandError(
            f"这些设备最近报过读数，这次演的时间要在那以后：{minutes} 分钟以后再演，或者用 --minutes 演短一些。"
        )


def _lines(device: str, at: datetime, values: Mapping[str, float]) -> Iterator[str]:
    """What a device measured at a moment, a line for each point."""
    told = {"device": device, "at": at.isoformat()}
    for point, value in values.items():
        yield json.dumps(told | {"point": point, "value": value})
