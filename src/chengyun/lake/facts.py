"""The Delta Lake table of facts: what was done with every case, one row an act, never changed.

Its source is the sealed history of the database; the position of the table is the number of the newest seal whose rows
it has. What comes from another system stands in the same table under another ``origin``.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from deltalake import DeltaTable
from ibis.backends.duckdb import Backend

from chengyun.lake import tables
from chengyun.lake.tables import Layout, connected, opened

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))
MOMENT = pa.timestamp("us", tz="UTC")
WORD = pa.string()
OF_THE_UNIT = ("handle", "repair", "rectify")
"""The clocks of the unit's own work; the others measure posts of the centre."""
FORGIVES = "grant_appeal"
GIVES_BACK = "return"
"""What a unit does for the last time with a case: from then on it is nobody's."""
MILESTONES = ("accepted", "filed", "dispatched", "handled", "closed")
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("origin", WORD, nullable=False),
        pa.field("at", MOMENT, nullable=False),
        pa.field("month", WORD, nullable=False),
        pa.field("case", WORD, nullable=False),
        pa.field("flow", WORD, nullable=False),
        pa.field("verb", WORD, nullable=False),
        pa.field("nth", pa.int32(), nullable=False),
        pa.field("source", WORD, nullable=False),
        pa.field("district", WORD, nullable=False),
        pa.field("area", WORD, nullable=False),
        pa.field("class", WORD, nullable=False),
        pa.field("unit", WORD, nullable=False),
        pa.field("unit_name", WORD, nullable=False),
        pa.field("actor", WORD, nullable=False),
        pa.field("post", WORD, nullable=False),
        pa.field("sent_to", WORD, nullable=False),
        pa.field("answer", WORD, nullable=False),
        *(pa.field(name, pa.bool_(), nullable=False) for name in MILESTONES),
        pa.field("was_filed", pa.bool_(), nullable=False),
        pa.field("was_late", pa.bool_(), nullable=False),
        pa.field("ended", WORD, nullable=False),
        pa.field("since", MOMENT),
        pa.field("was_due", MOMENT),
        pa.field("late", pa.bool_()),
        pa.field("used", pa.int64()),
        pa.field("stage", WORD, nullable=False),
        pa.field("due", MOMENT),
    ]
)
"""One row an act: its number within ``origin`` ("" is this city's own), moment and UTC month (2026-10), the number of
the case, its workflow, the verb (with a dot where it is no step of it), the how-manieth of that verb on the case,
whence the case came, where it lay, its class, the unit that answered for it, who did it in which post, whom it was sent
to, the verdict or cause that was given; which milestones the case reached with it for the first time, whether it had
been filed before, whether its unit had been late by then; the clock that ended with it (since when, due when, late,
seconds used), and the clock that runs after it (due when; null while it stands)."""
SMALL = 16 * 1024 * 1024
KEPT = 24
"""Hours that a file which the table no longer names stays for those who still read it."""
STANDING = "standing"
"""The verb of the rows that say how the open cases stood at the end of what is read."""
LAYOUT = Layout(
    schema=SCHEMA,
    partition="month",
    key="id",
    order=("at", "id"),
    dictionary=(
        "origin", "month", "flow", "verb", "source", "district", "area", "class", "unit", "unit_name", "actor",
        "post", "sent_to", "answer", "ended", "stage",
    ),
    packed=("id", "at"),
    log_kept="interval 1 days",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """An opened version of the table: the acts as an Ibis table, and the engine that answers expressions over it."""

    acts: ibis.Table
    engine: Backend
    position: int

    def asked(self, expression: ibis.Table) -> pa.Table:
        """What an expression over the acts gives."""
        return _asked(self.engine, expression)


def append(folder: Path, rows: pa.Table, *, upto: int) -> bool:
    """Append the acts of the history up to a seal; False, and nothing changed, when they are there already."""
    return tables.append(folder, LAYOUT, rows, upto=upto)


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Acts as a table of `SCHEMA`. Raises `pyarrow.ArrowInvalid` for what does not fit."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)


def counted(folder: Path) -> tuple[int, dict[str, tuple[int, int]]]:
    """Up to which seal the table has this city's own acts, and of each verb how many and the sum of their numbers."""
    table = opened(folder)
    if table is None:
        return 0, {}
    engine = connected()
    try:
        own = _rows(engine, table, *ALWAYS, "")
        whole = own.verb.contains(".").ifelse(own.verb, own.flow + "." + own.verb)
        verbs = own.group_by(verb=whole)
        found = _asked(engine, verbs.aggregate(count=own.count(), numbers=own.id.sum()))
        told = {row["verb"]: (row["count"], row["numbers"]) for row in found.to_pylist()}
        return tables.position(table), told
    finally:
        engine.disconnect()


@contextmanager
def read(folder: Path, begin: datetime, end: datetime, origin: str = "") -> Iterator[Facts]:
    """Open the acts from ``begin`` to before ``end``, both aware, in the newest version.

    With them go the open cases as they stood at the end: the newest act of each once more, as `STANDING` at that
    moment, with no milestone and no clock that ended. An overrun that was forgiven by an appeal, whenever, is none: the
    limit of the unit is not told of such a case.
    Without a table there are no acts; of a time that has not begun nothing is said. The engine ends with the block.
    """
    table = opened(folder)
    engine = connected()
    try:
        everything = _rows(engine, table, ALWAYS[0], ALWAYS[1], origin)
        rows = _rows(engine, table, ALWAYS[0], end, origin)
        acts = rows.filter(rows["at"] >= begin)
        told = acts.union(_standing(rows, end)) if begin < end else acts
        yield Facts(_forgiven(told, everything), engine, tables.position(table) if table else 0)
    finally:
        engine.disconnect()


def _rows(
    engine: Backend, table: DeltaTable | None, begin: datetime, end: datetime, origin: str
) -> ibis.Table:
    paths = [] if table is None else _paths(table, begin, end)
    if not paths:
        engine.con.register("nothing", SCHEMA.empty_table())
        return engine.table("nothing")
    rows = engine.read_parquet(paths, hive_partitioning=False)
    return rows.filter(rows.origin == origin, rows["at"] >= begin, rows["at"] < end)


def _standing(rows: ibis.Table, end: datetime) -> ibis.Table:
    """The open cases: the newest act of each, told as how it stands at a moment."""
    newest = rows.group_by("case").aggregate(newest=rows.id.max())
    open_now = rows.filter(rows.stage != "").semi_join(newest, rows.id == newest.newest)
    given_back = open_now.verb == GIVES_BACK
    blank = {
        **{name: given_back.ifelse("", open_now[name]) for name in ("unit", "unit_name")},
        "at": ibis.literal(end).cast("timestamp('UTC', 6)"),
        "verb": ibis.literal(STANDING),
        "nth": ibis.literal(1, "int32"),
        "ended": ibis.literal(""),
        "late": ibis.null("boolean"),
        **{name: ibis.literal(False) for name in MILESTONES},
    }
    return open_now.mutate(**blank).select(*SCHEMA.names)


def _forgiven(acts: ibis.Table, everything: ibis.Table) -> ibis.Table:
    appeals = everything.filter(everything.verb == FORGIVES).select("case").distinct()
    told = acts.left_join(appeals, acts["case"] == appeals["case"])
    appealed = told.case_right.notnull()
    ran_over, runs = told.ended.isin(OF_THE_UNIT), told.stage.isin(OF_THE_UNIT)
    kept = told.mutate(
        late=(appealed & ran_over).ifelse(told.late & False, told.late),
        was_late=told.was_late & ~appealed,
        due=(appealed & runs).ifelse(ibis.null(told.due.type()), told.due),
    )
    return kept.select(*SCHEMA.names)


def compact(folder: Path) -> int:
    """Make one file of the many small ones of each month; how many months had more than one.

    To be run by one process at a time; facts may go on arriving.
    """
    table = opened(folder)
    if table is None:
        return 0
    small: dict[str, list[dict[str, Any]]] = {}
    for file in tables.files_of(table).to_pylist():
        if file["size_bytes"] < SMALL:
            small.setdefault(str(file["partition.month"]), []).append(file)
    months = sorted(month for month, files in small.items() if len(files) > 1)
    for month in months:
        parts = [parquet.ParquetFile(folder / file["path"]).read() for file in small[month]]
        rows = pa.concat_tables(parts).cast(SCHEMA)
        merged = tables.store(folder, LAYOUT, rows, month, data_change=False)
        table.update_incremental()
        gone = [tables.removal(LAYOUT, file, data_change=False) for file in small[month]]
        tables.change(folder, LAYOUT, table, [merged, *gone])
    tables.tidy(folder, KEPT)
    return len(months)


def _asked(engine: Backend, expression: ibis.Table) -> pa.Table:
    return pa.table(engine.con.sql(engine.compile(expression)).to_arrow_table())


def _paths(table: DeltaTable, begin: datetime, end: datetime) -> list[str]:
    known = tables.files_of(table)
    if not len(known):
        return []
    months = known["partition.month"]
    first, last = (pa.scalar(f"{moment.astimezone(UTC):%Y-%m}") for moment in (begin, end))
    kept = pc.and_(pc.greater_equal(months, first), pc.less_equal(months, last))
    return tables.paths_of(table, known.filter(kept))
