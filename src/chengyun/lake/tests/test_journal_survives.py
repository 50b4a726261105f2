"""What was synced is there, once, after a loss of power and after SIGKILL."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from chengyun.lake.journal import Journal, entries


class Disk:
    """What a folder would hold after a loss of power: files and names as they were at their last fsync."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, int] = {}
        self.contents: dict[int, bytes] = {}
        self._fsync = os.fsync

    def fsync(self, handle: int) -> None:
        self._fsync(handle)
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            self.names = {path.name: path.stat().st_ino for path in self.folder.iterdir()}
        else:
            self.contents[about.st_ino] = os.pread(handle, about.st_size, 0)

    def after_power_loss(self, folder: Path) -> Path:
        folder.mkdir()
        for name, inode in self.names.items():
            (folder / name).write_bytes(self.contents.get(inode, b""))
        return folder


def test_what_sync_promised_survives_a_loss_of_power(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "journal"
    disk = Disk(folder)
    monkeypatch.setattr(os, "fsync", disk.fsync)
    journal, promised = Journal(folder, segment_bytes=100), list[bytes]()
    for number in range(30):
        payload = b"%03d" % number * (number % 7)
        journal.append(1, payload)
        journal.sync()
        promised.append(payload)
        journal.append(1, b"never synced")
        left = disk.after_power_loss(tmp_path / str(number))
        assert [entry.payload for entry in entries(left, 0)] == promised
        with Journal(left) as again:
            assert (again.durable, again.torn) == (journal.durable, 0)
        journal.sync()
        promised.append(b"never synced")
    assert len(list(folder.glob("*.journal"))) > 5
    journal.close()


WRITER = """
import sys
from pathlib import Path
from random import Random
from chengyun.lake.journal import Journal, entries

folder = Path(sys.argv[1])
journal = Journal(folder, segment_bytes=200_000)
number = sum(1 for _ in entries(folder, 0))
while True:
    for _ in range(Random(number).randrange(1, 20)):
        draw = Random(number)
        journal.append(number % 256, draw.randbytes(draw.randrange(3000)))
        number += 1
    journal.sync()
    print(number, flush=True)
"""


def payload_of(number: int) -> bytes:
    draw = Random(number)
    return draw.randbytes(draw.randrange(3000))


def kill_after(folder: Path, seconds: float) -> int:
    """Let a process write for a while, kill it, and return how many records it had reported as synced."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        reported = writer.stdout.readline()
        time.sleep(seconds)
        writer.kill()
        rest = [line for line in writer.stdout.read().splitlines(keepends=True) if line[-1] == "\n"]
    return int([reported, *rest][-1])


@pytest.mark.parametrize(
    "kills", [20, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
def test_a_killed_writer_loses_and_doubles_nothing(tmp_path: Path, kills: int) -> None:
    moments = Random(kills)
    for _ in range(kills):
        reported = kill_after(tmp_path, moments.uniform(0, 0.1))
        found = [(entry.kind, entry.payload) for entry in entries(tmp_path, 0)]
        assert len(found) >= reported
        assert found == [(number % 256, payload_of(number)) for number in range(len(found))]
