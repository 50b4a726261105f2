"""What SQLite's planner is told about a table, once and for all.

PostgreSQL knows how often each value occurs and keeps that up to date by itself. SQLite knows averages at best, and
only after ANALYZE, which would hold its write lock for seconds in a large city. So a table with lists in several orders
ships the figures of a large city with the migration that makes its indexes; its plans are then the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

TELL = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)"


def statistics(table: str, figures: Mapping[str, str]) -> RunPython:
    """A migration step: for each index how many rows it has, and how many share its first column, its first two, ..."""

    def tell(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor != "sqlite":
            return
        editor.execute("ANALYZE sqlite_schema")  # makes the table of statistics
        editor.execute("DELETE FROM sqlite_stat1 WHERE tbl = %s", (table,))
        for index, figure in figures.items():
            editor.execute(TELL, (table, index, figure))

    return RunPython(tell, RunPython.noop)
