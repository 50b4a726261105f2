"""What people of the demo have kept for themselves: the filters of their lists."""

from chengyun.city.people.models import User
from chengyun.kernel.listexports import listing_named
from chengyun.kernel.savedfilters import save_filter

CASES, DESK = "coordination:cases", "coordination:desk"
# who, list, name, filters, whether the whole unit may use it
KEPT = (
    ("operator", CASES, "今天的热线", {"source": "hotline", "period": "1"}, False),
    ("supervisor", CASES, "超时在办", {"live": "1", "late": "1"}, True),
    ("supervisor", CASES, "本周的井盖", {"class": "P01", "period": "7"}, False),
    ("dispatcher", DESK, "快超时的", {"queue": "dispatch", "soon": "1"}, False),
    ("dispatcher", CASES, "挂账的", {"state": "suspended"}, True),
)


def keep_filters(accounts: dict[str, User]) -> None:
    """Each keeps their own."""
    for who, key, name, values, shared in KEPT:
        save_filter(listing_named(key), name, values, shared=shared, by=accounts[who])
