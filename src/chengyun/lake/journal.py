"""The telemetry journal: what a device sent, durable before it is answered.

A folder of segments, each named by the position at which it begins.  A position counts bytes from the first record
ever written; positions grow for ever and are not used twice once they were durable.  One process writes, any number
read.  A record is length (u32), kind (u8), CRC-32 of the three other fields (u32), all little-endian, then the payload.

    sync() returned p  →  every record that ends at or before p survives SIGKILL and loss of power
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple, Self

SEGMENT_BYTES = 64 * 1024 * 1024
LONGEST = 2**32 - 1
"""Bytes of the longest payload."""
SUFFIX = ".journal"
CLOSED = -1
_HEAD = struct.Struct("<IBI")
_SUMMED = struct.Struct("<IB")


class JournalError(Exception):
    """What went wrong with the journal, in one sentence for the operator."""


class Busy(JournalError):
    """Another process writes this journal."""


class Unwritable(JournalError):
    """The disk took nothing: what was appended since the last `sync` is gone, and the journal may be used again."""


class Damaged(JournalError):
    """A record that was durable cannot be read any more."""


class Gone(JournalError):
    """What is asked for was cut away."""


class Entry(NamedTuple):
    """One record.

    Attributes
    ----------
    position, end
        Where it begins and where the next one does, in bytes.
    kind
        What the payload is, 0 to 255.
    """

    position: int
    end: int
    kind: int
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One file of the journal, from position `start`."""

    path: Path
    start: int

    @property
    def end(self) -> int:
        """The position after its last byte, whole record or not."""
        return self.start + self.path.stat().st_size

    def read(self, since: int) -> Iterator[Entry]:
        """Its whole records from `since`, up to the first that is not whole. Raises `Gone` without a file."""
        try:
            file = self.path.open("rb")
        except FileNotFoundError as error:
            raise Gone(f"日志段 {self.path.name} 已经清理") from error
        with file:
            file.seek(since - self.start)
            left = os.fstat(file.fileno()).st_size - (since - self.start)
            position = since
            while left >= _HEAD.size:
                length, kind, checksum = _HEAD.unpack(file.read(_HEAD.size))
                left -= _HEAD.size + length
                payload = file.read(length) if left >= 0 else b""
                if left < 0 or checksum != _checksum(kind, payload, length):
                    return
                end = position + _HEAD.size + length
                yield Entry(position, end, kind, payload)
                position = end

    def damaged(self, position: int) -> Damaged:
        """The error that says where in this file a record is not whole."""
        return Damaged(f"日志段 {self.path.name} 在第 {position - self.start} 字节处损坏")


def entries(folder: Path, since: int, until: int | None = None) -> Iterator[Entry]:
    """Read the records between two positions, in the order they were appended.

    Parameters
    ----------
    folder
        Of the journal; need not be this process's own, nor exist yet.
    since
        Where a record begins: an `Entry.end`, or what `append` or `sync` returned.
    until
        Read no record that ends later.  Whoever acts on what he read for good gives what `sync` returned; without it,
        records can be among them that are written but not durable yet.

    Raises
    ------
    Gone
        `since` was cut away.
    Damaged
        A record before the last segment cannot be read.  In the last one, reading ends quietly at such a record: it is
        being written, or was when the writer died.
    """
    segments = _segments(folder)
    if segments and since < segments[0].start:
        raise Gone(f"日志从位置 {segments[0].start} 开始，位置 {since} 已经清理")
    for segment, following in zip_longest(segments, segments[1:]):
        if following and following.start <= since:
            continue
        position = max(since, segment.start)
        for entry in segment.read(position):
            if until is not None and entry.end > until:
                return
            yield entry
            position = entry.end
        if following and position != following.start:
            raise segment.damaged(position)


class Journal:
    """The one writer of a journal.

    Not for two threads at once: whoever gathers messages appends them and syncs, then answers them.

    Parameters
    ----------
    folder
        Is made when it is not there.
    begin
        Where an empty journal begins: the position the lake has committed, so that what is written now is not taken
        for what the lake already has.
    segment_bytes
        A segment that has as many is closed and another begun.

    Attributes
    ----------
    durable
        The position up to which everything is durable.
    torn
        Bytes of a half-written record that were cut off when the journal was opened.

    Raises
    ------
    Busy
        Another writer has it open.
    Damaged
        A segment before the last is not whole, or the journal ends before `begin`.
    Unwritable
        The folder or its files cannot be written.
    """

    durable: int
    torn: int

    def __init__(self, folder: Path, *, begin: int = 0, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self.segment_bytes = segment_bytes
        self._pending: list[bytes] = []
        self._leftover = False
        self._lock = self._file = CLOSED
        try:
            _make(folder)
            self._lock = _locked(folder)
            self._open(begin)
        except OSError as error:
            self._release()
            raise _unwritable(folder, error) from error
        except JournalError:
            self._release()
            raise

    def append(self, kind: int, payload: bytes) -> int:
        """Take one record and return the position after it; it is durable once `sync` has returned that or more.

        Raises `ValueError` for a kind beyond 255 or a payload of 4 GiB.
        """
        if not 0 <= kind <= 255 or len(payload) > LONGEST:
            raise ValueError(f"kind {kind} with {len(payload)} bytes cannot be written")
        checksum = _checksum(kind, payload, len(payload))
        self._pending += (_HEAD.pack(len(payload), kind, checksum), payload)
        self._end += _HEAD.size + len(payload)
        return self._end

    def sync(self) -> int:
        """Make what was appended durable and return the position after it.

        Raises `Unwritable` when the disk is full or faulty: all that was appended since the last time is then gone, its
        positions will be given again, and the next `append` and `sync` may succeed.
        """
        if not self._pending:
            return self.durable
        batch = b"".join(self._pending)
        try:
            self._store(batch)
        except OSError as error:
            self._leftover = True
            with suppress(OSError):
                self._cut_leftover()
            raise _unwritable(self.folder, error) from error
        finally:
            self._pending.clear()
            self._end = self.durable
        return self.durable

    def cut(self, upto: int) -> int:
        """Remove the segments that end at or before position `upto` and return how many; the last one stays."""
        whole = [one for one, after in pairwise(_segments(self.folder)) if after.start <= upto]
        for segment in whole:
            segment.path.unlink()
        if whole:
            sync_folder(self.folder)
        return len(whole)

    def close(self) -> None:
        """Sync, and let another writer have the journal; a second time does nothing."""
        try:
            self.sync()
        finally:
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def _open(self, begin: int) -> None:
        segments = _segments(self.folder)
        for one, after in pairwise(segments):
            if one.end != after.start:
                raise one.damaged(min(one.end, after.start))
        last = segments[-1] if segments else _segment(self.folder, begin)
        self._begin(last)
        written = os.fstat(self._file).st_size
        self.durable = self._end = max((e.end for e in last.read(last.start)), default=last.start)
        self.torn = last.start + written - self.durable
        self._cut_leftover()
        sync_folder(self.folder)
        if self.durable < begin:
            raise Damaged(
                f"日志到位置 {self.durable} 为止，数据湖已经到 {begin}：请移走 {self.folder}"
            )

    def _begin(self, segment: Segment) -> None:
        self._file = os.open(segment.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._start = segment.start

    def _store(self, batch: bytes) -> None:
        """Write and sync, the file first and then, for a new one, the folder that names it."""
        if self._leftover:
            self._cut_leftover()
        if self.durable - self._start >= self.segment_bytes:
            full = self._file
            self._begin(_segment(self.folder, self.durable))
            os.close(full)
        _write(self._file, batch, self.durable - self._start)
        os.fsync(self._file)
        if self.durable == self._start:
            sync_folder(self.folder)
        self.durable += len(batch)

    def _cut_leftover(self) -> None:
        """What was written and did not become durable goes, so that nothing is ever read after it."""
        os.ftruncate(self._file, self.durable - self._start)
        os.fsync(self._file)
        self._leftover = False

    def _release(self) -> None:
        for handle in (self._file, self._lock):
            if handle != CLOSED:
                os.close(handle)
        self._file = self._lock = CLOSED


def _segment(folder: Path, start: int) -> Segment:
    return Segment(path=folder / f"{start:020}{SUFFIX}", start=start)


def _segments(folder: Path) -> list[Segment]:
    names = sorted(path.stem for path in folder.glob(f"*{SUFFIX}"))
    return [_segment(folder, int(name)) for name in names]


def _checksum(kind: int, payload: bytes, length: int) -> int:
    return zlib.crc32(payload, zlib.crc32(_SUMMED.pack(length, kind)))


def _make(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        sync_folder(each.parent)


def _locked(folder: Path) -> int:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise Busy(f"另一个进程正在写日志 {folder}，同时只能有一个") from error
    return lock


def _write(file: int, batch: bytes, offset: int) -> None:
    rest = memoryview(batch)
    while rest:
        written = os.pwrite(file, rest, offset)
        rest, offset = rest[written:], offset + written


def sync_folder(folder: Path) -> None:
    """Make durable which names a folder holds."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(folder: Path, error: OSError) -> Unwritable:
    return Unwritable(f"日志 {folder} 写不进去：{error.strerror or error}")
