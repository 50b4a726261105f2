"""What ``test_query_counts`` opens of agreements, teams and joint actions: several of each."""

from typing import Any

from chengyun.city.cases.factories import make_agreement
from chengyun.city.people.factories import Cast

SEVERAL = 4


def cooperating(cast: Cast) -> dict[str, dict[str, Any]]:
    """What stands in the URLs of these pages."""
    agreed = [make_agreement(cast) for _ in range(SEVERAL)]
    words = {"code": agreed[0].code}
    return dict.fromkeys(("coordination:agreement", "coordination:agreement_change"), words)
