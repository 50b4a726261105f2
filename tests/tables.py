"""The tables of a test run: the first worker makes them by the migrations, the others begin with a copy of hers."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

PATTERN = "test_chengyun_tables"
"""The name of the copy on a PostgreSQL server."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What the workers of one run share: a folder, and in it the sign that the tables are made."""

    folder: Path

    @contextmanager
    def alone(self) -> Iterator[None]:
        with (self.folder / "tables.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @property
    def made(self) -> bool:
        return self._pattern.exists()

    @property
    def _pattern(self) -> Path:
        """A copy of the database with SQLite, with PostgreSQL a mark that there is one."""
        return self.folder / "tables"

    def give(self) -> bool:
        """Put a copy where this worker makes its database; whether that is all there is to do."""
        test = connection.settings_dict["TEST"]
        if connection.vendor == "sqlite":
            shutil.copyfile(self._pattern, test["NAME"])
            return True
        test["TEMPLATE"] = PATTERN
        return False

    def keep(self) -> None:
        """Keep the tables of this worker for the others."""
        name = connection.settings_dict["NAME"]
        connection.close()
        if connection.vendor == "sqlite":
            shutil.copyfile(name, self._pattern)
            return
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{PATTERN}" TEMPLATE "{name}"')
        self._pattern.touch()

    def forget(self) -> None:
        """Whoever has kept them takes them away."""
        with self.alone():
            self._pattern.unlink()
            if connection.vendor == "postgresql":
                with connection._nodb_cursor() as cursor:
                    cursor.execute(f'DROP DATABASE "{PATTERN}"')
