"""Every indicator a second time, in plain Python, from its sentence and the lives of the cases.

The docstring of each function is the sentence it was written from. Nothing here knows how the figures are computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.figures.lives import Event, Life, Look

Counted = Iterator[tuple[Look, int]]
Second = Callable[[Life, "Span"], Counted]
BY_CITIZENS = ("public", "hotline", "web", "media", "petition")
WITH_THE_UNIT = ("dispatched", "handling", "suspended")


@dataclass(frozen=True)
class Span:
    """From a moment to before another."""

    begin: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        return self.begin <= moment < self.end


# What cases did ------------------------------------------------------------------------------------


def every(life: Life, span: Span, *verbs: str) -> list[Event]:
    return [event for event in life.events if event.verb in verbs and span.holds(event.at)]


def first(life: Life, span: Span, *verbs: str) -> list[Event]:
    """The first of them in the whole life, if it falls into the period."""
    found = [event for event in life.events if event.verb in verbs][:1]
    return [event for event in found if span.holds(event.at)]


def ones(events: Iterable[Event]) -> Counted:
    for event in events:
        yield event.whose, 1


def kept(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.clock and not event.clock.late]


def seconds(events: Iterable[Event]) -> Counted:
    for event in events:
        assert event.clock is not None
        yield event.whose, int((event.at - event.clock.began).total_seconds())


def overran(life: Life, event: Event) -> bool:
    """Whether the work of the unit took too long, which nobody forgave."""
    return bool(event.clock and event.clock.late and not life.forgiven)


def still_there(life: Life, span: Span) -> list[Look]:
    """How the case stood at the end, if the unit had it then."""
    look = life.at(span.end)
    return [look] if look and look.state in WITH_THE_UNIT else []


def past_limit(life: Life, look: Look, end: datetime) -> bool:
    """Past the limit of the unit's work; the one for arriving at an emergency is another."""
    running = look.due is not None and look.clock != "guard"
    return bool(running and look.due and look.due < end and not life.forgiven)


# The counts ----------------------------------------------------------------------------------------


def report(life: Life, span: Span) -> Counted:
    """上报的案件数，各来源都算；问题台账不在内。"""
    return ones(every(life, span, "report"))


def patrol_report(life: Life, span: Span) -> Counted:
    """监督员巡查上报的案件数。"""
    return ones(e for e in every(life, span, "report") if e.after.source == "inspector")


def public_report(life: Life, span: Span) -> Counted:
    """热线、网站等公众渠道上报的案件数。"""
    return ones(e for e in every(life, span, "report") if e.after.source in BY_CITIZENS)


def accepted(life: Life, span: Span) -> list[Event]:
    return first(life, span, "accept", "rush", "pass")


def accept(life: Life, span: Span) -> Counted:
    """受理的案件数，抢修派遣和简易结案也算；退回后再受理的不重复算。"""
    return ones(accepted(life, span))


def intime_accept(life: Life, span: Span) -> Counted:
    """在受理时限内受理的案件数。"""
    return ones(kept(accepted(life, span)))


def not_accept(life: Life, span: Span) -> Counted:
    """不予受理的案件数。"""
    return ones(every(life, span, "refuse"))


def filed(life: Life, span: Span) -> list[Event]:
    return first(life, span, "file", "rush", "pass")


def inst(life: Life, span: Span) -> Counted:
    """立案的案件数，抢修派遣和简易结案也算；退回后再立案的不重复算。"""
    return ones(filed(life, span))


def intime_inst(life: Life, span: Span) -> Counted:
    """在立案时限内立案的案件数；没到立案环节就抢修派遣或简易结案的，看受理时限。"""
    return ones(kept(filed(life, span)))


def patrol_inst(life: Life, span: Span) -> Counted:
    """监督员上报、经审核立案的案件数。"""
    return ones(e for e in filed(life, span) if e.after.source == "inspector")


def public_verified(life: Life, span: Span) -> Counted:
    """公众举报、经核实立案的案件数。"""
    return ones(e for e in filed(life, span) if e.after.source in BY_CITIZENS)


def not_inst(life: Life, span: Span) -> Counted:
    """不予立案的案件数。"""
    return ones(every(life, span, "decline"))


def cancel(life: Life, span: Span) -> Counted:
    """立案以后作废的案件数，随主案作废的也算。"""
    born = [e for e in life.events if e.verb in ("file", "rush", "pass")]
    gone = [e for e in life.events if e.after.state == "voided" and e.verb.endswith("void")]
    return ones(e for e in gone[:1] if born and born[0].at < e.at and span.holds(e.at))


def dispatched(life: Life, span: Span) -> list[Event]:
    return first(life, span, "dispatch", "rush")


def dispatch(life: Life, span: Span) -> Counted:
    """派遣给专业部门的案件数，抢修派遣也算；改派和再派不重复算。"""
    return ones(dispatched(life, span))


def intime_dispatch(life: Life, span: Span) -> Counted:
    """在派遣时限内派遣的案件数；没到派遣环节就抢修派遣的，看当时环节的时限。"""
    return ones(kept(dispatched(life, span)))


def wrong_dispatch(life: Life, span: Span) -> Counted:
    """派遣后又改派给别的部门的案件数。"""
    return ones(first(life, span, "reassign"))


def handled(life: Life, span: Span) -> list[Event]:
    return first(life, span, "handle")


def dispose(life: Life, span: Span) -> Counted:
    """专业部门处置完成的案件数；返工后再完成的不重复算，监督员自行处置的另算。"""
    return ones(handled(life, span))


def intime_dispose(life: Life, span: Span) -> Counted:
    """处置数中在处置时限内完成的件数，申诉成立的超时不算超时。"""
    return ones(e for e in handled(life, span) if not overran(life, e))


def overtime_dispose(life: Life, span: Span) -> Counted:
    """处置数中超过处置时限才完成的件数，申诉成立的不算。"""
    return ones(e for e in handled(life, span) if overran(life, e))


def todo_dispose(life: Life, span: Span) -> Counted:
    """到统计期末在专业部门手里、还没有处置完成的案件数，含没到期的、挂账的和返工的。"""
    for look in still_there(life, span):
        yield look, 1


def overtime_todo_dispose(life: Life, span: Span) -> Counted:
    """未处置数中到统计期末已过处置时限的件数；停着表的和申诉成立的不算。"""
    for look in still_there(life, span):
        if past_limit(life, look, span.end):
            yield look, 1


def need_dispose(life: Life, span: Span) -> Counted:
    """处置数加超期未处置数；处置过、返工后又超期的两边都算。"""
    yield from dispose(life, span)
    yield from overtime_todo_dispose(life, span)


def closed(life: Life, span: Span) -> list[Event]:
    return first(life, span, "close", "force_close", "pass", "follow")


def close(life: Life, span: Span) -> Counted:
    """结案的案件数，含强制结案、简易结案和随主案办结的。"""
    return ones(closed(life, span))


def intime_close(life: Life, span: Span) -> Counted:
    """结案数中处置没有超时的件数，申诉成立的超时不算超时。"""
    return ones(e for e in closed(life, span) if life.forgiven or not e.after.late)


def overtime_todo_close(life: Life, span: Span) -> Counted:
    """到统计期末还没有结案、处置已经超时的案件数；并案的随主案，不另算，申诉成立的不算。"""
    look = life.at(span.end)
    if look is None or not look.open or look.state == "merged" or life.forgiven:
        return
    still = look.state in WITH_THE_UNIT and past_limit(life, look, span.end)
    if look.late or still:
        yield look, 1


def need_close(life: Life, span: Span) -> Counted:
    """结案数加超期未结案数。"""
    yield from close(life, span)
    yield from overtime_todo_close(life, span)


def forced_close(life: Life, span: Span) -> Counted:
    """强制结案的案件数。"""
    return ones(every(life, span, "force_close"))


def rework(life: Life, span: Span) -> Counted:
    """核查不合格或被退回重做的次数。"""
    return ones(every(life, span, "rework", "check_fail"))


def back(life: Life, span: Span) -> Counted:
    """专业部门退回、经同意的次数。"""
    return ones(every(life, span, "return"))


def postpone(life: Life, span: Span) -> Counted:
    """获批延期的次数。"""
    return ones(every(life, span, "grant_extension"))


def hang(life: Life, span: Span) -> Counted:
    """挂账的次数。"""
    return ones(e for e in every(life, span, "grant_suspend", "suspend"))


def supervise(life: Life, span: Span) -> Counted:
    """被督办的次数。"""
    return ones(every(life, span, "supervise"))


def need_verify(life: Life, span: Span) -> Counted:
    """要求监督员核实的次数，另派监督员不重复算。"""
    return ones(every(life, span, "ask_verify"))


def verify(life: Life, span: Span) -> Counted:
    """监督员回复核实的次数。"""
    return ones(every(life, span, "verify"))


def need_check(life: Life, span: Span) -> Counted:
    """要求监督员核查的次数，另派监督员不重复算。"""
    return ones(every(life, span, "feed_back"))


def checked(life: Life, span: Span) -> list[Event]:
    return every(life, span, "check_pass", "check_fail")


def check(life: Life, span: Span) -> Counted:
    """监督员回复核查的次数。"""
    return ones(checked(life, span))


def intime_check(life: Life, span: Span) -> Counted:
    """在核查时限内回复核查的次数。"""
    return ones(kept(checked(life, span)))


def patrol_self_dispose(life: Life, span: Span) -> Counted:
    """监督员现场办好、审核通过的简易案件数。"""
    return ones(every(life, span, "pass"))


COUNTS: dict[str, Second] = {
    each.__name__: each
    for each in (
        report, patrol_report, public_report, accept, intime_accept, not_accept, inst, intime_inst,
        patrol_inst, public_verified, not_inst, cancel, dispatch, intime_dispatch, wrong_dispatch,
        dispose, intime_dispose, overtime_dispose, todo_dispose, overtime_todo_dispose,
        need_dispose, close, intime_close, overtime_todo_close, need_close, forced_close, rework,
        back, postpone, hang, supervise, need_verify, verify, need_check, check, intime_check,
        patrol_self_dispose,
    )
}  # fmt: skip


# The rates -----------------------------------------------------------------------------------------


def accurate_inst(life: Life, span: Span) -> Counted:
    """立案数减作废数。"""
    yield from inst(life, span)
    for look, count in cancel(life, span):
        yield look, -count


def to_accept(life: Life, span: Span) -> Counted:
    return seconds(accepted(life, span))


def to_dispose(life: Life, span: Span) -> Counted:
    return seconds(handled(life, span))


# fmt: off
RATES: dict[str, tuple[str, Second, tuple[Second, ...]]] = {
    "accept_rate":          ("受理数 ÷ 上报数。", accept, (report,)),
    "inst_rate":            ("立案数 ÷ 受理数；也可按上报数算。", inst, (accept, report)),
    "intime_accept_rate":   ("按时受理数 ÷ 受理数。", intime_accept, (accept,)),
    "intime_inst_rate":     ("按时立案数 ÷ 立案数。", intime_inst, (inst,)),
    "accurate_inst":        ("立案数减作废数。", accurate_inst, ()),
    "accurate_inst_rate":   ("准确立案数 ÷ 立案数。", accurate_inst, (inst,)),
    "cancel_rate":          ("作废数 ÷ 立案数。", cancel, (inst,)),
    "valid_patrol_report_rate": ("监督员有效上报数 ÷ 监督员上报数。", patrol_inst, (patrol_report,)),
    "public_report_rate":   ("公众举报立案数 ÷ 立案数。", public_verified, (inst,)),
    "intime_dispose_rate":  ("按期处置数 ÷ 应处置数。", intime_dispose, (need_dispose,)),
    "dispose_rate":         ("处置数 ÷ 应处置数。", dispose, (need_dispose,)),
    "overtime_todo_dispose_rate": ("超期未处置数 ÷ 应处置数。", overtime_todo_dispose, (need_dispose,)),
    "close_rate":           ("结案数 ÷ 应结案数。", close, (need_close,)),
    "intime_close_rate":    ("按期结案数 ÷ 应结案数。", intime_close, (need_close,)),
    "rework_rate":          ("返工数 ÷ 应结案数。", rework, (need_close,)),
    "postpone_rate":        ("延期数 ÷ 应处置数。", postpone, (need_dispose,)),
    "hang_rate":            ("挂账数 ÷ 应结案数。", hang, (need_close,)),
    "intime_dispatch_rate": ("按时派遣数 ÷ 派遣数。", intime_dispatch, (dispatch,)),
    "back_rate":            ("回退数 ÷ 派遣数。", back, (dispatch,)),
    "intime_check_rate":    ("按时核查数 ÷ 核查数。", intime_check, (check,)),
    "avg_accept_duration":  ("从上报到受理的小时数，除以受理数。", to_accept, (accept,)),
    "avg_dispose_duration": (
        "从处置时限起算（派遣、改派或到场看护）到处置完成的小时数，除以处置数。", to_dispose, (dispose,),
    ),
}
# fmt: on
"""The sentence of each figure that is made of counts, its numerator and what it may be divided by."""
SENTENCES = {key: each.__doc__ for key, each in COUNTS.items()} | {
    key: sentence for key, (sentence, _, _) in RATES.items()
}


# Told apart ----------------------------------------------------------------------------------------

APART: dict[str, Callable[[Look], str]] = {
    "district": lambda look: look.area[:6],
    "street": lambda look: look.area[:9],
    "unit": lambda look: look.unit,
    "class": lambda look: look.kind[:3],
    "source": lambda look: look.source,
}
"""Area codes as the registry of regions has them; a major class is a letter and two digits."""


def counted(
    second: Second, lives: Iterable[Life], span: Span, apart: Callable[[Look], str]
) -> Counter[str]:
    """The whole number of each group."""
    found: Counter[str] = Counter()
    for life in lives:
        for look, count in second(life, span):
            found[apart(look)] += count
    return found
