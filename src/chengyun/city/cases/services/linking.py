"""合并: a case follows another one; its number and its reporter stay its own."""

from __future__ import annotations

from chengyun.city.cases import queries
from chengyun.city.cases.codes import meant
from chengyun.city.cases.models import Case, CaseLink
from chengyun.city.cases.services.deeds import Deed
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict


def ending(parent: Case) -> str:
    """How a child ends when its parent was closed, or came to nothing."""
    return "follow" if parent.state == "closed" else "follow_void"


def check_parent(deed: Deed) -> None:
    """The parent is another open case of the same kind and district that this person sees."""
    parent = _parent(deed)
    if parent is None:
        raise deed.refuse("into", "没有这件案件，或者它不在你的范围内。")
    if parent.pk == deed.case.pk:
        raise deed.refuse("into", "不能并到自己名下，请写另一件的案号。")
    if parent.district != deed.case.district or parent.workflow != deed.case.workflow:
        raise deed.refuse("into", f"{parent.code} 不在同一个区，不能并到它名下。")
    if not parent.open or parent.state == "merged":
        raise deed.refuse("into", f"{parent.code} 已经办结或并给了别的案件，请另选一件。")
    deed.effects.facts["into"] = {"code": parent.code, "name": f"并入 {parent.code}"}


def _parent(deed: Deed) -> Case | None:
    seen = queries.open_to(deed.by) if deed.by else Case.objects.all()
    return seen.filter(code__in=meant(deed.said("into"))).order_by("-code").first()


def merge(deed: Deed) -> None:
    """Link the two, and tell the parent's history; a parent somebody acts on meanwhile is a Conflict."""
    parent = Case.objects.get(code=deed.effects.facts["into"]["code"])
    CaseLink(child=deed.case, parent=parent, kind=CaseLink.Kind.MERGE, at=clock.now()).save(
        force_insert=True
    )
    marks = [*dict.fromkeys([*parent.marks, "parent"])]
    standing = Case.objects.filter(pk=parent.pk, version=parent.version, open=True)
    if not standing.update(version=parent.version + 1, marks=marks):
        raise Conflict(f"{parent.code} 刚被别人办过，请看新的情况再合并。")
    facts = {"child": {"code": deed.case.code, "name": deed.case.code}}
    record(f"{parent.workflow}.join", parent, by=deed.by, facts=facts, area=parent.area)


def followers(case: Case) -> list[Case]:
    """The cases that end with this one."""
    if "parent" not in case.marks or case.open:
        return []
    return [link.child for link in queries.merged_into(case) if link.child.state == "merged"]
