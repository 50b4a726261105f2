"""The demo city built, from nothing and again from `./run` to the first page, and the memory of the whole group."""

import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench._stage import Environ, stages
from tools.install import ROOT
from tools.start import free_port

WITHIN = 300
BUILT = re.compile(r"([\d.]+) 秒  演示城市建好了")


def main() -> None:
    for name, environ in stages():
        first, _ = _start(environ)
        built = float(BUILT.findall(_said(environ).read_text())[0])
        again, memory = _start(environ)
        print(f"  {name}: the demo city built  {built:.0f} s  aim ≤ 90 s")
        print(f"  {name}: ./run to first page, of an empty state folder  {first:.0f} s", flush=True)
        print(f"  {name}: ./run to first page  {again:.1f} s  aim ≤ 10 s")
        print(f"  {name}: memory of the whole group  {memory / 2**20:.0f} MB  aim ≤ 600 MB")


def _start(environ: Environ) -> tuple[float, int]:
    """Seconds to the login page, and bytes resident after a hundred pages."""
    port = free_port()
    began = time.monotonic()
    with (
        _said(environ).open("w") as said,
        subprocess.Popen([ROOT / "run", "--port", str(port)], env=environ, stdout=said) as run,
    ):
        try:
            seconds = _until_page(f"http://127.0.0.1:{port}/login/", began)
            return seconds, _resident(run.pid)
        finally:
            run.send_signal(signal.SIGTERM)


def _said(environ: Environ) -> Path:
    """What the last start printed."""
    return Path(environ["CHENGYUN_HOME"]) / "said"


def _until_page(url: str, began: float) -> float:
    while time.monotonic() - began < WITHIN:
        try:
            urllib.request.urlopen(url, timeout=5).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
            continue
        seconds = time.monotonic() - began
        for _ in range(100):
            urllib.request.urlopen(url, timeout=5).read()
        return seconds
    raise TimeoutError(f"no page within {WITHIN} s")


def _resident(pid: int) -> int:
    """Bytes of a process and all it started; pages they share are counted once for each."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    ).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    group = {pid}
    for _ in range(5):
        group |= {child for child, parent, _ in rows if parent in group}
    return sum(size * 1024 for child, _, size in rows if child in group)


if __name__ == "__main__":
    main()
