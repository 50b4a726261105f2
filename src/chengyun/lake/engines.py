"""What answers expressions over the files of a table: DuckDB in this process, or a Spark cluster over the same files.

An expression is written once, over `ibis` tables; each engine is asked in its own dialect of SQL. Neither needs to know
of Delta: it is told which files make up a version.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import ibis
import pyarrow as pa

from chengyun.lake.tables import connected

TYPES = {
    pa.int32(): "int32",
    pa.int64(): "int64",
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.timestamp("us", tz="UTC"): "timestamp('UTC', 6)",
}


class Engine(Protocol):
    """Somebody who answers over one opened table."""

    def asked(self, expression: ibis.Table) -> pa.Table:
        """What an expression gives."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


Opener = Callable[[str, pa.Schema, Sequence[str]], Engine]
"""Opens the files (Parquet) of a table of a name and a schema; there may be none."""


def table_of(name: str, schema: pa.Schema) -> ibis.Table:
    """The table as expressions speak of it, whatever engine answers."""
    return ibis.table({field.name: TYPES[field.type] for field in schema}, name=name)


class DuckDB:
    """DuckDB in memory."""

    def __init__(self, name: str, schema: pa.Schema, paths: Sequence[str]) -> None:
        self.backend = connected()
        if paths:
            self.backend.read_parquet(list(paths), table_name=name, hive_partitioning=False)
        else:
            self.backend.con.register(name, schema.empty_table())

    def asked(self, expression: ibis.Table) -> pa.Table:
        """What an expression gives."""
        words = str(ibis.to_sql(expression, dialect="duckdb"))
        return pa.table(self.backend.con.sql(words).to_arrow_table())

    def close(self) -> None:
        """Let go of the files."""
        self.backend.disconnect()
