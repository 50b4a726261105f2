"""Messages of the Common Alerting Protocol 1.2 (OASIS), in which meteorological services hand on their warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from django.utils.dateparse import parse_datetime

from chengyun.city.sensing.services.weather import NewWarning
from chengyun.city.sensing.specs import RANK_LABELS, WEATHER
from chengyun.kernel.errors import Invalid, TooLarge, wrong

LARGEST = 1024 * 1024
SPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"
RANKS_OF = {"Minor": "blue", "Moderate": "yellow", "Severe": "orange", "Extreme": "red"}
"""CAP knows no colours; where a message names none, its severity stands for one."""
TAKEN = ("Alert", "Update", "Cancel")
CODE = re.compile(r"\d{4,12}")


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a message does: ``warning`` is None when it only cancels; ``replaces``: the numbers of what is over."""

    number: str
    warning: NewWarning | None
    replaces: tuple[str, ...]
    note: str


def read(body: bytes) -> Message:
    """One message; Invalid says what is wrong with it."""
    alert = _opened(body)
    number, status, kind = (_text(alert, tag) for tag in ("identifier", "status", "msgType"))
    if not number:
        raise wrong("identifier", "CAP 报文没有 identifier（编号）。")
    if status != "Actual":
        raise wrong("status", f"只收实际发布的预警（status 为 Actual），这条是「{status[:20]}」。")
    if kind not in TAKEN:
        raise wrong("msgType", f"msgType 要是 Alert、Update 或 Cancel，这条是「{kind[:20]}」。")
    replaces = tuple(_referred(_text(alert, "references")))
    note = _text(alert, "note")
    if kind == "Cancel":
        if not replaces:
            raise wrong("references", "解除报文没有写解除哪一条（references）。")
        return Message(number=number, warning=None, replaces=replaces, note=note)
    return Message(number=number, warning=_warning(alert, number), replaces=replaces, note=note)


def _opened(body: bytes) -> ET.Element:
    """The root of a document that declares no entities."""
    if len(body) > LARGEST:
        raise TooLarge("CAP 报文最大 1 MB。")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Invalid("CAP 报文不能带 DOCTYPE。")
    try:
        root = ET.fromstring(body)  # noqa: S314 - it declares no entities
    except (ET.ParseError, LookupError, ValueError) as error:
        raise Invalid(f"不是能读的 XML：{error}") from error
    if root.tag != f"{SPACE}alert":
        raise Invalid(
            "不是 CAP 1.2 报文：根元素要是 urn:oasis:names:tc:emergency:cap:1.2 的 alert。"
        )
    return root


def _referred(text: str) -> Iterator[str]:
    """The identifiers of ``sender,identifier,sent`` triples, a space between two of them."""
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) == 3:
            yield parts[1]


def _warning(alert: ET.Element, number: str) -> NewWarning:
    info = _info(alert)
    words = " ".join(_text(info, tag) for tag in ("event", "headline"))
    sent = _moment(alert, "sent")
    if sent is None:
        raise wrong("sent", "CAP 报文没有 sent（发布时间）。")
    parts = [_text(info, "description") or _text(info, "headline"), _text(info, "instruction")]
    return NewWarning(
        number=number,
        kind=_kind(words),
        rank=_rank(words) or RANKS_OF.get(_text(info, "severity"), ""),
        areas=_areas(info),
        text="".join(parts)[:1000],
        source=(_text(info, "senderName") or _text(alert, "sender"))[:60],
        issued_at=sent,
        valid_from=_moment(info, "onset") or _moment(info, "effective"),
        valid_to=_moment(info, "expires"),
    )


def _info(alert: ET.Element) -> ET.Element:
    """The one in Chinese, of several languages."""
    found = alert.findall(f"{SPACE}info")
    if not found:
        raise wrong("info", "CAP 报文没有 info。")
    chinese = (each for each in found if _text(each, "language").lower().startswith("zh"))
    return next(chinese, found[0])


def _kind(words: str) -> str:
    """The kind by its name, the longest that stands there: 雷雨大风 is no 大风."""
    named = [key for key, label in WEATHER.items() if label in words]
    if not named:
        raise wrong("event", f"认不出是哪种预警：「{words[:40]}」。")
    return max(named, key=lambda key: len(WEATHER[key]))


def _rank(words: str) -> str:
    return next((rank for rank, label in RANK_LABELS.items() if label in words), "")


def _areas(info: ET.Element) -> list[str]:
    """The codes of regions a message names, whatever it calls their system."""
    codes = [
        _text(code, "value")
        for area in info.findall(f"{SPACE}area")
        for code in area.findall(f"{SPACE}geocode")
    ]
    found = [code for code in codes if CODE.fullmatch(code)]
    if not found:
        raise wrong("area", "CAP 报文没有写区域代码（area 的 geocode）。")
    return found


def _text(element: ET.Element, tag: str) -> str:
    return (element.findtext(f"{SPACE}{tag}") or "").strip()


def _moment(element: ET.Element, tag: str) -> datetime | None:
    text = _text(element, tag)
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise wrong(
            tag, f"{tag} 要是带时区的时间，例如 2026-07-12T14:30:00+08:00，现在是「{text[:40]}」。"
        )
    return found
