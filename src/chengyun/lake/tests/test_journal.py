"""What was appended is read again: in segments, after damage, on a full disk, in any order of steps."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengyun.lake.journal import Busy, Damaged, Entry, Gone, Journal, Unwritable, entries

HEAD = 9
"""Bytes of a record before its payload."""


def told(folder: Path, since: int = 0, until: int | None = None) -> list[bytes]:
    return [entry.payload for entry in entries(folder, since, until)]


def write(folder: Path, *payloads: bytes, segment_bytes: int = 1 << 20) -> list[int]:
    """Append each with a sync of its own; return the positions."""
    with Journal(folder, segment_bytes=segment_bytes) as journal:
        return [(journal.append(1, payload), journal.sync())[1] for payload in payloads]


def test_what_is_appended_is_read_with_its_place_and_kind(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert (journal.append(1, b"one"), journal.append(255, b"")) == (12, 21)
        assert told(tmp_path) == []  # nothing before sync
        assert journal.sync() == journal.durable == 21
        assert journal.sync() == 21
        assert list(entries(tmp_path, 0)) == [Entry(0, 12, 1, b"one"), Entry(12, 21, 255, b"")]
        assert told(tmp_path, 12) == [b""]
        assert told(tmp_path, 0, 20) == [b"one"]
        assert told(tmp_path, 21) == []
    assert told(tmp_path / "not there", 0) == []


@pytest.mark.parametrize("kind", [-1, 256])
def test_a_kind_is_one_byte(tmp_path: Path, kind: int) -> None:
    with Journal(tmp_path) as journal, pytest.raises(ValueError, match="cannot be written"):
        journal.append(kind, b"")


def test_closing_syncs_and_a_second_time_does_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "folder")
    journal.append(1, b"last")
    journal.close()
    journal.close()
    assert told(tmp_path / "new" / "folder") == [b"last"]


def test_a_second_writer_is_told_so_and_the_first_goes_on(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        with pytest.raises(Busy, match="另一个进程正在写"):
            Journal(tmp_path)
        journal.append(1, b"still")
    with Journal(tmp_path):
        assert told(tmp_path) == [b"still"]


def test_an_empty_journal_begins_where_the_lake_is(tmp_path: Path) -> None:
    with Journal(tmp_path / "new", begin=1000) as journal:
        assert journal.append(1, b"x") == 1010
    assert told(tmp_path / "new", 1000) == [b"x"]
    write(tmp_path / "restored", b"old")
    with pytest.raises(Damaged, match="日志到位置 12 为止，数据湖已经到 1000"):
        Journal(tmp_path / "restored", begin=1000)
    with Journal(tmp_path / "restored", begin=12):
        assert told(tmp_path / "restored") == [b"old"]


# -- damage ---------------------------------------------------------------------------------------


def test_a_tail_torn_at_any_byte_is_cut_off(tmp_path: Path) -> None:
    kept, _ = write(tmp_path / "whole", b"kept", b"torn")
    whole = (tmp_path / "whole" / f"{0:020}.journal").read_bytes()
    for length in range(kept, len(whole)):
        folder = tmp_path / str(length)
        folder.mkdir()
        (folder / f"{0:020}.journal").write_bytes(whole[:length])
        assert told(folder) == [b"kept"]  # a reader stops there and repairs nothing
        with Journal(folder) as journal:
            assert (journal.durable, journal.torn) == (kept, length - kept)
            journal.append(1, b"next")
        assert told(folder) == [b"kept", b"next"]


def test_a_tail_of_zeros_is_no_record(tmp_path: Path) -> None:
    (durable,) = write(tmp_path, b"kept")
    with (tmp_path / f"{0:020}.journal").open("ab") as file:
        file.write(bytes(4096))
    assert told(tmp_path) == [b"kept"]
    with Journal(tmp_path) as journal:
        assert (journal.durable, journal.torn) == (durable, 4096)


def test_any_flipped_bit_of_the_last_record_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, b"kept", b"flipped")
    path = tmp_path / f"{0:020}.journal"
    whole = path.read_bytes()
    for bit in range((HEAD + 4) * 8, len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert told(tmp_path) == [b"kept"], bit


def test_damage_before_the_last_segment_is_an_error_that_says_where(tmp_path: Path) -> None:
    write(tmp_path, b"first", b"second", b"third", segment_bytes=20)
    path = tmp_path / f"{0:020}.journal"
    whole = path.read_bytes()
    assert len(whole) == 2 * HEAD + len(b"firstsecond")
    path.write_bytes(whole[:-1] + b"!")
    with pytest.raises(Damaged, match=r"0{20}\.journal 在第 14 字节处损坏"):
        told(tmp_path)
    path.write_bytes(whole[:-1])
    with pytest.raises(Damaged, match=r"在第 14 字节处损坏"):
        told(tmp_path)
    with pytest.raises(Damaged, match=r"在第 28 字节处损坏"):
        Journal(tmp_path)
    path.write_bytes(whole)
    assert told(tmp_path) == [b"first", b"second", b"third"]


# -- segments -------------------------------------------------------------------------------------


def test_segments_are_cut_whole_and_positions_go_on(tmp_path: Path) -> None:
    ends = write(tmp_path, b"a" * 11, b"b" * 11, b"c" * 11, segment_bytes=20)
    assert [int(path.stem) for path in sorted(tmp_path.glob("*.journal"))] == [0, 20, 40]
    with Journal(tmp_path, segment_bytes=20) as journal:
        assert [journal.cut(upto) for upto in (19, 39, 1000)] == [0, 1, 1]
        assert told(tmp_path, ends[1]) == [b"c" * 11]
        with pytest.raises(Gone, match="从位置 40 开始"):
            told(tmp_path, ends[0])
        assert journal.append(1, b"d") == ends[2] + 10
    assert told(tmp_path, ends[2]) == [b"d"]


def test_a_reader_keeps_a_segment_that_is_cut_while_it_reads(tmp_path: Path) -> None:
    write(tmp_path, b"a" * 11, b"b" * 11, b"c" * 11, segment_bytes=20)
    reader = entries(tmp_path, 0)
    first = next(reader)
    with Journal(tmp_path, segment_bytes=20) as journal:
        journal.cut(40)
    assert first.payload == b"a" * 11
    with pytest.raises(Gone, match="已经清理"):
        next(reader)


# -- a disk that is full or faulty ----------------------------------------------------------------

FULL = """
import resource, signal, sys
from pathlib import Path
from chengyun.lake.journal import Journal, Unwritable

journal = Journal(Path(sys.argv[1]), segment_bytes=1 << 20)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
number = refused = 0
while refused < 3:
    journal.append(1, str(number).encode() * 1000)
    journal.append(1, b"with it")
    try:
        journal.sync()
        number += 1
    except Unwritable as error:
        refused += 1
        print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
journal.append(1, b"room again")
journal.sync()
print(number)
"""


def test_a_full_disk_refuses_the_batch_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=True
    )
    *errors, number = done.stdout.splitlines()
    assert len(errors) == 3
    assert all("写不进去" in error for error in errors)
    kept = [text for n in range(int(number)) for text in (str(n).encode() * 1000, b"with it")]
    assert int(number) > 10
    assert told(tmp_path) == [*kept, b"room again"]


@pytest.mark.parametrize("call", ["fsync", "pwrite", "ftruncate"])
def test_a_call_that_fails_loses_only_what_was_not_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*words: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    with Journal(tmp_path, segment_bytes=20) as journal:
        journal.append(1, b"kept and long enough")
        kept = journal.sync()
        with monkeypatch.context() as patched:
            patched.setattr(os, call, fail)
            if call == "ftruncate":
                patched.setattr(os, "fsync", fail)
            journal.append(1, b"r-fus")  # as long as what comes after it
            journal.append(1, b"ghost")
            with pytest.raises(Unwritable, match="Input/output error"):
                journal.sync()
        assert journal.durable == kept
        assert journal.append(1, b"later") == kept + HEAD + 5
        journal.sync()
        assert told(tmp_path) == [b"kept and long enough", b"later"]


def test_a_folder_that_cannot_be_made_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable, match="写不进去"):
        Journal(tmp_path / "file")


# -- any order of things --------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.binary(max_size=40), st.sampled_from(["sync", "reopen", "crash"]), st.floats(0, 1)
    ),
    max_size=40,
)


class Play:
    """A journal and, beside it, what should be in it."""

    def __init__(self, folders: Iterator[Path]) -> None:
        self.folders = folders
        self.folder = next(folders)
        self.journal = Journal(self.folder, segment_bytes=50)
        self.durable: list[tuple[int, bytes]] = []
        self.pending: list[tuple[int, bytes]] = []
        self.cut_at = 0

    def step(self, step: bytes | str | float) -> None:
        if isinstance(step, bytes):
            self.pending.append((self.journal.append(7, step), step))
        elif isinstance(step, float):
            upto = int(step * self.journal.durable)
            self.cut_at = max(self.cut_at, upto)
            self.journal.cut(upto)
        else:
            getattr(self, step)()

    def sync(self) -> None:
        self.durable += self.pending
        self.pending = []
        assert self.journal.sync() == (self.durable[-1][0] if self.durable else 0)

    def reopen(self) -> None:
        self.journal.close()
        self.durable += self.pending
        self.pending = []
        self.journal = Journal(self.folder, segment_bytes=50)

    def crash(self) -> None:
        """Go on with a copy of the files, as they are while the writer still has records in memory."""
        self.pending = []
        old, self.folder = (self.journal, self.folder), next(self.folders)
        shutil.copytree(old[1], self.folder, dirs_exist_ok=True)
        old[0].close()
        self.journal = Journal(self.folder, segment_bytes=50)

    def check(self) -> None:
        starts = sorted(int(path.stem) for path in self.folder.glob("*.journal"))
        assert starts[0] <= self.cut_at
        kept = [(end, payload) for end, payload in self.durable if end > starts[0]]
        assert [(e.end, e.payload) for e in entries(self.folder, starts[0])] == kept


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Iterator[Path]]:
    def some() -> Iterator[Path]:
        while True:
            yield tmp_path_factory.mktemp("journal")

    return some


@settings(max_examples=150)
@given(steps=STEPS)
def test_any_order_of_steps(
    folders: Callable[[], Iterator[Path]], steps: list[bytes | str | float]
) -> None:
    play = Play(folders())
    for step in steps:
        play.step(step)
        play.check()
    play.journal.close()
