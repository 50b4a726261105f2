"""Delta tables of this project: files written and fsynced here, named by one transaction, opened by their snapshot.

delta-rs says which files make up a version, and DuckDB reads them as Parquet through Ibis, with no connector or
extension. The partition column is stored in the files, too; there are no deletion vectors and no mapped columns.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

APP = "journal"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the files of one table are made.

    ``partition`` is the column by whose text the files are parted, ``key`` the whole number whose smallest and largest
    value are told of each file.  ``dictionary`` and ``packed`` name the columns that are coded so.  Versions older than
    ``log_kept`` go: each is a file that whoever opens the table has to pass over.
    """

    schema: pa.Schema
    partition: str
    key: str
    order: tuple[str, ...]
    dictionary: tuple[str, ...]
    packed: tuple[str, ...]
    log_kept: str


def opened(folder: Path) -> DeltaTable | None:
    """The table in its newest version; None without one."""
    try:
        return DeltaTable(folder)
    except TableNotFoundError:
        return None


def position(table: DeltaTable) -> int:
    """How far the source of the rows has been put in."""
    return table.transaction_version(APP) or 0


def committed(folder: Path) -> int:
    """Up to which position of its source the table has everything; 0 without a table."""
    table = opened(folder)
    return position(table) if table else 0


def append(folder: Path, layout: Layout, rows: pa.Table, *, upto: int) -> bool:
    """Append the rows of the source up to a position, all of them durable when this returns.

    Parameters
    ----------
    folder
        Of the table; is made when it is not there.
    rows
        Of the schema of the layout in any order, any number of partitions; may be empty.
    upto
        Where the source is after them.

    Returns
    -------
    bool
        False, and nothing changed, when the table has that position already.
    """
    stored = opened(folder) or _new(folder, layout)
    if upto <= position(stored):
        return False
    change(folder, layout, stored, _parted(folder, layout, rows), upto=upto)
    return True


def replace(folder: Path, layout: Layout, rows: pa.Table, *, told: Mapping[str, str]) -> None:
    """Put rows in the place of all that the table has, durable when this returns; its position counts how often.

    Parameters
    ----------
    told
        What `told_with` gives of these rows, stored in the same transaction.

    Raises
    ------
    deltalake.exceptions.CommitFailedError
        Somebody else was changing the table; nothing changed.
    """
    stored = opened(folder) or _new(folder, layout)
    files = files_of(stored).to_pylist()
    gone = [removal(layout, file, data_change=True) for file in files]
    added = _parted(folder, layout, rows)
    change(folder, layout, stored, [*added, *gone], upto=position(stored) + 1, told=told)


def told_with(table: DeltaTable) -> dict[str, str]:
    """What was told with the newest rows of a table that is only ever replaced."""
    return {str(key): str(value) for key, value in table.history(1)[0].items()}


def _parted(folder: Path, layout: Layout, rows: pa.Table) -> list[AddAction]:
    column = rows[layout.partition]
    return [
        store(folder, layout, rows.filter(pc.equal(column, value)), str(value))
        for value in sorted(pc.unique(column).to_pylist())
    ]


def store(
    folder: Path, layout: Layout, rows: pa.Table, value: str, *, data_change: bool = True
) -> AddAction:
    """Write rows of one partition as a durable file, which the table does not name yet."""
    name = f"{layout.partition}={value}/{uuid.uuid4()}.parquet"
    path = folder / name
    fresh = not path.parent.is_dir()
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(
        rows.sort_by([(column, "ascending") for column in layout.order]), path,
        compression="zstd", use_dictionary=list(layout.dictionary),
        column_encoding=dict.fromkeys(layout.packed, "DELTA_BINARY_PACKED"),
        row_group_size=128 * 1024,
    )  # fmt: skip
    for place in (path, path.parent, *((folder,) if fresh else ())):
        sync(place)
    known = pc.min_max(rows[layout.key]).as_py()
    stats = {
        "numRecords": len(rows),
        "minValues": {layout.key: known["min"]},
        "maxValues": {layout.key: known["max"]},
        "nullCount": {layout.key: 0},
    }
    return AddAction(
        path=name, size=path.stat().st_size, partition_values={layout.partition: value},
        modification_time=int(time.time() * 1000), data_change=data_change, stats=json.dumps(stats),
    )  # fmt: skip


def removal(layout: Layout, file: dict[str, Any], *, data_change: bool) -> RemoveAction:
    """Take a file, as delta-rs tells of it, out of the newest version."""
    now = int(time.time() * 1000)
    values: dict[str, str | None] = {layout.partition: str(file[f"partition.{layout.partition}"])}
    return RemoveAction(file["path"], data_change, now, file["size_bytes"], values)


def change(
    folder: Path,
    layout: Layout,
    table: DeltaTable,
    actions: Sequence[AddAction | RemoveAction],
    *,
    upto: int | None = None,
    told: Mapping[str, str] | None = None,
) -> None:
    """Put files in and out of the table in one transaction, durable when this returns."""
    reached = [] if upto is None else [Transaction(APP, upto)]
    before = table.version()
    table.create_write_transaction(
        list(actions), mode="append", schema=Schema.from_arrow(layout.schema),
        partition_by=[layout.partition],
        commit_properties=CommitProperties(
            custom_metadata=dict(told or {}), app_transactions=reached
        ),
    )  # fmt: skip
    table.update_incremental()
    log = folder / "_delta_log"
    for version in range(before + 1, table.version() + 1):
        sync(log / f"{version:020}.json")
    sync(log)


def connected() -> Backend:
    """DuckDB in memory, which neither fetches nor loads an extension."""
    # Half a second and 60 MB of libraries; whoever only writes does without.
    import ibis

    return ibis.duckdb.connect(autoinstall_known_extensions=False, autoload_known_extensions=False)


def files_of(table: DeltaTable) -> pa.Table:
    """The files of a version, a row each, as delta-rs tells of them."""
    return pa.table(table.get_add_actions(flatten=True))


def paths_of(table: DeltaTable, files: pa.Table) -> list[str]:
    """Where these files of a version are."""
    root = Path(table.table_uri.removeprefix("file://"))
    return [str(root / name) for name in files["path"].to_pylist()]


def tidy(folder: Path, hours: int) -> int:
    """Delete the files that no version younger than so many hours names; return how many."""
    table = opened(folder)
    if table is None:
        return 0
    return len(table.vacuum(hours, dry_run=False, enforce_retention_duration=False))


def sync(path: Path) -> None:
    """What stands there stays when the power fails."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _new(folder: Path, layout: Layout) -> DeltaTable:
    folder.mkdir(parents=True, exist_ok=True)
    table = DeltaTable.create(
        folder, Schema.from_arrow(layout.schema), partition_by=[layout.partition],
        configuration={"delta.logRetentionDuration": layout.log_kept},
    )  # fmt: skip
    first = folder / "_delta_log" / f"{0:020}.json"
    for place in (first, first.parent, folder, folder.parent):
        sync(place)
    return table
