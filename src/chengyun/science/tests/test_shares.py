from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyun.science.shares import shares


def test_rounds_half_up_and_leaves_the_sum_alone() -> None:
    assert shares({"a": 1, "b": 7}) == {"a": Decimal("12.50"), "b": Decimal("87.50")}
    assert shares({"a": 1, "b": 1, "c": 1}) == dict.fromkeys("abc", Decimal("33.33"))
    # 1/32 is 3.125 %: half up gives 3.13, half even would give 3.12.
    assert shares({"a": 1, "b": 31})["a"] == Decimal("3.13")


def test_nothing_has_no_shares() -> None:
    assert shares({"a": 0, "b": 0}) == {"a": None, "b": None}
    assert shares({}) == {}


def test_a_kind_without_any_is_zero() -> None:
    assert shares({"a": 0, "b": 4}) == {"a": Decimal("0.00"), "b": Decimal("100.00")}


def test_refuses_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="negative"):
        shares({"a": -1})


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_each_share_is_within_half_a_hundredth(counts: list[int]) -> None:
    total = sum(counts)
    found = shares({str(n): count for n, count in enumerate(counts)})
    assert list(found) == [str(n) for n in range(len(counts))]
    for count, share in zip(counts, found.values(), strict=True):
        assert share is not None
        assert -total * Decimal("0.005") <= share * total - 100 * count <= total * Decimal("0.005")
