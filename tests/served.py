"""What bodies do for the communities of a small city, for the tests that open every page."""

from typing import Any

from chengyun.city.cases.factories import make_enlistment, make_service_item, make_steward
from chengyun.city.cases.service_items import BODY, token_of
from chengyun.city.people.factories import Cast


def served(cast: Cast, several: int) -> dict[str, dict[str, Any]]:
    """Several people of a body who reported, each with something to do; what stands in the URLs."""
    items = [make_service_item(cast, make_enlistment(cast, f"报到{n}")) for n in range(several)]
    return {
        "coordination:steward": {"pk": make_steward(cast).pk},
        "coordination:service_item": {"code": items[0].code},
        "coordination:service_body": {"pk": items[0].enlistment.body.pk},
        "coordination:service_answer": {"token": token_of(items[0], BODY)},
    }
