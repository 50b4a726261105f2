"""The closing report 总结 of a 专项行动: the figures of the moment it was closed, the same on the page and in Word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases.campaign_figures import Figures, from_json
from chengyun.city.cases.models import Campaign
from chengyun.city.people.models import User
from chengyun.kernel import clock
from chengyun.kernel.models import Attachment
from chengyun.kernel.ui.words import share
from chengyun.systems.coordination import campaign_view as view
from chengyun.systems.coordination.dossier import moment

PAIRS = 6
NOTHING = "—"
TOLD_ABOVE = ("要解决", "依据", "时间")
"""Facts the opening sentence says."""
Cell = tuple[str, str]
"""A figure in words and the list of cases behind it, "" where there is none."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the report says, in its order; ``rows`` are the units under ``heads``, each figure with where it leads."""

    campaign: Campaign
    facts: list[tuple[str, str]]
    opening: str
    result: str
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    days: list[tuple[date, int, int]]
    summary: list[str]
    photos: list[tuple[str, tuple[Attachment, Attachment]]]
    who: str
    at: datetime

    @property
    def title(self) -> str:
        return f"{self.campaign.name}总结"

    @property
    def foot(self) -> str:
        return f"{self.title}　{self.who} 打印于 {moment(self.at)}"


def report_of(user: User, campaign: Campaign) -> Report:
    """The report as this person may read it: all figures, and photos of the cases they see."""
    figures = from_json(campaign.report)
    known = [(label, str(value)) for label, value in view.facts_of(campaign) if value]
    facts = [(label, value) for label, value in known if label not in TOLD_ABOVE]
    return Report(
        campaign=campaign,
        facts=[("编号", campaign.code), *facts],
        opening=_opening(campaign),
        result=_result(campaign, figures),
        heads=_heads(campaign),
        rows=[_row(campaign, each) for each in view.lines_of(campaign, figures)],
        days=[(each, *counts) for each, counts in figures.days.items()],
        summary=[part for part in campaign.summary.splitlines() if part.strip()],
        photos=_photos(user, campaign),
        who=str(user),
        at=clock.now(),
    )


def _opening(campaign: Campaign) -> str:
    basis = f"根据{campaign.basis}，" if campaign.basis else ""
    return f"{basis}{view.period_of(campaign)}开展{campaign.name}。{campaign.purpose}"


def _result(campaign: Campaign, figures: Figures) -> str:
    """The whole in one sentence."""
    total = figures.total
    left = f"，还有 {total.open:,} 件在办" if total.open else ""
    overdue = f"（{total.overdue:,} 件超时）" if total.overdue else ""
    words = (
        f"共计入案件 {total.total:,} 件，办结 {total.done:,} 件，办结率 {share(total.done, total.total)}，"
        f"按期办结率 {share(total.in_time, total.done)}{left}{overdue}。"
    )
    if campaign.measure:
        words += f"{campaign.measure} {figures.amount:,} {campaign.measure_unit}。"
    return f"截至 {moment(campaign.closed_at)}，{words}"


def _heads(campaign: Campaign) -> tuple[str, ...]:
    own = (campaign.measure,) if campaign.measure else ()
    return ("名次", "单位", "案件", "办结", "目标", "按期率", "在办超时", *own)


def _row(campaign: Campaign, shown: view.Shown) -> tuple[Cell, ...]:
    line, tally = shown.line, shown.line.tally
    row = (
        (str(line.rank or NOTHING), ""),
        (line.name, ""),
        (f"{tally.total:,}", shown.url),
        (f"{tally.done:,}", shown.done_url),
        (f"{line.goal_cases:,}" if line.goal_cases else NOTHING, ""),
        (share(tally.in_time, tally.done), shown.in_time_url),
        (f"{tally.overdue:,}", shown.overdue_url),
    )
    if not campaign.measure:
        return row
    goal = f" / {line.goal_amount:,}" if line.goal_amount else ""
    amount = f"{line.amount:,}{goal}" if line.rank else NOTHING
    return (*row, (amount, view.amounts_url(campaign)))


def _photos(user: User, campaign: Campaign) -> list[tuple[str, tuple[Attachment, Attachment]]]:
    done = reads.ended(reads.cases_of(user, campaign), "all").filter(
        closed_at__lt=campaign.closed_at
    )
    rows = done.select_related("case_class").order_by("-closed_at", "-id")[: view.LOOKED_AT]
    cases = {case.pk: case for case in rows}
    pairs = view.photo_pairs([*cases])[:PAIRS]
    wanted = [photo for _, pair in pairs for photo in pair]
    files = Attachment.objects.filter(pk__in=wanted).select_related("file").in_bulk()
    return [
        (f"{cases[pk].title}　{cases[pk].address}", (files[before], files[after]))
        for pk, (before, after) in pairs
    ]
