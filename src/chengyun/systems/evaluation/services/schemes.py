"""Verbs on assessment schemes: always in a draft, which then comes into force as a whole."""

from __future__ import annotations

import re
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max

from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Invalid, wrong
from chengyun.kernel.permissions import require
from chengyun.science.schemes import as_body, faults
from chengyun.science.scoring import Scheme
from chengyun.systems.evaluation.models import AssessmentScheme, SchemeEdition
from chengyun.systems.evaluation.patterns import Pattern
from chengyun.systems.evaluation.scores import CHANGE, KINDS, groups_now, in_force, rules_of

KEY = re.compile(r"(?!new$)[a-z][a-z0-9-]{1,39}")
ITEMS_AT_MOST = 60


@transaction.atomic
def begin_scheme(
    key: str, name: str, pattern: Pattern, *, area: str, group: str, by: User | None
) -> AssessmentScheme:
    """A new scheme of an area with a first draft."""
    require(by, CHANGE, area=area)
    if not KEY.fullmatch(key):
        raise wrong(
            "key", "代号用小写字母开头，只用小写字母、数字和短横，2 到 40 个；「new」不能用。"
        )
    if not 1 <= len(name.strip()) <= 60:
        raise wrong("name", "方案要有名称，最多 60 字。")
    if group not in KINDS or group not in pattern.by:
        raise wrong("group", f"「{pattern.label}」不能用来考核这样的对象。")
    scheme = AssessmentScheme(key=key, area=area, by=group, name=name.strip(), made_at=clock.now())
    try:
        with transaction.atomic():
            scheme.save(force_insert=True)
    except IntegrityError as error:
        raise wrong("key", f"代号「{key}」已经用过了，请换一个。") from error
    _store(scheme, 1, pattern.rules)
    facts = {"key": key, "name": scheme.name, "by": group, "pattern": pattern.key}
    record("scheme.begin", scheme, by=by, area=area, facts=facts, new=True)
    return scheme


@transaction.atomic
def begin_draft(scheme: AssessmentScheme, *, by: User | None) -> SchemeEdition:
    """A draft that begins as the newest edition."""
    require(by, CHANGE, area=scheme.area)
    last = scheme.editions.exclude(in_force_from=None).order_by("-number").first()
    number = (scheme.editions.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            draft = _store(scheme, number, rules_of(last) if last else Scheme())
    except IntegrityError as error:
        raise Conflict("这个方案已经有一份草稿，请接着改它。") from error
    record("scheme.draft", scheme, by=by, area=scheme.area, facts={"edition": number})
    return draft


def _store(scheme: AssessmentScheme, number: int, rules: Scheme) -> SchemeEdition:
    draft = SchemeEdition(scheme=scheme, number=number, body=as_body(rules), made_at=clock.now())
    draft.save(force_insert=True)
    return draft


@transaction.atomic
def change_draft(
    draft: SchemeEdition,
    rules: Scheme,
    what: str,
    *,
    by: User | None,
    version: int | None = None,
) -> None:
    """What the draft says from now on; ``what`` was changed, in words. It need not be sound yet."""
    scheme = draft.scheme
    require(by, CHANGE, area=scheme.area)
    if len(rules.items) > ITEMS_AT_MOST:
        raise Invalid(f"一个方案最多 {ITEMS_AT_MOST} 个考核项。")
    body = as_body(rules)
    _touch(draft, version, body=body)
    facts = {"edition": draft.number, "what": what, "body": body}
    record("scheme.change", scheme, by=by, area=scheme.area, facts=facts)
    draft.body = body


@transaction.atomic
def drop_draft(draft: SchemeEdition, *, by: User | None, version: int | None = None) -> None:
    """Give up a draft; what is in force stays. The only draft of a scheme stays, too."""
    scheme = draft.scheme
    require(by, CHANGE, area=scheme.area)
    if not scheme.editions.exclude(pk=draft.pk).exists():
        raise Conflict("这个方案还没有启用过，放弃草稿就什么也没有了；不用它就让它留着。")
    _touch(draft, version)
    record("scheme.drop", scheme, by=by, area=scheme.area, facts={"edition": draft.number})
    draft.delete()


@transaction.atomic
def put_in_force(
    draft: SchemeEdition,
    start: date,
    note: str,
    *,
    by: User | None,
    version: int | None = None,
) -> SchemeEdition:
    """Periods that begin on a day or later are scored by the draft.

    Invalid while it is unsound, changes nothing, or the day lies in a period whose scores were published.
    """
    scheme = draft.scheme
    require(by, CHANGE, area=scheme.area)
    if found := faults_of(draft):
        raise Invalid(f"草稿还有 {len(found)} 处不对：{found[0]}")
    published = scheme.sheets.exclude(published_at=None).aggregate(last=Max("end"))["last"]
    if published and start <= published:
        raise wrong("start", f"到 {published} 为止的成绩已经发布，新版要从那以后启用。")
    held = in_force(scheme, start)
    if held is not None and rules_of(held) == rules_of(draft):
        raise Invalid(f"草稿和{held}一样，没有可启用的改动。")
    if not note.strip():
        raise wrong("note", "请写为什么改，以后查得到。")
    changes = {"in_force_from": start, "note": note.strip()[:200]}
    _touch(draft, version, **changes)
    for name, value in changes.items():
        setattr(draft, name, value)
    facts = {"edition": draft.number, "start": start, "note": draft.note, "body": draft.body}
    record("scheme.put_in_force", scheme, by=by, area=scheme.area, facts=facts)
    return draft


def faults_of(draft: SchemeEdition) -> list[str]:
    """What is unsound about a draft, each fault as a sentence with names in it."""
    names = groups_now(draft.scheme)
    rules = rules_of(draft)
    told = list(faults(rules, names if draft.scheme.by == "district" else ()))
    codes = sorted({*names}, key=len, reverse=True)
    return [_named(each, codes, names) for each in told]


def _named(sentence: str, codes: list[str], names: dict[str, str]) -> str:
    for code in codes:
        sentence = sentence.replace(code, names[code])
    return sentence


def _touch(draft: SchemeEdition, version: int | None, **changes: object) -> None:
    """Only the draft changes, and only as it was seen."""
    seen = draft.version if version is None else version
    mine = SchemeEdition.objects.filter(pk=draft.pk, in_force_from=None, version=seen)
    if not mine.update(version=seen + 1, **changes):
        raise Conflict("这份草稿刚被别人改过或已经启用，请看新的内容再改。")
    draft.version = seen + 1
