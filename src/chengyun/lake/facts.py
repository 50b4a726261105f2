"""The Delta Lake table of facts: what was done with every case, one row an act, never changed.

Its source is the sealed history of the database; the position of the table is the number of the newest seal whose rows
it has. What comes from another system stands under its ``origin`` in a table of its own (`lake.origins`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as parquet

from chengyun.lake import engines, tables
from chengyun.lake.engines import DuckDB, Engine, Opener
from chengyun.lake.tables import Layout, opened

ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))
"""From before the first act to after the last."""
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
        pa.field("elapsed", pa.int64()),
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
been filed before, whether its unit had been late by then; the clock that ended with it (seconds since it began, due
when, late, seconds used), and the clock that runs after it (due when; null while it stands)."""
NAME = "facts"
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
    engine: Engine
    position: int

    def asked(self, expression: ibis.Table) -> pa.Table:
        """What an expression over the acts gives."""
        return self.engine.asked(expression)


def place_of(folder: Path, origin: str) -> Path:
    """Where the table of an origin is, beside that of this city's own acts, which is at ``folder``."""
    return folder.with_name(f"{folder.name}-of") / origin if origin else folder


def append(folder: Path, rows: pa.Table, *, upto: int) -> bool:
    """Append the acts of the history up to a seal; False, and nothing changed, when they are there already."""
    return tables.append(folder, LAYOUT, rows, upto=upto)


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Acts as a table of `SCHEMA`. Raises `pyarrow.ArrowInvalid` for what does not fit."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)


def counted(folder: Path) -> tuple[int, dict[str, tuple[int, int]]]:
    """Up to which seal the table has this city's own acts, and of each verb how many and the sum of their numbers."""
    with _opened(folder, DuckDB) as (rows, engine, position):
        own = rows.filter(rows.origin == "")
        whole = own.verb.contains(".").ifelse(own.verb, own.flow + "." + own.verb)
        verbs = own.group_by(verb=whole)
        found = engine.asked(verbs.aggregate(count=own.count(), numbers=own.id.sum()))
        return position, {
            row["verb"]: (row["count"], int(row["numbers"])) for row in found.to_pylist()
        }


@contextmanager
def read(
    folder: Path,
    begin: datetime,
    end: datetime,
    origin: str = "",
    *,
    standing: bool = True,
    opener: Opener | None = None,
) -> Iterator[Facts]:
    """Open the acts from ``begin`` to before ``end``, both aware, in the newest version.

    With them go the open cases as they stood at the end: the newest act of each once more, as `STANDING` at that
    moment, with no milestone and no clock that ended. To find them all acts before are read, which whoever asks for
    none of them does without. An overrun that was forgiven by an appeal, whenever, is none: the
    limit of the unit is not told of such a case.
    Without a table there are no acts; of a time that has not begun nothing is said. ``opener`` opens another engine
    than DuckDB; it ends with the block.
    """
    with _opened(place_of(folder, origin), opener or DuckDB) as (rows, engine, position):
        everything = rows.filter(rows.origin == origin)
        past = everything.filter(everything["at"] < end)
        acts = past.filter(past["at"] >= begin)
        told = acts.union(_standing(past, end)) if standing and begin < end else acts
        yield Facts(_forgiven(told, everything), engine, position)


@contextmanager
def _opened(folder: Path, opener: Opener) -> Iterator[tuple[ibis.Table, Engine, int]]:
    """All rows of the newest version, who answers over them, and its position."""
    table = opened(folder)
    paths = [] if table is None else tables.paths_of(table, tables.files_of(table))
    engine = opener(NAME, SCHEMA, paths)
    try:
        yield engines.table_of(NAME, SCHEMA), engine, tables.position(table) if table else 0
    finally:
        engine.close()


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
