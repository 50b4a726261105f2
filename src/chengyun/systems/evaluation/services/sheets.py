"""Verbs on score sheets: computed as one more sheet, published once, never changed."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localdate, localtime

from chengyun.city.indicators.queries import moments, untold
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.actions import record
from chengyun.kernel.errors import Conflict, Invalid
from chengyun.kernel.params import settings_of
from chengyun.kernel.permissions import require
from chengyun.kernel.sequences import take
from chengyun.science.periods import Period, parse
from chengyun.systems.evaluation.models import (
    AssessmentScheme,
    SchemeEdition,
    ScoreEntry,
    ScoreSheet,
)
from chengyun.systems.evaluation.scores import (
    CHANGE,
    Content,
    awaited,
    content_of,
    counted,
    differing,
    edition_of,
    rules_of,
)


@transaction.atomic
def compute(
    scheme: AssessmentScheme, period: Period, *, by: User | None, reason: str = ""
) -> ScoreSheet:
    """The scores of a period as the facts are now: one more sheet beside those there are."""
    require(by, CHANGE, area=scheme.area)
    if period.start > localdate(clock.now()):
        raise Invalid(f"{period.label}还没有开始。")
    edition = edition_of(scheme, period)
    told = counted(scheme, period)
    content = content_of(rules_of(edition), told)
    return keep(edition, period, content, told.answer.position, reason, None, by=by)


@transaction.atomic
def keep(
    edition: SchemeEdition,
    period: Period,
    content: Content,
    position: int,
    reason: str,
    corrects: ScoreSheet | None,
    *,
    by: User | None,
) -> ScoreSheet:
    """Write down one more sheet of a period; ``corrects`` is the one whose numbers it took over."""
    scheme = edition.scheme
    mine = scheme.sheets.filter(period=period.key)
    sheet = ScoreSheet(
        scheme=scheme,
        edition=edition,
        period=period.key,
        start=period.start,
        end=period.end,
        number=(mine.aggregate(last=Max("number"))["last"] or 0) + 1,
        made_at=clock.now(),
        made_by=by,
        position=position,
        content=content,
        reason=reason.strip()[:200],
        corrects=corrects,
    )
    try:
        with transaction.atomic():
            sheet.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("有人刚刚算过同一期，请看新的结果。") from error
    facts = {
        "scheme": scheme.key,
        "period": period.key,
        "number": sheet.number,
        "edition": edition.number,
        "position": position,
    }
    record("score.compute", sheet, by=by, area=scheme.area, facts=facts, new=True)
    return sheet


@transaction.atomic
def publish(sheet: ScoreSheet, *, by: User | None) -> ScoreSheet:
    """Release a sheet whose numbers are still those of the facts.

    Conflict while its period goes on, facts of the period are not in the lake yet, an item awaits a person, no case
    happened, or the numbers have changed since it was computed.
    """
    scheme = sheet.scheme
    require(by, CHANGE, area=scheme.area)
    if sentence := barred(sheet):
        raise Conflict(sentence)
    now = counted(scheme, parse(sheet.period))
    if differing(sheet.content, content_of(rules_of(sheet.edition), now)):
        raise Conflict("算过以后又有了新的事实或者人工评分，数字变了；请重新计算再发布。")
    return release(sheet, by=by)


@transaction.atomic
def release(sheet: ScoreSheet, *, by: User | None) -> ScoreSheet:
    """Give a sheet its number and moment; whoever calls has made sure that it may have them."""
    scheme = sheet.scheme
    moment = clock.now()
    mark = _mark(scheme.area, moment)
    mine = ScoreSheet.objects.filter(pk=sheet.pk, published_at=None)
    if not mine.update(published_at=moment, mark=mark):
        raise Conflict("这份成绩刚被别人发布了。")
    sheet.published_at, sheet.mark = moment, mark
    facts = {
        "scheme": scheme.key,
        "period": sheet.period,
        "mark": mark,
        "totals": {row["group"]: row["total"] for row in sheet.content["results"]},
    }
    record("score.publish", sheet, by=by, area=scheme.area, facts=facts)
    return sheet


def barred(sheet: ScoreSheet) -> str:
    """Why a sheet may not be published yet, "" when nothing bars it."""
    newest = sheet.scheme.sheets.filter(period=sheet.period).order_by("-number").first()
    if sheet.published_at:
        return "这份成绩已经发布了。"
    if newest and newest.number > sheet.number:
        return f"这一期后来又算过，请发布第 {newest.number} 次的。"
    if sheet.end >= localdate(clock.now()):
        return f"统计期到 {sheet.end} 才结束，过了才能发布。"
    if not sheet.content["cases"]:
        return "这一期没有案件，没有可发布的成绩。"
    if missing := _awaited(sheet.content):
        return f"还有 {len(missing)} 个分没有给：{missing[0]}。"
    if sheet.scheme.entries.filter(period=sheet.period, state=ScoreEntry.WAITING).exists():
        return "这一期还有人工评分等人审核。"
    if untold(moments(parse(sheet.period))[1], sheet.position):
        return "这一期的事实还没有收齐：有的办理记录还没有进数据湖，等几秒重新计算。"
    return ""


def _awaited(content: Content) -> list[str]:
    labels = {item["key"]: item["label"] for item in content["scheme"]["items"]}
    names = {row["group"]: row["name"] for row in content["groups"]}
    return [f"{names[group]}的「{labels[item]}」" for group, item in awaited(content)]


def _mark(area: str, moment: datetime) -> str:
    year = localtime(moment).year
    mark, running = settings_of(area)["score.mark"], take(f"score.{area}.{year}")
    return f"{mark}〔{year}〕{running}号"
