"""The bulletin as a page: the notice with the live state of each finding, and what is to be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.timezone import localdate

from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.queries import photos_of
from chengyun.kernel import clock
from chengyun.kernel.models import Attachment
from chengyun.kernel.ui.lights import Light
from chengyun.systems.evaluation.lists import light_of
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.notice import Figure, Item, Notice
from chengyun.systems.evaluation.queries import newest_seal

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
    over = bulletin.period.end < localdate(clock.now())
    yield Check(
        words="本周已经结束" if over else "本周还没有结束，审核后发现的计入下一期", good=over
    )
    sealed = bool(bulletin.seal or newest_seal())
    yield Check(
        words="记录链已封存，封存值印在末页"
        if sealed
        else "记录链还没有封存，印出的通报没有封存值",
        good=sealed,
    )


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
