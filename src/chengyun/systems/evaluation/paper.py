"""The bulletin as a page: the notice with the live state of each finding, and what is to be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.queries import photos_of
from chengyun.kernel import clock
from chengyun.kernel.files import attachments_of
from chengyun.kernel.history import Line
from chengyun.kernel.models import Attachment
from chengyun.kernel.ui.lights import Light
from chengyun.kernel.ui.words import told
from chengyun.systems.evaluation.buttons import Button
from chengyun.systems.evaluation.lists import light_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.notice import Figure, Item, Notice
from chengyun.systems.evaluation.queries import is_over

CHART_HEIGHT, CHART_STEP, CHART_BAR = 87, 32, 22


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One finding of the list with how it stands now."""

    number: int
    item: Item
    url: str
    photo: Attachment | None
    light: Light | None


@dataclass(frozen=True, kw_only=True)
class Section:
    """The findings of one field."""

    figure: Figure
    entries: list[Entry]


@dataclass(frozen=True, kw_only=True)
class Check:
    words: str
    good: bool


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One column of the small chart, in the units of its picture."""

    label: str
    count: int
    x: int
    y: int
    height: int
    current: bool

    @property
    def middle(self) -> int:
        return self.x + CHART_BAR // 2

    @property
    def above(self) -> int:
        return self.y - 5


def sections_of(
    findings: Iterable[Finding], notice: Notice, url: Callable[[str], str]
) -> list[Section]:
    """The findings by field, in the order and with the numbers of the notice."""
    lights = {finding.pk: light_of(finding) for finding in findings}
    photos = photos_of(item.id for item in notice.items)
    return [
        Section(
            figure=figure,
            entries=[
                Entry(
                    number=number,
                    item=item,
                    url=url(item.case),
                    photo=next(iter(photos.get(item.id, ())), None),
                    light=lights.get(item.id),
                )
                for number, item in notice.items_of(figure.key)
            ],
        )
        for figure in notice.figures
    ]


def pictures_of(finding: Finding) -> list[dict[str, str]]:
    """The photos of one finding as ``ui/photos.html`` draws them."""
    return [
        {
            "url": reverse("files:attachment", args=[photo.pk]),
            "thumb": reverse("files:small", args=[photo.pk]),
            "caption": photo.caption or finding.place,
        }
        for photo in attachments_of(finding)
    ]


def checks_of(bulletin: Bulletin, notice: Notice, sections: list[Section]) -> list[Check]:
    """What whoever issues the bulletin should have looked at."""
    bare = sum(entry.photo is None for section in sections for entry in section.entries)
    return list(_checks(bulletin, notice, bare))


def _checks(bulletin: Bulletin, notice: Notice, bare: int) -> Iterator[Check]:
    yield Check(
        words=f"{bare} 处问题没有现场照片"
        if bare
        else f"{notice.total} 处问题都有照片、单位、期限",
        good=not bare,
    )
    parts = sum(figure.count for figure in notice.figures)
    yield Check(words="分项相加等于总数", good=parts == notice.total == len(notice.items))
    yield Check(words="每处问题已开案，可逐件打开", good=all(item.case for item in notice.items))
    over = is_over(bulletin.period)
    yield Check(words="本周已经结束" if over else "本周还没有结束，现在不能审核印发", good=over)


def notices_of(
    bulletin: Bulletin, acts: list[Line], steps: Iterable[Button]
) -> list[dict[str, str]]:
    """What whoever opens the bulletin has to know first: why it came back, and what it waits for."""
    found = []
    last = acts[-1] if acts else None
    if bulletin.is_draft and last and last.verb == "bulletin.hand_back":
        when = told(last.at, now=clock.now())
        found.append({"title": f"{last.who} {when} 退回修改：{last.note}", "tone": "amber"})
    bars = dict.fromkeys(button.bar for button in steps if button.bar)
    return [*found, *({"title": bar, "tone": ""} for bar in bars)]


def events_of(acts: list[Line]) -> list[dict[str, Any]]:
    """The history as ``ui/timeline.html`` draws it, newest first."""
    return [
        {
            "at": line.at,
            "verb": line.label,
            "who": line.signature,
            "note": line.note,
            "mark": "key",
        }
        for line in reversed(acts)
    ]


def columns_of(weeks: list[tuple[str, int]]) -> list[Bar]:
    """The small chart of the last weeks; bars start at zero."""
    most = max([count for _, count in weeks] + [1])
    return [
        Bar(
            label=label,
            count=count,
            x=4 + CHART_STEP * n,
            y=100 - CHART_HEIGHT * count // most,
            height=CHART_HEIGHT * count // most,
            current=n == len(weeks) - 1,
        )
        for n, (label, count) in enumerate(weeks)
    ]
