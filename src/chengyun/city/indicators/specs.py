"""What may be declared of figures: indicators, and by what they are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chengyun.kernel.specs import Misdeclared

if TYPE_CHECKING:
    # Half a second and 60 MB of libraries, which every process declares and few ask.
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table

Rows = Callable[["Table"], "BooleanValue"]
Seconds = Callable[["Table"], "IntegerValue"]
Better = Literal["", "high", "low"]


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A figure of a period, made of whole numbers for each group.

    It is told in one of four ways: ``rows`` says which acts it counts; ``part`` and ``whole`` name the counts whose
    ratio it is (of several wholes the city chooses one, the first unless it does); ``less`` names what is taken from a
    count; ``seconds`` of the acts that ``whole`` counts are a mean duration.  What nobody can count yet ``awaits`` it.
    ``sentence`` says in words what is counted; the figure is computed from it a second time in the tests.
    ``by`` are the kinds of groups it says something about.
    """

    key: str
    label: str
    sentence: str
    by: tuple[str, ...]
    better: Better = ""
    rows: Rows | None = None
    part: str = ""
    whole: tuple[str, ...] = ()
    less: str = ""
    seconds: Seconds | None = None
    awaits: str = ""

    def __post_init__(self) -> None:
        rate, mean = bool(self.part and self.whole), bool(self.seconds and self.whole)
        difference = bool(self.part and self.less)
        ways = (self.rows is not None, rate, mean, difference, bool(self.awaits))
        if sum(ways) != 1:
            raise Misdeclared(f"Indicator {self.key}: a figure is told in one way")

    @property
    def unit(self) -> str:
        """件, % or 小时."""
        return "小时" if self.seconds else "%" if self.whole else "件"


@dataclass(frozen=True, kw_only=True)
class Group:
    """By what figures are told apart: ``value`` of an act; ``kind`` is what indicators call it."""

    key: str
    label: str
    kind: str
    value: Callable[[Table], StringValue]
    only: Rows | None = None
