"""Readings per second over HTTP to a durable answer, with rules on every series, beside parsing and storing alone.

10,000 series, each watched by a rule of three levels; requests of 1,000 JSON lines over sixteen connections. The
baseline reads the same bytes with the same parser and writes one Parquet file a round, without fsync. Rounds alternate.
What was acknowledged must be stored, each reading once: a difference fails the bench.
"""

import io
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
from pyarrow import json as lines
from pyarrow import parquet

from bench._stage import Caller, Environ, run, serving, stages
from chengyun.lake import upkeep
from chengyun.lake.archive import Archive
from tools.start import GATEWAY

SERIES, READINGS, CLIENTS = 10_000, 1_000, 16
REQUESTS, ROUNDS = 400, 5
BEGIN = 1_780_000_000_000


def main() -> None:
    """On the first database alone: no reading passes through it."""
    for name, environ in stages():
        measure(name, environ)
        break


def measure(name: str, environ: Environ) -> None:
    """Print the rates; what is stored must be what was acknowledged."""
    token = run(environ, "bench._devices", str(SERIES)).strip()
    archive = Archive(Path(environ["CHENGYUN_HOME"]) / "readings")
    rates, bare = list[float](), list[float]()
    with serving(GATEWAY, environ, processes=1) as port:
        for turn in range(ROUNDS):
            bodies = [body_of(turn * REQUESTS + n) for n in range(REQUESTS)]
            rates.append(sent(port, token, bodies))
            bare.append(parsed(bodies))
    told, stored = ROUNDS * REQUESTS * READINGS, upkeep.size(archive.table)
    rate, base = statistics.median(rates), statistics.median(bare)
    print(f"  {name}: parse the same bytes and write Parquet  {base:,.0f} readings/s  baseline")
    print(f"  {name}: readings over HTTP to a durable answer  {rate:,.0f} /s  aim ≥ 200,000 /s")
    print(f"  {name}: HTTP / bare  {rate / base:.2f}  aim ≥ 0.4")
    print(f"  {name}: bytes a reading as committed  {stored['bytes_per_reading']:.1f}")
    print(f"  {name}: files of {ROUNDS * REQUESTS:,} requests  {stored['files']:.0f}")
    if stored["rows"] != told:
        sys.exit(f"{told:,} readings were acknowledged, {stored['rows']:,} are stored")


def body_of(number: int) -> bytes:
    """One request: a tenth of the series, each a minute after the last time it spoke; nothing over a limit."""
    first = number % (SERIES // READINGS) * READINGS
    at = BEGIN + number // (SERIES // READINGS) * 60_000
    rng = random.Random(number)
    told = (
        f'{{"device":"JS-{n:05}","point":"depth","at":{at},"value":{rng.randrange(90) / 10}}}'
        for n in range(first, first + READINGS)
    )
    return "\n".join(told).encode()


def sent(port: int, token: str, bodies: list[bytes]) -> float:
    """Readings a second that were acknowledged."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda n: _send(port, token, bodies[n::CLIENTS]), range(CLIENTS)))
    return len(bodies) * READINGS / (time.perf_counter() - begin)


def _send(port: int, token: str, bodies: list[bytes]) -> None:
    caller = Caller(port, Authorization=f"Bearer {token}")
    for body in bodies:
        answer = caller.send(caller.request("POST", "/readings", body))
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.body.decode()[:200]}")


def parsed(bodies: list[bytes]) -> float:
    """Readings a second of a parser and a file alone."""
    begin = time.perf_counter()
    single = lines.ReadOptions(use_threads=False)
    tables = [lines.read_json(io.BytesIO(body), read_options=single) for body in bodies]
    with tempfile.TemporaryDirectory() as folder:
        parquet.write_table(
            pa.concat_tables(tables), Path(folder) / "readings.parquet", compression="zstd"
        )
    return len(bodies) * READINGS / (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
