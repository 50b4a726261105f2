"""The small signs of lists, drawn without templates: a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from chengyun.kernel import clock
from chengyun.kernel.tables import Cell, Row
from chengyun.kernel.ui import icons, words
from chengyun.kernel.ui.lights import Light

SHORT_CODE = 10
"""A longer code takes two lines of its column on a phone."""
NOTHING = mark_safe('<span class="faint nothing">—</span>')
RING = (
    '<circle class="track" cx="7" cy="7" r="5" stroke-width="2.6"/><circle class="arc" cx="7" cy="7" r="5"'
    ' stroke-width="2.6" stroke-dasharray="{}" transform="rotate(-90 7 7)"/>'
)
SHAPES = {
    "amber": mark_safe('<path class="shape" d="M7 .6L13.8 12.8H.2z"/>'),
    "paused": mark_safe('<path class="shape" d="M2 1h4v12H2zM8 1h4v12H8z"/>'),
    "kept": mark_safe(
        '<path d="M1.5 7.5l3.8 4L12.5 3" fill="none" stroke="currentColor" stroke-width="2.2"/>'
    ),
}
END = mark_safe("</td>")
SQUARE = mark_safe('<path class="shape" d="M1 1h12v12H1z"/>')


@cache
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """An icon of the sprite; alone it needs a ``label``, beside words it has none."""
    if name not in icons.names():
        raise ValueError(f"There is no icon {name!r}.")
    hidden = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    large = " i-20" if size == 20 else ""
    return format_html(
        '<svg class="i{}" {}><use href="{}#{}"/></svg>', large, hidden, static("ui/icons.svg"), name
    )


def options(choices: Sequence[tuple[str, str]]) -> SafeString:
    """The choices of a filter, none of them chosen."""
    return _options(tuple(choices))


@lru_cache(maxsize=500)
def _options(choices: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', choices)


def badge(value: Mapping[str, str]) -> SafeString:
    """A badge of at most six characters: ``words``, and ``tone``: "", line, accent, amber, red, eco."""
    tone = value.get("tone")
    return format_html(
        '<span class="badge{}">{}</span>', f" badge-{tone}" if tone else "", value["words"]
    )


def stage(value: Mapping[str, Any]) -> SafeString:
    """A stage in a list: ``ordinal`` (1…7; 0 is none, and ``sign`` stands for it) and ``label``."""
    number = value["ordinal"]
    return format_html(
        '<span class="stage s{}"><i>{}</i>{}</span>',
        number,
        number or value.get("sign", "×"),
        value["label"],
    )


def light(value: Light) -> SafeString:
    """灯: shape, colour and words."""
    title = format_html(' title="{}"', value.title) if value.title else ""
    return format_html(
        '<span class="light light-{}"{}{}><svg viewBox="0 0 14 14" aria-hidden="true">{}</svg>'
        '<span class="words">{}</span></span>',
        value.tone, title, _ticking(value), _shape(value), value.words,
    )  # fmt: skip


def _ticking(value: Light) -> str:
    """What the page counts on from."""
    if not value.ticks:
        return ""
    return format_html(
        ' data-light data-left="{}" data-limit="{}" data-near="{}"',
        value.left,
        value.limit,
        value.near,
    )


def _shape(value: Light) -> SafeString:
    return (
        format_html(RING, value.arc) if value.state == "green" else SHAPES.get(value.state, SQUARE)
    )


def line(shown: Row, pickable: bool, target: str) -> SafeString:
    """One line of a list; ``target`` is the id of what its preview goes to, "" the one beside the list."""
    chosen = mark_safe(' aria-selected="true"') if shown.selected else ""
    cells = mark_safe("".join(cell(each, shown.url) for each in shown.cells))  # noqa: S308
    return format_html(
        '<tr data-row="{}"{}{}>{}{}</tr>\n',
        shown.name, chosen, _looked_at(shown, target), _picked(shown) if pickable else "", cells,
    )  # fmt: skip


def _looked_at(shown: Row, target: str) -> str:
    """Where the preview of a line comes from, and where it goes."""
    if not shown.preview:
        return ""
    return format_html(
        ' hx-get="{}" hx-trigger="pick" hx-target="#{}"', shown.preview, target or "preview"
    )


def _picked(shown: Row) -> SafeString:
    return format_html(
        '<td class="pick"><input type="checkbox" name="pick" form="bulk" value="{}" aria-label="选择 {}"></td>',
        shown.key, shown.name,
    )  # fmt: skip


def cell(shown: Cell, url: str) -> SafeString:
    """One cell of a list. What its value must be, by kind: strong (bold, soft) or (bold, soft, badges) or text;
    light a Light; badge {words, tone}; stage {ordinal, label}; source (icon, name); time a datetime; number an int;
    share ready text.
    """
    column, value = shown.column, shown.value
    inside = NOTHING if value in (None, "") else _inside(column.kind, value, url)
    long = column.kind == "code" and len(value or "") > SHORT_CODE
    return _opening(column.kind, column.label, long=long, wide=column.wide_only) + inside + END


@cache
def _opening(kind: str, label: str, *, long: bool, wide: bool) -> SafeString:
    more = f"{' long' if long else ''}{' wide' if wide else ''}"
    return format_html('<td class="k-{}{}" data-label="{}">', kind, more, label)


def _inside(kind: str, value: Any, url: str) -> SafeString:
    if kind == "strong":
        return _strong(value, url)
    return conditional_escape(KINDS.get(kind, localize)(value))


def _strong(value: Any, url: str) -> SafeString:
    """What leads to the row: bold, badges, and soft beside it."""
    bold, soft, badges = (*value, ())[:3] if isinstance(value, tuple) else (value, "", ())
    return format_html(
        '<a class="rowlink" href="{}"><b>{}</b>{}{}</a>',
        url,
        bold,
        format_html_join("", "{}", ((badge(one),) for one in badges)),
        format_html('<span class="soft">{}</span>', soft) if soft else "",
    )


def _source(value: tuple[str, str]) -> SafeString:
    name, label = value
    return format_html(
        '<span class="src">{}<span class="visually-hidden">{}</span></span>', icon(name), label
    )


def _time(value: datetime) -> SafeString:
    stamp = timezone.localtime(value).isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, words.moment(value, now=clock.now()))


KINDS: dict[str, Callable[[Any], str]] = {
    "code": words.short_code,
    "light": light,
    "badge": badge,
    "stage": stage,
    "source": _source,
    "time": _time,
    "number": words.count,
}
