"""What belongs to a verb besides its step: what is checked before it, and the rows it keeps."""

from __future__ import annotations

from collections.abc import Callable

from chengyun.city.cases.services import (
    invitations,
    linking,
    petitions,
    requests,
    sharing,
    splitting,
    supervision,
)
from chengyun.city.cases.services.deeds import Deed

Part = Callable[[Deed], None]

CHECKS: dict[str, tuple[Part, ...]] = {
    "ask_suspend": (requests.check_until,),
    "suspend": (requests.check_until,),
    "grant_suspend": (requests.check_still_ahead,),
    "dispatch": (requests.check_other_unit, sharing.ask_helpers),
    "rush": (requests.check_other_unit,),
    "reassign": (requests.check_moved_on,),
    "file": (requests.check_other_class,),
    "handle": (sharing.check_helpers_done,),
    "ask_reporter": (invitations.check_reachable,),
    "merge": (linking.check_parent,),
    "resend": (requests.check_another_person,),
    "split": (splitting.check_parts,),
    "admit": (petitions.check_due,),
    "prolong": (petitions.check_longer,),
    "recheck": (petitions.check_recheck,),
}
KEPT: dict[str, tuple[Part, ...]] = {
    "supervise": (supervision.supervise,),
    "reply": (supervision.reply,),
    "release": (supervision.release,),
    "dispatch": (sharing.keep_helpers,),
    "reassign": (sharing.end_shares,),
    "assist_done": (sharing.assist_done,),
    "merge": (linking.merge,),
    "split": (splitting.split,),
    "invite": (invitations.invite,),
    "ask_reporter": (invitations.ask,),
    "admit": (petitions.keep_admitted,),
    "replan": (petitions.keep_plan,),
    "grade": (petitions.keep_level,),
    "answer": (petitions.keep_answered,),
}
ALWAYS: tuple[Part, ...] = (
    requests.keep,
    supervision.let_go,
    sharing.let_go,
    invitations.let_go,
)


def follow_up(deed: Deed) -> None:
    """Keep the rows of a verb that was taken, and let go what it overtook."""
    for part in (*KEPT.get(deed.verb, ()), *ALWAYS):
        part(deed)
