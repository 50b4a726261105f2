"""协办: units that help the one that leads."""

from __future__ import annotations

from chengyun.city.cases import queries
from chengyun.city.cases.models import Share
from chengyun.city.cases.services.deeds import Deed
from chengyun.city.people.models import Unit
from chengyun.city.people.queries import units_serving
from chengyun.kernel import clock
from chengyun.kernel.statements import change

AT_MOST = 5
WITH_THE_UNIT = ("dispatched", "handling", "suspended", "handled", "checking", "checked")


def ask_helpers(deed: Deed) -> None:
    """Before a dispatch: each helper works where the case lies, and is not the lead itself."""
    codes = [str(code) for code in deed.facts.get("helpers") or []]
    if not codes:
        return
    found = list(units_serving(deed.case.area).filter(code__in=codes[:AT_MOST]))
    if len(codes) > AT_MOST or len(found) != len(set(codes)):
        raise deed.refuse("helpers", f"协办单位要在这里做事，最多 {AT_MOST} 个，请从列表中选。")
    lead = deed.effects.columns.get("unit")
    if lead in found:
        raise deed.refuse("helpers", f"{lead}是责任单位，不用再选作协办。")
    deed.effects.puts.append("shared")
    names = "、".join(str(unit) for unit in found)
    deed.effects.facts["helpers"] = {
        "codes": [unit.code for unit in found],
        "name": f"协办 {names}",
    }


def keep_helpers(deed: Deed) -> None:
    """After a dispatch: one row per helper; those of an earlier dispatch are over."""
    end_shares(deed)
    told = deed.effects.facts.get("helpers", {"codes": []})
    for unit in Unit.objects.filter(code__in=told["codes"]):
        Share(case=deed.case, unit=unit, asked_at=clock.now()).save(force_insert=True)


def assist_done(deed: Deed) -> None:
    """The helper whose person acts has done its part."""
    mine = (
        queries.shares_of(deed.by, deed.case) if deed.by else Share.objects.filter(case=deed.case)
    )
    mine.update(state=Share.State.DONE, done_at=clock.now(), note=deed.said("note"))


def check_helpers_done(deed: Deed) -> None:
    """The lead says why it does not wait for a helper that is not done."""
    if "shared" not in deed.case.marks or deed.said("note"):
        return
    waiting = Share.objects.filter(case=deed.case, state=Share.State.OPEN).select_related("unit")
    if names := "、".join(str(share.unit) for share in waiting):
        raise deed.refuse("note", f"{names}还没有协办完成。请等一等，或在说明里写明为什么不等。")


def end_shares(deed: Deed) -> None:
    """Helpers are let go when the case leaves the unit."""
    open_rows = {"case": deed.case, "state": Share.State.OPEN}
    change(Share, open_rows, {"state": Share.State.ENDED, "done_at": clock.now()})


def let_go(deed: Deed) -> None:
    """The same for every other way the case may leave."""
    if "shared" in deed.case.marks and deed.case.state not in WITH_THE_UNIT:
        end_shares(deed)
