"""The assessment scheme of the districts, and their scores of the month that is over."""

from django.db import transaction
from django.utils.timezone import localdate

from chengyun.city.indicators.services import tell_lake
from chengyun.city.people.models import User
from chengyun.demo.build.folk import CITY
from chengyun.kernel import audit, clock
from chengyun.science.periods import month_of
from chengyun.systems.evaluation.patterns import pattern
from chengyun.systems.evaluation.scores import draft_of
from chengyun.systems.evaluation.services.schemes import begin_draft, begin_scheme, put_in_force
from chengyun.systems.evaluation.services.sheets import barred, compute, publish


def score_last_month() -> None:
    """Bring the city's history to the lake, then compute and publish the month, and begin a draft.

    A short history has no month to publish.
    """
    tell_lake()
    period = month_of(localdate(clock.now())).back(1)
    chosen, by = pattern("jinniu"), User.objects.get(username="evaluator")
    assert chosen is not None
    with transaction.atomic():
        scheme = begin_scheme("month", "区县月度考核", chosen, area=CITY, group="district", by=by)
        draft = draft_of(scheme)
        assert draft is not None
        put_in_force(draft, period.start, "按成都市金牛区公布的五项权重试行", by=by)
        sheet = compute(scheme, period, by=by)
        if not barred(sheet):
            publish(sheet, by=by)
        begin_draft(scheme, by=by)
        audit.seal_new()
