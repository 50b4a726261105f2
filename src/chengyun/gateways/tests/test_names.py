"""Names are found alike, whether a batch is large or small beside the register."""

from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from chengyun.gateways.names import DEARER, Name, Names
from chengyun.gateways.parsing import TOLD

WORDS = st.text("甲A-1 ", min_size=1, max_size=3)
NAMES = st.tuples(WORDS, WORDS)


@given(st.lists(NAMES, unique=True, max_size=12), st.lists(NAMES, max_size=12))
def test_a_name_has_its_place_and_a_strange_one_none(
    register: list[Name], told: list[Name]
) -> None:
    places = {name: 7 * n for n, name in enumerate(register)}
    expected = [places.get(name, -1) for name in told]
    padding = {("补", str(n)): -2 for n in range(DEARER * len(told) + 1)}
    assert Names(places).find(_table(told)).tolist() == expected
    assert Names(places | padding).find(_table(told)).tolist() == expected


def _table(names: list[Name]) -> pa.Table:
    at = datetime(2026, 7, 22, tzinfo=UTC)
    rows = [(device, point, at, 1.0, 0, 0) for device, point in names]
    return pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * 6, schema=TOLD)
