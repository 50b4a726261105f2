"""Devices that hold a line: MQTT messages per second beside a bare subscriber, and ten thousand vehicle terminals.

MQTT: single readings, QoS 1, one connection with a window of 1,000 messages without an answer, to the gateway's own
door, and through a Mosquitto (max_inflight_messages 1000) to the gateway. The baseline is paho-mqtt behind the same
Mosquitto, throwing every message away. Rounds alternate. JT/T 808: every terminal registers, identifies itself and
tells a position every five seconds for a minute. What was answered must be stored: a difference fails the bench.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench._stage import Environ, run, serving, stages
from bench._terminals import TERMINALS, drive
from chengyun.lake import upkeep
from chengyun.lake.archive import Archive
from tools.start import DOORS, GATEWAY, LOCAL, free_port

MESSAGES, WINDOW, ROUNDS = 40_000, 1_000, 3
BEGIN = 1_780_000_000_000
MOSQUITTO = "/usr/sbin/mosquitto"
POINTS = 4
"""Readings of a position: longitude, latitude, speed and direction."""
PUBACK = 4
"""Bytes of an answer."""


def main() -> None:
    """On the first database alone: no reading passes through it."""
    for name, environ in stages():
        with _mosquitto() as broker:
            measure(name, environ, broker)
        break


def measure(name: str, environ: Environ, broker: int) -> None:
    """Print the rates and the memory."""
    ports = {key: free_port() for key in DOORS}
    environ |= {
        "CHENGYUN_DOORS": ",".join(f"{key}={LOCAL}:{port}" for key, port in ports.items()),
        "CHENGYUN_BROKER": f"mqtt://{LOCAL}:{broker}",
    }
    token = run(environ, "bench._devices", str(TERMINALS), "vehicles").strip()
    archive = Archive(Path(environ["CHENGYUN_HOME"]) / "readings")
    own, foreign, bare = list[float](), list[float](), list[float]()
    with serving(GATEWAY, environ, processes=1) as port:
        for turn in range(ROUNDS):
            own.append(published(ports["mqtt"], token, turn))
            foreign.append(_through(broker, ROUNDS + turn, archive))
            bare.append(_thrown_away(broker))
        rates = [statistics.median(each) for each in (own, foreign, bare)]
        _print_rates(name, *rates)
        answered = asyncio.run(drive(ports["jt808"]))
        megabytes = _memory(port)
    print(
        f"  {name}: {TERMINALS:,} JT/T 808 terminals, memory of the gateway  {megabytes:,.0f} MB  aim ≤ 400 MB"
    )
    print(f"  {name}: their positions answered in a minute  {answered:,}")
    told = 2 * ROUNDS * MESSAGES + answered * POINTS
    stored = upkeep.size(archive.table)["rows"]
    if stored != told:
        sys.exit(f"{told:,} readings were answered, {stored:,} are stored")


def _print_rates(name: str, own: float, foreign: float, bare: float) -> None:
    print(f"  {name}: bare subscriber behind Mosquitto  {bare:,.0f} messages/s  baseline")
    print(f"  {name}: MQTT to a durable answer, own door  {own:,.0f} /s")
    print(f"  {name}: own door / bare  {own / bare:.2f}  aim ≥ 0.6")
    print(f"  {name}: MQTT through Mosquitto to the gateway  {foreign:,.0f} /s")
    print(f"  {name}: through Mosquitto / bare  {foreign / bare:.2f}  aim ≥ 0.6")


def packets(turn: int, root: bytes) -> Iterator[bytes]:
    """PUBLISH, QoS 1: a reading each, of all series in turn."""
    for n in range(MESSAGES):
        topic = root + b"/JS-%05d" % (n % TERMINALS)
        at = BEGIN + turn * 3_600_000 + n // TERMINALS * 60_000
        payload = b'{"ts":%d,"values":{"depth":%.1f}}' % (at, n % 90 / 10)
        body = len(topic).to_bytes(2) + topic + (n % WINDOW + 1).to_bytes(2) + payload
        yield b"\x32" + bytes((len(body),)) + body


def published(port: int, token: str, turn: int, root: bytes = b"readings") -> float:
    """Messages a second that were answered."""
    return asyncio.run(_publish(port, token, list(packets(turn, root))))


async def _publish(port: int, token: str, told: list[bytes]) -> float:
    reader, writer = await asyncio.open_connection(LOCAL, port)
    secret = token.encode()
    body = b"\x00\x04MQTT\x04\xc2\x00\x00\x00\x05bench\x00\x01x" + len(secret).to_bytes(2) + secret
    writer.write(b"\x10" + bytes((len(body),)) + body)
    assert await reader.readexactly(4) == b"\x20\x02\x00\x00"
    begin = time.perf_counter()
    for first in range(0, len(told), WINDOW):
        writer.write(b"".join(told[first : first + WINDOW]))
        await reader.readexactly(PUBACK * WINDOW)
    lasted = time.perf_counter() - begin
    writer.close()
    return len(told) / lasted


def _through(broker: int, turn: int, archive: Archive) -> float:
    """Messages a second from a publisher through Mosquitto until all are in the gateway's journal."""
    before, begin = _journal(archive), time.perf_counter()
    published(broker, "x", turn)
    last = time.perf_counter()
    while time.perf_counter() - last < 1.0:
        if (now := _journal(archive)) != before:
            before, last = now, time.perf_counter()
        time.sleep(0.01)
    return MESSAGES / (last - begin)


def _journal(archive: Archive) -> tuple[int, ...]:
    return tuple(path.stat().st_size for path in sorted(archive.journal.glob("*.journal")))


def _thrown_away(broker: int) -> float:
    """Messages a second that paho takes from Mosquitto and forgets."""
    heard, times = [0], [0.0]

    def forget(*message: object) -> None:
        heard[0] += 1
        times[0] = time.perf_counter()

    client = paho.Client(CallbackAPIVersion.VERSION2, "bare")
    client.on_message = forget
    client.connect(LOCAL, broker)
    client.subscribe("bare/+", 1)
    client.loop_start()
    time.sleep(0.5)
    begin = time.perf_counter()
    published(broker, "x", 0, b"bare")
    while heard[0] < MESSAGES:
        time.sleep(0.01)
    client.disconnect()
    client.loop_stop()
    return MESSAGES / (times[0] - begin)


@contextmanager
def _mosquitto() -> Iterator[int]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mosquitto.conf"
        config.write_text(
            f"listener {port} {LOCAL}\nallow_anonymous true\nmax_inflight_messages {WINDOW}\n"
            "max_queued_messages 0\nlog_type error\n"
        )
        broker = subprocess.Popen([MOSQUITTO, "-c", str(config)])
        time.sleep(1)
        try:
            yield port
        finally:
            broker.terminate()
            broker.wait()


def _memory(port: int) -> float:
    """Megabytes that the gateway's processes hold."""
    found = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            status = (folder / "status").read_text()
        except OSError:
            continue
        if b"granian" in b"".join(command) and str(port).encode() in command:
            line = next((row for row in status.splitlines() if row.startswith("RssAnon")), "0 0 kB")
            found += int(line.split()[1])
    return found / 1024


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
