"""Dispatch by rule alone: only where it is switched on, only by rules trusted with it, and told in the history."""

from __future__ import annotations

from typing import Any

import pytest

from chengyun.city.cases.factories import drive, make_case, make_working_city
from chengyun.city.cases.models import Case
from chengyun.city.cases.services.automatic import dispatch_by_rule
from chengyun.city.cases.services.rules import NewRule, add_rule, begin_draft, put_in_force
from chengyun.city.people.factories import DISTRICT, Cast
from chengyun.kernel.models import Audit
from chengyun.kernel.outbox import deliver_due
from chengyun.kernel.params import set_param

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_working_city()


def ruled(cast: Cast, **how: Any) -> None:
    draft = begin_draft(DISTRICT, by=None)
    add_rule(draft, NewRule(name="全部", unit=cast.crew, **how), by=None)
    put_in_force(draft, by=None)


def after_filing(cast: Cast) -> Case:
    case = drive(make_case(cast), cast, "filed")
    deliver_due()
    case.refresh_from_db()
    return case


def test_nothing_is_dispatched_unless_the_city_says_so(cast: Cast) -> None:
    ruled(cast, automatic=True)
    assert after_filing(cast).state == "filed"


def test_only_a_rule_that_is_trusted_dispatches(cast: Cast) -> None:
    ruled(cast)
    set_param("dispatch.automatic", DISTRICT, True, by=None)
    assert after_filing(cast).state == "filed"


def test_a_rule_dispatches_and_the_history_names_it(cast: Cast) -> None:
    ruled(cast, automatic=True)
    set_param("dispatch.automatic", DISTRICT, True, by=None)
    case = after_filing(cast)
    assert (case.state, case.unit) == ("dispatched", cast.crew)
    row = Audit.objects.get(verb="case.dispatch")
    assert row.actor_id is None
    assert row.facts["rule"] == {"number": 1, "name": "全部", "edition": 1}
    assert row.facts["note"] == "按规则 1「全部」自动派遣（第 1 版）。"
    deliver_due()
    assert not dispatch_by_rule(case.pk)
