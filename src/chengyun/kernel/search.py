"""One search on both databases: a column of bigrams, kept by the verb that writes the row.

Chinese has no spaces, so every run of Chinese characters is cut into overlapping pairs; codes and Latin words are kept
whole. A query is cut the same way and all its parts must occur.
"""

from __future__ import annotations

import re

from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.models.expressions import RawSQL

RUN = re.compile(r"[㐀-鿿]+|[a-z0-9]+")

SHORT_NUMBER = 3


def terms(text: str) -> list[str]:
    """The search terms of a text, in order: bigrams of Chinese runs, whole Latin and digit runs."""
    found: list[str] = []
    for run in RUN.findall(text.lower()):
        if run[0].isascii() or len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def document(*texts: str) -> str:
    """What is stored in a row's search column: each term once, separated by spaces."""
    return " ".join(dict.fromkeys(term for text in texts for term in terms(text)))


def match(
    model: type[models.Model], wanted: list[str], *, newest: int = 0, common: bool = False
) -> RawSQL:
    """A condition: rows whose search column holds every term.

    The beginning is enough for codes and Latin words; a single character is found where it begins a pair. With
    ``newest`` a word that half of a large city's rows hold is looked for in that many of its newest rows: SQLite would
    else gather all of them before it shows the first page. PostgreSQL reads backwards from the newest by itself.
    ``common`` says that many rows hold the words while other conditions choose among them: SQLite then walks the index
    of those conditions, where it would else look up every row with the words.
    """
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        query = " & ".join(f"'{term}':*" if _is_beginning(term) else f"'{term}'" for term in wanted)
        sql = f"to_tsvector('simple', \"{table}\".\"search\") @@ to_tsquery('simple', %s)"
        return RawSQL(sql, (query,), output_field=models.BooleanField())  # noqa: S611 - names are our own
    found = _found(table) + (" ORDER BY rowid DESC LIMIT %s" if newest else "")
    asked = (_words(wanted), newest) if newest else (_words(wanted),)
    column = f'{"+" if common else ""}"{table}"."id"'
    return RawSQL(f"{column} IN ({found})", asked, output_field=models.BooleanField())  # noqa: S611


def reaches(model: type[models.Model], wanted: list[str], newest: int) -> bool:
    """Whether ``newest`` leaves rows out: there are at least that many with these terms."""
    if connection.vendor == "postgresql":
        return False
    sql = f"SELECT count(*) FROM ({_found(model._meta.db_table)} LIMIT %s)"  # noqa: S608 - names are our own
    with connection.cursor() as cursor:
        cursor.execute(sql, (_words(wanted), newest))
        return bool(cursor.fetchone()[0] >= newest)


def _found(table: str) -> str:
    return f'SELECT rowid FROM "{table}_search" WHERE "{table}_search" MATCH %s'  # noqa: S608


def _words(wanted: list[str]) -> str:
    return " ".join(f'"{term}"*' if _is_beginning(term) else f'"{term}"' for term in wanted)


def _is_beginning(term: str) -> bool:
    """A short number is meant as it stands; as the beginning of a code it would be that of most codes."""
    if term.isdigit():
        return len(term) > SHORT_NUMBER
    return term.isascii() or len(term) == 1


def index(table: str) -> RunPython:
    """A migration step: the full-text index over ``table``'s search column, on either database."""

    def make(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        for sql in _POSTGRESQL if editor.connection.vendor == "postgresql" else _SQLITE:
            editor.execute(sql.format(t=table))

    return RunPython(make, RunPython.noop)


_POSTGRESQL = ("CREATE INDEX {t}_search ON {t} USING gin (to_tsvector('simple', search))",)

# The index holds no copy of the text (external content) and follows the table by triggers, so that nobody who writes
# a row can forget it.
_SQLITE = (
    "CREATE VIRTUAL TABLE {t}_search USING fts5(search, content='{t}', content_rowid='id', tokenize='unicode61')",
    "CREATE TRIGGER {t}_search_add AFTER INSERT ON {t} BEGIN"
    " INSERT INTO {t}_search(rowid, search) VALUES (new.id, new.search); END",
    "CREATE TRIGGER {t}_search_change AFTER UPDATE OF search ON {t} BEGIN"
    " INSERT INTO {t}_search({t}_search, rowid, search) VALUES ('delete', old.id, old.search);"
    " INSERT INTO {t}_search(rowid, search) VALUES (new.id, new.search); END",
    "CREATE TRIGGER {t}_search_drop AFTER DELETE ON {t} BEGIN"
    " INSERT INTO {t}_search({t}_search, rowid, search) VALUES ('delete', old.id, old.search); END",
)
