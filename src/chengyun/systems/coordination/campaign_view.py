"""What the pages show of 专项行动: the list, the facts, and figures that open into the cases behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from chengyun.city.cases import campaigns as reads
from chengyun.city.cases.campaign_figures import Figures, Line
from chengyun.city.cases.models import Campaign, Case
from chengyun.city.people.models import User
from chengyun.city.people.queries import role_labels
from chengyun.city.places.queries import label_of
from chengyun.kernel import files, registry
from chengyun.kernel.history import history_of
from chengyun.kernel.listings import Listing, Values
from chengyun.kernel.specs import Column, Filter
from chengyun.kernel.tables import Links
from chengyun.kernel.ui.words import day, share
from chengyun.systems.coordination import lists, panels

TONES = {"draft": "amber", "running": "accent", "closed": "eco"}
LOOKED_AT = 24
"""Cases done last, among which photo pairs are looked for."""
PAIRS = 4
WHOLE = 100


def badge_of(campaign: Campaign) -> dict[str, str]:
    return {"words": campaign.get_state_display(), "tone": TONES[campaign.state]}


def period_of(campaign: Campaign) -> str:
    year = campaign.starts.year != campaign.ends.year
    return f"{day(campaign.starts)}至{day(campaign.ends, year=year)}"


def _rows(user: Any, values: Values) -> QuerySet[Campaign]:
    rows = reads.campaigns_for(user)
    return rows.filter(state=values["state"]) if "state" in values else rows


CAMPAIGNS = Listing(
    key="coordination:campaigns",
    label="专项行动",
    may="case.view",
    columns=(
        Column(key="state", label="状态", kind="badge", value=badge_of),
        Column(key="name", label="名称", kind="strong", value=lambda c: (c.name, c.purpose)),
        Column(key="area", label="组织区域", kind="short", value=lambda c: label_of(c.area)),
        Column(key="period", label="时间", value=period_of),
        Column(
            key="leader", label="负责人", kind="short", value=lambda c: c.leader and str(c.leader)
        ),
        Column(key="code", label="编号", kind="short", value=lambda c: c.code),
    ),
    filters=(Filter(key="state", label="状态", choices=lambda user: list(Campaign.State.choices)),),
    rows=_rows,
    more=lambda rows: rows.select_related("leader"),
    order=("-starts", "-id"),
    links=Links(
        url=lambda c: reverse("coordination:campaign", args=(c.code,)), key=lambda c: c.code
    ),
    empty="没有这样的专项行动。",
    way="去掉全部条件",
)
registry.add(CAMPAIGNS)


def cases_url(campaign: Campaign, **filters: str) -> str:
    """The list of the cases behind a figure."""
    return f"{reverse('coordination:cases')}?{urlencode({'campaign': campaign.code, **filters})}"


def amounts_url(campaign: Campaign) -> str:
    """What the units have counted."""
    return f"{reverse('coordination:campaign_records', args=(campaign.code,))}#amounts"


def facts_of(campaign: Campaign) -> list[tuple[str, Any]]:
    """What it is for, where, when and what it goes after."""
    titles = reads.class_titles(campaign.area) if campaign.classes else {}
    facts: list[tuple[str, Any]] = [
        ("要解决", campaign.purpose),
        ("依据", campaign.basis),
        ("区域", "、".join(label_of(area) for area in campaign.areas)),
        ("时间", period_of(campaign)),
        ("类别", "、".join(titles.get(code, code) for code in campaign.classes) or "全部类别"),
        ("计入", _rule_words(campaign)),
        ("负责人", campaign.leader and str(campaign.leader)),
    ]
    if campaign.measure:
        facts.append(("另计", f"{campaign.measure}（{campaign.measure_unit}），由参加单位填报"))
    return facts


def _rule_words(campaign: Campaign) -> str:
    whose = "、由参加单位办理" if campaign.only_units else ""
    return f"在这些日子、区域上报{whose}的这些类别的案件，加上人工计入的，减去人工不计的"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One line of the table of units with where its figures lead."""

    line: Line
    url: str
    done_url: str
    in_time_url: str
    overdue_url: str

    @property
    def progress(self) -> int:
        """How much of its aim is done, in percent, for the bar; more than all is all."""
        return min(WHOLE, self.line.tally.done * WHOLE // max(self.line.aim, 1))

    @property
    def behind(self) -> bool:
        """Whether less is done in time than was aimed at."""
        goal, tally = self.line.goal_share, self.line.tally
        return bool(goal and tally.done and tally.in_time * WHOLE < goal * tally.done)


def lines_of(campaign: Campaign, figures: Figures) -> list[Shown]:
    return [_shown(campaign, line) for line in figures.lines]


def _shown(campaign: Campaign, line: Line) -> Shown:
    unit = {"unit": line.code}
    return Shown(
        line=line,
        url=cases_url(campaign, **unit),
        done_url=cases_url(campaign, **unit, ended="all"),
        in_time_url=cases_url(campaign, **unit, ended="in_time"),
        overdue_url=cases_url(campaign, **unit, late="1"),
    )


def figures_shown(campaign: Campaign, figures: Figures) -> list[dict[str, str]]:
    """The figures at the head of the page, each with the list it counts."""
    total = figures.total
    rows = [
        ("计入案件", f"{total.total:,}", cases_url(campaign)),
        ("已办结", f"{total.done:,}", cases_url(campaign, ended="all")),
        ("按期办结率", share(total.in_time, total.done), cases_url(campaign, ended="in_time")),
        ("在办", f"{total.open:,}", cases_url(campaign, live="1")),
        ("其中超时", f"{total.overdue:,}", cases_url(campaign, late="1")),
    ]
    if campaign.measure:
        words = f"{figures.amount:,} {campaign.measure_unit}"
        rows.append((campaign.measure, words, amounts_url(campaign)))
    return [dict(zip(("label", "value", "url"), row, strict=True)) for row in rows]


def states_shown(campaign: Campaign, states: dict[str, int]) -> list[tuple[str, int, str]]:
    """Cases by state in the order of their workflows: label, how many, and which."""
    return [
        (label, states[key], cases_url(campaign, state=key))
        for key, label in dict(lists.states(None)).items()
        if states.get(key)
    ]


def days_shown(
    campaign: Campaign, days: dict[date, tuple[int, int]]
) -> list[tuple[date, int, str, int, str]]:
    """By day, newest first: how many were reported and how many done, and which."""
    return [
        (
            each,
            reported,
            cases_url(campaign, reported=each.isoformat()),
            done,
            cases_url(campaign, closed=each.isoformat()),
        )
        for each, (reported, done) in sorted(days.items(), reverse=True)
    ]


def pairs_of(cases: QuerySet[Case], most: int = PAIRS) -> list[dict[str, Any]]:
    """Photos before and after of the cases done last, as ``ui/photos.html`` shows them."""
    done = reads.ended(cases, "all").select_related("case_class").order_by("-closed_at", "-id")
    newest = {case.pk: case for case in done[:LOOKED_AT]}
    return [
        {
            "url": reverse("files:attachment", args=(photo,)),
            "thumb": reverse("files:small", args=(photo,)),
            "caption": f"{newest[pk].title} {words}",
            "place": newest[pk].address,
        }
        for pk, pair in photo_pairs([*newest])[:most]
        for words, photo in zip(("处置前", "处置后"), pair, strict=True)
    ]


def photo_pairs(cases: list[int]) -> list[tuple[int, tuple[int, int]]]:
    """Of these cases, those with photos of before and after: the first before and the last after, by attachment."""
    photos = files.photos_of_many(Case, cases)
    before = {pk: photo for pk, photo, role, _ in reversed(photos) if role == "before"}
    after = {pk: photo for pk, photo, role, _ in photos if role == "after"}
    return [(pk, (before[pk], after[pk])) for pk in cases if pk in before and pk in after]


def events_of(campaign: Campaign) -> list[dict[str, Any]]:
    return panels.events_of(history_of(campaign, role_labels()))


def scope_words(user: User) -> str:
    """Whose cases the figures are counted among, for whoever does not see all."""
    scope = user.scope("case.view")
    if scope.areas or scope.everything:
        return f"按{user.place}的案件统计" if user.place else ""
    return "按你单位的案件统计"
