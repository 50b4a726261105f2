"""A PostgreSQL server of one's own for as long as a test run takes, from Debian's binaries."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL of this machine, if it has one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    anywhere = shutil.which("initdb")
    return Path(anywhere).parent if anywhere else None


def _version(path: Path) -> int:
    name = path.parent.parent.name
    return int(name) if name.isdigit() else 0


@contextmanager
def cluster(programs: Path, settings: str = FAST) -> Iterator[str]:
    """Start a server without a network port; gives the URL of a database whose owner may make more."""
    folder = Path(tempfile.mkdtemp(prefix="chengyun-pg-"))
    owner = _owner()
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        initial = ("--username=chengyun", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        _as(owner, programs / "initdb", "--pgdata", folder / "data", "--no-sync", *initial)
        control = (programs / "pg_ctl", "--pgdata", folder / "data", "--log", folder / "log", "-w")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} {settings}"
        _as(owner, *control, "--options", options, "start")
        try:
            yield f"postgresql://chengyun@/postgres?host={folder}"
        finally:
            _as(owner, *control, "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> pwd.struct_passwd:
    """The server refuses to run as root; then it runs as its own user, or as nobody."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _as(owner: pwd.struct_passwd, *words: str | Path) -> None:
    user, group = (owner.pw_uid, owner.pw_gid) if os.getuid() == 0 else (None, None)
    environ = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        words, cwd="/", env=environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, user=user, group=group,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{Path(words[0]).name} failed:\n{done.stdout}")
