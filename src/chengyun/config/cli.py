"""The `chengyun` command: every sub-command is a management command of its owner."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import execute_from_command_line
from django.db import OperationalError

from chengyun.config.env import Misconfigured


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyun.config.settings")
    with one_sentence():
        execute_from_command_line(spelled(sys.argv))


@contextmanager
def one_sentence() -> Iterator[None]:
    """End the program with a sentence where the operator has something to put right."""
    try:
        yield
    except Misconfigured as error:
        sys.exit(f"chengyun: {error}")
    except OperationalError as error:
        sys.exit(f"chengyun: the database does not answer as it should: {str(error).strip()}")


def spelled(argv: list[str]) -> list[str]:
    """People write ``import-places``; a module cannot be called that."""
    program, *words = argv
    if words and not words[0].startswith("-"):
        words[0] = words[0].replace("-", "_")
    return [program, *words]
