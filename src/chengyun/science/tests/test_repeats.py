"""What comes again at one spot is gathered, once, and only with its like."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.repeats import clusters, occasions

HOUR, DAY = 3600.0, 86400.0
reports = st.lists(
    st.tuples(st.integers(0, 2), st.floats(0, 200), st.floats(0, 200), st.floats(0, 30 * DAY)),
    max_size=40,
)


def test_an_occasion_takes_what_follows_soon() -> None:
    assert occasions([], DAY) == 0
    assert occasions([0, HOUR, 2 * HOUR], DAY) == 1
    assert occasions([n * 12 * HOUR for n in range(6)], DAY) == 3
    assert occasions([3 * DAY, 0, DAY], DAY) == 3


@given(reports)
def test_every_cluster_is_of_one_kind_one_spot_and_often_enough(
    rows: list[tuple[int, float, float, float]],
) -> None:
    kind, x, y, at = (np.array([row[n] for row in rows]) for n in range(4))
    found = clusters(kind, x, y, at, reach=30, least=3, apart=DAY)
    taken = np.concatenate([*found, np.array([], dtype=np.int64)]).tolist()
    assert len(taken) == len(set(taken))
    for one in found:
        assert len({int(k) for k in kind[one]}) == 1
        assert occasions(at[one].tolist(), DAY) >= 3
        wide = np.hypot(np.ptp(x[one]), np.ptp(y[one]))
        assert wide <= 2 * 30 * np.sqrt(2) + 1e-6


def test_three_times_at_one_corner() -> None:
    x, y = [0.0, 5.0, 10.0, 500.0, 3.0], [0.0, 0.0, 0.0, 0.0, 0.0]
    at = [0.0, 2 * DAY, 4 * DAY, 5 * DAY, 6 * DAY]
    found = clusters([1, 1, 1, 1, 2], x, y, at, reach=30, least=3, apart=DAY)
    assert [one.tolist() for one in found] == [[0, 1, 2]]
    assert clusters([1, 1, 1, 1, 2], x, y, at, reach=30, least=4, apart=DAY) == []
