"""``chengyun simulate``: the devices of the demo city speak, over a real socket."""

import json
import math
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max, QuerySet

from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.sensing.models import Device
from chengyun.city.sensing.services.weather import NewWarning, take
from chengyun.demo.devices import controller
from chengyun.demo.devices.link import Unanswered
from chengyun.demo.devices.plays import PLAYS, TALKS, measured
from chengyun.demo.devices.weather import RAIN_WARNING
from chengyun.kernel import clock
from chengyun.kernel.installation import installation

LASTS = timedelta(hours=1)
ALL = "all"
TRIES = 60
"""A second apart."""
RAINY = "cloudburst"
AFTER_THE_RAIN = timedelta(minutes=10)
EVENTFUL = ("cloudburst", "gas_leak", "dark_street")
DIALLED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Who listens everywhere is spoken to here."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """When a play is: its times run from the past up to now, so that a faster one tells of nothing still to come."""

    begin: datetime
    step: timedelta
    steps: int
    pace: float

    @classmethod
    def asked(cls, options: Mapping[str, Any]) -> Self:
        length, step = timedelta(minutes=options["minutes"]), timedelta(seconds=options["every"])
        begin = clock.now() - length + length / options["pace"]
        return cls(begin=begin, step=step, steps=int(length / step), pace=options["pace"])

    def __iter__(self) -> Iterator[tuple[datetime, float]]:
        """Each moment with the share (0 to 1) of the play that is over, at the pace of the play."""
        for number in range(self.steps + 1):
            yield self.begin + number * self.step, number / self.steps
            time.sleep(self.step.total_seconds() / self.pace)


class Command(BaseCommand):
    help = "Let the simulated devices of the demo city send readings: " + "、".join(
        (
            *(f"{key} {play.label}" for key, play in PLAYS.items()),
            *(f"{key} {talk.label}" for key, talk in TALKS.items()),
        )
    )
    requires_system_checks = ()  # they would load every page

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("play", choices=(*PLAYS, *TALKS, ALL))
        parser.add_argument("--url", default="http://127.0.0.1:8010", help="the gateway's address")
        parser.add_argument(
            "--to", metavar="HOST:PORT", help=f"where {'、'.join(TALKS)} find their protocol"
        )
        parser.add_argument("--minutes", type=int, default=40, help="how long the play lasts (40)")
        parser.add_argument("--pace", type=float, default=20, help="how many times faster (20)")
        parser.add_argument("--every", type=int, default=20, help="seconds between readings (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Over HTTP for all devices of the play, or over its own protocol for one."""
        city = installation()
        if city is None or not city.demo:
            raise CommandError("这不是演示城市，不能模拟设备。")
        if options["play"] == ALL:
            self._all(options)
        elif options["play"] in TALKS:
            self._talk(options["play"], options["to"], Course.asked(options))
        else:
            self._play(options["play"], options["url"], Course.asked(options))

    def _all(self, options: Mapping[str, Any]) -> None:
        """One after the other; what cannot be played now is left out."""
        doors = {key: f"{DIALLED.get(host, host)}:{port}" for key, host, port in settings.DOORS}
        for name in EVENTFUL:
            self._if_it_can(self._play, name, options["url"], options)
        for name, talk in TALKS.items():
            if talk.door in doors:
                self._if_it_can(self._talk, name, doors[talk.door], options)

    def _if_it_can(
        self, act: Callable[[str, str, Course], None], name: str, where: str, options: Any
    ) -> None:
        try:
            act(name, where, Course.asked(options))
        except CommandError as error:
            self.stderr.write(str(error))

    def _talk(self, name: str, to: str | None, course: Course) -> None:
        talk = TALKS[name]
        host, _, port = (to or "").rpartition(":")
        if not host or not port.isdecimal():
            raise CommandError(f"「{name}」说 {talk.protocol}，请用 --to 主机:端口 写明往哪里报。")
        try:
            told = talk.speak(host, int(port), course)
        except Unanswered as error:
            raise CommandError(f"{error} 一直没有应答，报文没有收下。") from error
        became = "都有应答" if talk.answered else "都已发出，这个协议没有应答"
        self.stdout.write(f"{talk.label}：{told} 条 {talk.protocol} 报文，{became}。")

    def _play(self, play: str, url: str, course: Course) -> None:
        found = Device.objects.filter(simulated=True, ended_at=None, kind__in=PLAYS[play].kinds)
        found = found.exclude(code__in=(controller.GATE, controller.STATION))
        _not_before_the_last(found, course.begin)
        devices = dict(found.values_list("code", "kind"))
        if play == RAINY:
            _warn_of_rain(course)
        token = issue_token(User.objects.get(username="sender"), "模拟设备", LASTS, by=None)[0]
        for at, share in course:
            lines = [
                line
                for code, kind in devices.items()
                for line in _lines(code, at, measured(code, kind, play, share))
            ]
            self._send(f"{url}/readings", "\n".join(lines).encode(), token)
        told = f"{len(devices)} 台设备，{course.steps + 1} 轮读数，都已收下。"
        self.stdout.write(f"{PLAYS[play].label}：{told}")

    def _send(self, url: str, body: bytes, token: str) -> None:
        """Until it is taken: a device keeps what nobody has acknowledged. A gateway that is not there is given up."""
        request = urllib.request.Request(url, body, {"Authorization": f"Bearer {token}"})  # noqa: S310
        for _ in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                    return
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise CommandError(error.read().decode()) from error
            except OSError as error:
                self.stderr.write(f"网关 {url} 没有应答（{error}），再试。")
            time.sleep(1)
        raise CommandError(f"网关 {url} 一直没有应答；它的地址 ./run 启动时打印，用 --url 写明。")


def _warn_of_rain(course: Course) -> None:
    """The meteorological service warns of the cloudburst, for the whole city and until it is over."""
    city, now = installation(), clock.now()
    assert city is not None
    last = now + course.steps * course.step / course.pace
    warning = NewWarning(
        number=f"MN-{now:%Y%m%d%H%M%S}",
        areas=[city.area],
        issued_at=now,
        valid_to=last + AFTER_THE_RAIN,
        simulated=True,
        **RAIN_WARNING,
    )
    take(warning, by=None)


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
