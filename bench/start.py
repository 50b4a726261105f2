"""The demo city built, from nothing and again from `./run` to the first page, and the memory of the whole group.

A page of memory that several processes share is counted once. Also printed: the sum of what each has resident.
"""

import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
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
        again, playing = _start(environ)
        _, resting = _start(environ, "--no-play")
        print(f"  {name}: the demo city built  {built:.0f} s  aim ≤ 90 s")
        print(f"  {name}: ./run to first page, of an empty state folder  {first:.0f} s", flush=True)
        print(f"  {name}: ./run to first page  {again:.1f} s  aim ≤ 10 s")
        print(f"  {name}: memory of the whole group  {resting}  aim ≤ 600 MB")
        print(f"  {name}: the same while the demo's devices speak  {playing}", flush=True)


def _start(environ: Environ, *words: str) -> tuple[float, str]:
    """Seconds to the login page, and the memory after a hundred pages, once history has gone to the lake."""
    port = free_port()
    began = time.monotonic()
    with (
        _said(environ).open("w") as said,
        subprocess.Popen(
            [ROOT / "run", "--port", str(port), *words], env=environ, stdout=said
        ) as run,
    ):
        try:
            seconds = _until_page(f"http://127.0.0.1:{port}/login/", began)
            if "--no-play" in words:
                _until_told(run.pid)
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


def _until_told(pid: int) -> None:
    """Wait for the processes beside the worker: they end when nothing is left to do."""
    until, apart = time.monotonic() + WITHIN, True
    while apart and time.monotonic() < until:
        time.sleep(5)
        apart = any(" lane " in words for _, words in _group(pid))


def _group(pid: int) -> list[tuple[int, str]]:
    """A process and all it started, each with its command line."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    group = {str(pid)}
    for _ in range(5):
        group |= {child for child, parent, _ in rows if parent in group}
    return [(int(child), words) for child, _, words in rows if child in group]


def _resident(pid: int) -> str:
    """What a group holds: its own pages, with those of forked processes and of files that several map counted once."""
    own = summed = 0
    files: dict[tuple[str, ...], int] = {}
    for process in [member for member, words in _group(pid) if not words.startswith("ps ")]:
        own += _rolled_up(process)["Pss_Anon"]
        for name, sizes in _mapped(process):
            summed += sizes["Rss"]
            files[name] = max(files.get(name, 0), sizes["Rss"] - sizes["Anonymous"])
    return (
        f"{(own + sum(files.values())) / 1024:.0f} MB (each by itself, summed: {summed / 1024:.0f})"
    )


def _rolled_up(pid: int) -> dict[str, int]:
    """The sizes of all a process has mapped, in kB."""
    return dict(map(_size, Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]))


def _mapped(pid: int) -> Iterator[tuple[tuple[str, ...], dict[str, int]]]:
    """Each mapping of a process: device, file and offset, and its sizes in kB."""
    name: tuple[str, ...] = ()
    sizes: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            _, _, offset, device, inode, *_ = words
            name, sizes = (device, inode, offset), {}
        elif words[0] != "VmFlags:":
            sizes.update([_size(line)])
        else:
            yield name, sizes


def _size(line: str) -> tuple[str, int]:
    name, number, *_ = line.split()
    return name.rstrip(":"), int(number)


if __name__ == "__main__":
    main()
