"""What ``test_query_counts`` opens of agreements, teams and campaigns."""

from typing import Any

from django.utils.timezone import localdate

from chengyun.city.cases.factories import make_agreement, make_joint, make_team
from chengyun.city.cases.models import Case, JointEntry
from chengyun.city.cases.services.campaigns import (
    Part,
    Plan,
    begin_campaign,
    close_campaign,
    draft_campaign,
    put_case,
)
from chengyun.city.people.factories import Cast
from chengyun.kernel import clock

SEVERAL = 4


def cooperating(cast: Cast) -> dict[str, dict[str, Any]]:
    """What stands in the URLs of these pages."""
    agreed = [make_agreement(cast) for _ in range(SEVERAL)]
    words = {"code": agreed[0].code}
    action = make_joint(cast)
    entry = JointEntry.objects.get(stop__action=action, found="problem")
    joined = {"code": action.code, "order": 1, "pk": entry.pk}
    return {
        **dict.fromkeys(("coordination:agreement", "coordination:agreement_change"), words),
        "coordination:team": {"code": make_team(cast).code},
        **{f"coordination:joint{page}": joined for page in ("", "_stop", "_case")},
    }


def campaigned(cast: Cast) -> tuple[str, str]:
    """A campaign that runs and one that is over."""
    today = localdate(clock.now())
    plan = Plan(
        name="井盖专项整治",
        purpose="集中解决井盖缺失。",
        starts=today,
        ends=today,
        measure="更换井盖",
        measure_unit="个",
        parts=[Part(unit=cast.crew, cases=2, share=95, amount=10)],
    )
    made = [draft_campaign(plan, "371502", by=None) for _ in range(2)]
    for one in made:
        begin_campaign(one, by=None, version=1)
        put_case(one, Case.objects.latest("pk"), "同一处", counts=True, by=None)
    close_campaign(made[1], "完成。", by=None, version=2)
    return made[0].code, made[1].code
