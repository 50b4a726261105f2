"""The city of the tests, and the pipeline of a gateway that a test starts and starts again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chengyun.city.people.factories import Cast
from chengyun.city.sensing.tests.fixtures import cast as cast
from chengyun.gateways.pipeline import Pipeline
from chengyun.lake.archive import Archive


@pytest.fixture
def start(cast: Cast, tmp_path: Path) -> Callable[[], Pipeline]:
    """From the files as they stand."""
    return lambda: Pipeline(Archive(tmp_path), lambda end: None, lambda: None)
