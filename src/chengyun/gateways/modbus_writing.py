"""指令: what two people agreed on is written to a controller, once, and read back.

The database holds how far a command is. It is marked as begun before anything is sent, so that a gateway that was
killed in between never sends it again: it reads what became of it. Who cannot be read before is not written to.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

from chengyun.city.sensing.commands import commands_to_carry_out, value_words
from chengyun.city.sensing.models import Command
from chengyun.city.sensing.services import commands as service
from chengyun.city.sensing.services.commands import NewControl
from chengyun.city.sensing.workflow import CONFIRMED
from chengyun.gateways.faults import Fault
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.modbus import Controller, Unanswered, read_at
from chengyun.gateways.modbus_plan import Server, Write
from chengyun.gateways.talk import as_rows
from chengyun.kernel import clock
from chengyun.kernel.errors import Conflict

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at what was confirmed."""
AGAIN = 0.5
"""Seconds between two times it is read back."""
ROUNDS, LEAST_FRESH = 3, 30.0
"""A last value is good enough to act on for so many rounds of asking, and for so many seconds at least."""
NEAR = 1e-6


def controls_in(servers: Iterable[Server]) -> Iterator[NewControl]:
    """What a plan lets people set."""
    for server in servers:
        for write in server.writes:
            yield NewControl(
                code=write.device,
                point=write.point,
                low=write.low,
                high=write.high,
                choices=write.choices,
                fresh=max(ROUNDS * server.every, LEAST_FRESH),
            )


class Writing:
    """All that may be written, and who does it: a task for each command under way."""

    def __init__(self, controllers: Iterable[Controller], intake: Intake) -> None:
        self.intake = intake
        self.places = {
            (write.device, write.point): (controller, write)
            for controller in controllers
            for write in controller.server.writes
        }
        self.looking: asyncio.Task[None] | None = None
        self.under_way: dict[int, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Look for commands from now on."""
        self.looking = asyncio.get_running_loop().create_task(self._look())

    async def close(self) -> None:
        """Begin nothing more; what is under way is read back after the next start."""
        tasks = [*self.under_way.values(), *([self.looking] if self.looking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            try:
                for command in await self.intake.ask(commands_to_carry_out):
                    self._take(command)
            except Exception:
                log.exception("commands could not be looked for")
            await asyncio.sleep(LOOK)

    def _take(self, command: Command) -> None:
        if command.pk not in self.under_way:
            task = asyncio.get_running_loop().create_task(self._surely(command))
            self.under_way[command.pk] = task
            task.add_done_callback(lambda done: self.under_way.pop(command.pk, None))

    async def _surely(self, command: Command) -> None:
        """What goes wrong leaves the command where it is; the next look takes it up from there."""
        try:
            await self._carry_out(command)
        except Conflict as conflict:
            log.info("%s: %s", command.code, conflict)
        except Exception:
            log.exception("command %s could not be carried out", command.code)

    async def _carry_out(self, command: Command) -> None:
        place = self.places.get((command.device.code, command.point))
        fresh = command.state == CONFIRMED
        if place is None or not place[1].allows(command.value):
            end = service.fail if fresh else service.lose
            sentence = "点表里没有这个可写的测点和值，没有写。" if fresh else "点表改了，不能读回。"
            await self.intake.ask(lambda: end(command, sentence))
            return
        errand = _Errand(command, *place, self.intake)
        await (errand.write() if fresh else errand.resume())


class _Errand:
    """One command at its controller."""

    def __init__(
        self, command: Command, controller: Controller, write: Write, intake: Intake
    ) -> None:
        self.command, self.controller = command, controller
        self.place, self.intake = write, intake
        self.back = controller.server.read_of(write)
        self.last: float | None = None
        self.silence = ""

    async def write(self) -> None:
        """Read, begin, write, read back."""
        if not await self._read():
            sentence = f"写以前读不到，没有写：{self.silence}"
            await self.intake.ask(lambda: service.fail(self.command, sentence))
            return
        before = self.last
        assert before is not None
        await self.intake.ask(lambda: service.begin(self.command, before))
        try:
            await self.controller.write(self.place, self.command.value)
        except Fault as fault:
            sentence = fault.sentence
            await self.intake.ask(lambda: service.fail(self.command, sentence, self.last))
        except Unanswered as error:
            await self._follow(str(error))
        else:
            await self._follow("")

    async def resume(self) -> None:
        """A gateway that stopped meanwhile does not know whether it wrote; what can be read says more."""
        await self._follow("网关在执行时停过，不知道写出去没有")

    async def _follow(self, doubt: str) -> None:
        """Until what was asked for is read back, or the time for it is over."""
        begun = self.command.begun_at or clock.now()
        until = begun + timedelta(seconds=self.place.settle)
        while not (reached := await self._read() and self._there()) and clock.now() < until:
            await asyncio.sleep(AGAIN)
        await self.intake.ask(lambda: self._end(reached=reached, doubt=doubt))

    def _end(self, *, reached: bool, doubt: str) -> None:
        read = self._words()
        if reached and self.last is not None:
            service.reach(self.command, self.last, f"读回 {read}。{doubt and doubt + '。'}")
        elif doubt:
            service.lose(self.command, f"{doubt}；{read}，请到现场看。", self.last)
        elif self.silence:
            service.lose(self.command, f"控制器收下了，后来{read}。", self.last)
        else:
            seconds = f"{self.place.settle:g} 秒里没有动到"
            service.fail(self.command, f"控制器收下了，{seconds}：读回 {read}。", self.last)

    def _words(self) -> str:
        if self.silence:
            return f"读不到：{self.silence}"
        return value_words(self.command.device, self.command.point, self.last)

    def _there(self) -> bool:
        value = self.command.value
        return self.last is not None and abs(self.last - value) <= self.place.within + NEAR

    async def _read(self) -> bool:
        """Whether it could be read; what was read is a reading like any other."""
        try:
            self.last = await self.controller.read(self.back)
        except (Unanswered, Fault) as error:
            self.silence = str(error)
            return False
        self.silence = ""
        with suppress(Refused):
            await self.intake.take(as_rows([read_at(self.back, self.last)]), None)
        return True
