"""What `./run` does: install, prepare the state, run web, gateway and worker as one process group.

./run [--host ADDRESS] [--port NUMBER] [--check]
"""

import argparse
import ctypes
import fcntl
import hashlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypedDict

from tools.install import PYTHON, ROOT, VENV, Unready, install, say

CHENGYUN = VENV / "bin" / "chengyun"
GRANIAN = VENV / "bin" / "granian"
APPLICATION = "chengyun.config.asgi:application"
GATEWAY = "chengyun.gateways.asgi:application"
CONTROLLER = "chengyun.demo.devices.controller"
BESIDE = 10
"""How far the gateway's port lies from the web's unless CHENGYUN_GATEWAY_PORT names it."""
DOORS = ("jt808", "hj212", "sl651", "mqtt", "cjt188")
"""Where devices hold a line, each at the next port after the gateway's unless CHENGYUN_DOORS names it."""
LOCAL = "127.0.0.1"
WEB_PROCESSES = min(os.cpu_count() or 1, 4)
"""A page is mostly Python, and one process uses one core of it."""
CHECK_DAYS = "7"
HIGHEST = 65535
FREE_FROM, FREE_PORTS, FAR_APART = 20_000, 12_000, 1_009
"""Below what systems take for outgoing connections: 32768 and up on Linux, 49152 and up elsewhere."""
READY_WITHIN = 60
STOP_WITHIN = 15
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


class City(TypedDict):
    """What there is to say about the city."""

    name: str
    demo: bool
    accounts: list[tuple[str, str]]


class Stopped(Exception):
    """Somebody asked this group to stop."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where this group runs: its state folder, its address, and the environment it gives on."""

    home: Path
    host: str
    port: int
    gateway_port: int
    environ: dict[str, str]

    @property
    def url(self) -> str:
        return self._url(self.port)

    @property
    def gateway_url(self) -> str:
        return self._url(self.gateway_port)

    def _url(self, port: int) -> str:
        return f"http://{LOCAL if self.host == '0.0.0.0' else self.host}:{port}"  # noqa: S104


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        return _check(options) if options.check else _serve(options)
    except Unready as error:
        sys.exit(str(error))
    except Stopped:
        say("已停止。")
        return 0


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--host", default=LOCAL, help=f"address to listen on (default {LOCAL})")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000)
    parser.add_argument("--check", action="store_true", help="drive a temporary city, then stop")
    parser.add_argument("--no-play", action="store_true", help="the devices of a demo stay silent")
    return parser.parse_args()


def _serve(options: argparse.Namespace) -> int:
    home = Path(os.environ.get("CHENGYUN_HOME") or ROOT / "var").expanduser().resolve()
    place = _place(home, options.host, options.port, dict(os.environ))
    with _alone(place):
        install()
        city = _prepare(place)
        plays = city["demo"] and not options.no_play
        with _controller(place, plays=plays), _group(place) as processes:
            _greet(place, city)
            serving = list(processes)
            if plays:
                processes.append(_play(place, processes[0].pid))
            return _wait(serving)


def _check(options: argparse.Namespace) -> int:
    """A city of its own in a throw-away folder, driven over HTTP by `chengyun drive`."""
    home = Path(tempfile.mkdtemp(prefix="chengyun-check-"))
    other = ("DATABASE_URL", "CHENGYUN_PRODUCTION")
    environ = {
        "CHENGYUN_LOG": "ERROR",
        **{key: value for key, value in os.environ.items() if not key.startswith(other)},
    }
    environ["CHENGYUN_GATEWAY_PORT"] = str(free_port())
    environ["CHENGYUN_DOORS"] = _doors(LOCAL, [free_port() for _ in DOORS])
    place = _place(home, LOCAL, free_port(), environ)
    try:
        install()
        _prepare(place, "--days", CHECK_DAYS)
        with _group(place):
            return _run(place, "drive", "--url", place.url)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _place(home: Path, host: str, port: int, environ: dict[str, str]) -> Place:
    names = environ.get("CHENGYUN_HOSTS") or _names(host)
    gateway = environ.get("CHENGYUN_GATEWAY_PORT") or ""
    gateway_port = int(gateway) if gateway.isdecimal() else min(port + BESIDE, HIGHEST)
    doors = environ.get("CHENGYUN_DOORS")
    beside = [gateway_port + n for n in range(1, len(DOORS) + 1)]
    ours = {
        "CHENGYUN_DOORS": _doors(host, beside) if doors is None else doors,
        "CHENGYUN_HOME": str(home),
        "CHENGYUN_HOSTS": names,
        "DJANGO_SETTINGS_MODULE": "chengyun.config.settings",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    return Place(
        home=home, host=host, port=port, gateway_port=gateway_port, environ={**environ, **ours}
    )


def _doors(host: str, ports: list[int]) -> str:
    return ",".join(f"{key}={host}:{port}" for key, port in zip(DOORS, ports, strict=True))


def _names(host: str) -> str:
    """What a browser may call this server; whoever opens it to a network reaches it by any name."""
    return "*" if host in ("0.0.0.0", "::") else f"localhost,{LOCAL},[::1],{host}"  # noqa: S104


_steps = itertools.count(os.getpid() * FAR_APART)
"""Two processes look in different places; one does not get the same port twice."""


def free_port() -> int:
    """Nobody's now, and none the system gives to outgoing connections before it is listened on."""
    for step in _steps:
        port = FREE_FROM + step % FREE_PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOCAL, port))
            return port
    raise AssertionError("unreachable: the steps do not end")


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """Hold the state folder and find the port free, or say what is in the way."""
    place.home.mkdir(parents=True, exist_ok=True)
    with (place.home / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unready(
                f"这座城市已经在运行（{place.home}）。请在浏览器里打开它，或先停下它；"
                "再开一座城市要另设 CHENGYUN_HOME。"
            ) from error
        _find_port_free(place.host, place.port, "./run --port {}")
        _find_port_free(place.host, place.gateway_port, "CHENGYUN_GATEWAY_PORT={} ./run")
        yield


def _find_port_free(host: str, port: int, otherwise: str) -> None:
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise Unready(
            f"{host} 的端口 {port} 不能用（{_reason(error)}）。"
            f"请换一个：{otherwise.format(port + 1 if port < HIGHEST else 8000)}"
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


# The state ---------------------------------------------------------------------------------------


def _prepare(place: Place, *size: str) -> City:
    """Tables, static files and, where there is no city, the demo of that size. Returns the city's row."""
    city = _tables(place)
    _collect_static(place)
    if city is None:
        _must(place, "建立演示城市（只有这一次，大约一分半钟）", "demo", *size)
        city = _tables(place)
        if city is None:
            raise Unready("还没有城市，请用 .venv/bin/chengyun init 建立")
    return city


def _run(place: Place, *words: str) -> int:
    return subprocess.run([CHENGYUN, *words], cwd=ROOT, env=place.environ).returncode


def _must(place: Place, title: str, *words: str) -> None:
    say(title)
    if _run(place, *words):
        raise Unready(f"{title}没有成功，原因见上面。没有删除任何东西。")


def _tables(place: Place) -> City | None:
    """Bring the database up to date; the city in it, if there is one."""
    told = subprocess.run(
        [PYTHON, "-m", "tools.prepare"],
        cwd=ROOT, env=place.environ, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if told.returncode:
        raise Unready("准备数据库没有成功，原因见上面。没有删除任何东西。")
    city: City | None = json.loads(told.stdout)
    return city


def _collect_static(place: Place) -> None:
    """Hashed and compressed copies of what the browser loads; again only when one has changed."""
    stamp = place.home / "static.stamp"
    wanted = _static_state()
    if (place.home / "static").is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return
    words = ("collectstatic", "--no-input", "--clear", "--verbosity", "0")
    _must(place, "准备浏览器要用的文件", *words)
    stamp.write_text(wanted)


def _static_state() -> str:
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        digest.update((ROOT / name).read_bytes())
    for path in sorted((ROOT / "src").glob("**/static/**/*")):
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


# The group ---------------------------------------------------------------------------------------


@contextmanager
def _group(place: Place) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Web, gateway and worker, answering; all are gone when the block is left."""
    web: tuple[str | Path, ...] = (GRANIAN, *granian_words(place.host, place.port))
    processes = [_start(place, *web, group=0)]
    group = processes[0].pid
    try:
        processes += [_start(place, *web, group=group) for _ in range(1, WEB_PROCESSES)]
        words = granian_words(place.host, place.gateway_port, GATEWAY)
        processes.append(_start(place, GRANIAN, *words, group=group))
        processes.append(_start(place, CHENGYUN, "worker", group=group))
        _until_ready(place, processes)
        yield processes
    finally:
        _end(processes)


@contextmanager
def _controller(place: Place, *, plays: bool) -> Iterator[None]:
    """The simulated controller of a demo that asks no other, whose gate and pumps two people can move."""
    if not plays or place.environ.get("CHENGYUN_MODBUS"):
        yield
        return
    plan, port = place.home / "points.toml", place.gateway_port + len(DOORS) + 1
    words = (PYTHON, "-m", CONTROLLER, "--port", str(port), "--plan", str(plan))
    subprocess.run(words, cwd=ROOT, env=place.environ, check=True)
    place.environ["CHENGYUN_MODBUS"] = str(plan)
    process = _start(place, *words, "--serve", group=0)
    try:
        yield
    finally:
        _end([process])


def granian_words(host: str, port: int, application: str = APPLICATION) -> tuple[str, ...]:
    """One web process; several share a port, and the system gives each its part of the connections."""
    address = ("--host", host, "--port", str(port))
    threads = ("wsgi", "--blocking-threads", "4")
    interface = ("asgi",) if "asgi:" in application else threads
    served = ("--interface", *interface, "--workers", "1", "--no-ws")
    return (*served, *address, "--log-level", "warning", application)


def _start(place: Place, *words: str | Path, group: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words, cwd=ROOT, env=place.environ, stdin=subprocess.DEVNULL,
        process_group=group, preexec_fn=_die_with_parent,
    )  # fmt: skip


def _die_with_parent() -> None:
    """On Linux a child is told to stop even when this process is killed without a word."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def _until_ready(place: Place, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise Unready("城市没有启动，原因见上面。")
        if _answers(f"{place.url}/healthz") and _answers(f"{place.gateway_url}/healthz"):
            return
        time.sleep(0.1)
    raise Unready(f"城市在 {READY_WITHIN} 秒内没有应答，原因见上面。")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _play(place: Place, group: int) -> subprocess.Popen[bytes]:
    """The devices of the demo speak for a quarter of an hour."""
    say("模拟设备开始说话：暴雨、燃气泄漏、一条街的灯熄灭，然后是车辆、扬尘、河道和水表。")
    words = ("simulate", "all", "--url", place.gateway_url)
    return _start(place, CHENGYUN, *words, group=group)


def _wait(processes: list[subprocess.Popen[bytes]]) -> int:
    """Until one of them ends by itself, which it should not."""
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    ended = next(process for process in processes if process.poll() is not None)
    name = {-1: "后台任务", -2: "监测网关"}.get(processes.index(ended) - len(processes), "网站")
    raise Unready(f"{name}进程自己结束了（退出码 {ended.returncode}），原因见上面。")


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _greet(place: Place, city: City) -> None:
    say(f"\n{city['name']}已开放：{place.url}")
    if city["demo"]:
        say("这是演示城市。账号如下，密码都是 chengyun-demo：")
        for username, role in city["accounts"]:
            say(f"  {username:<12} {role}")
    say(f"设备和平台往这里报读数：{place.gateway_url}/readings")
    say("按 Ctrl-C 停止。")


if __name__ == "__main__":
    sys.exit(main())
