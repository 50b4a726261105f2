"""A recipe: which column of another system's table is what, read from a TOML file."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chengyun.kernel import clock
from chengyun.kernel.errors import Invalid

SHIPPED = Path(__file__).parent / "recipes"
ORIGIN = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
WORDS = {
    "number": "编号",
    "district": "区域",
    "area": "细分区域",
    "class": "类别",
    "unit": "部门",
    "unit_name": "部门名称",
    "source": "来源",
}
MOMENTS = {
    "opened": "上报时间",
    "accepted": "受理时间",
    "filed": "立案时间",
    "dispatched": "派遣时间",
    "handled": "处置时间",
    "closed": "结案时间",
    "target": "处置期限",
}
FIELDS = WORDS | MOMENTS
"""What a case of another system may tell, with the words for it."""
NEEDED = ("number", "opened", "closed")
"""What needs a column; the district may be a constant."""
IN_TIME, UNKNOWN = "in_time", "unknown"
ISO = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M", "%Y-%m-%d",
)  # fmt: skip
KEYS: dict[str, type | tuple[type, ...]] = {
    "origin": str, "zone": str, "as_of": datetime, "format": (str, list), "encoding": str, "without_target": str,
    "tolerance": int, "whole_day": bool, "columns": dict, "constants": dict, "values": dict,
}  # fmt: skip
"""What a recipe may say, and what kind of value it is."""
FIRST_YEAR, LAST_YEAR = 2000, 3000
COMPULSORY = ("origin", "zone", "as_of", "columns")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How the rows of a table become cases.

    ``columns`` names a column for each field, ``constants`` a word for all rows, ``values`` other words for those of a
    field.  Times without a distance from UTC are those of ``zone``.  A case without a deadline is in time, or nobody
    knows (``without_target``); with ``whole_day`` one told as a day holds to its end.  A moment at most ``tolerance``
    seconds before the one it follows is taken as that one.  ``as_of`` is when the table was taken: nothing in it
    happened then or later.
    """

    origin: str
    zone: ZoneInfo
    as_of: datetime
    formats: tuple[str, ...]
    encoding: str
    without_target: str
    tolerance: int
    whole_day: bool
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    content: bytes


def read(path: Path) -> Recipe:
    """Read a recipe: a file, or one of those that are shipped, by its name. Refuses with a sentence."""
    found = path if path.is_file() else SHIPPED / f"{path.name}.toml"
    if not found.is_file():
        shipped = "、".join(sorted(each.stem for each in SHIPPED.glob("*.toml")))
        raise Invalid(f"没有配方 {path.name}；自带的有：{shipped}。")
    content = found.read_bytes()
    try:
        said = tomllib.loads(content.decode())
    except ValueError as error:
        raise Invalid(f"配方 {found.name} 读不出：{error}。") from error
    _must_be_whole(said)
    return _recipe(said, content)


def origin_named(name: str) -> str:
    """The name of an origin, which is a folder of the lake, too."""
    if not ORIGIN.fullmatch(name):
        raise Invalid(f"来源「{name}」的名字只能用小写字母、数字和连字符，最长 40 个字符。")
    return name


def _recipe(said: Mapping[str, Any], content: bytes) -> Recipe:
    zone = _zone(said["zone"])
    return Recipe(
        origin=origin_named(said["origin"]),
        zone=zone,
        as_of=_taken(said["as_of"], zone),
        formats=_formats(said.get("format", list(ISO))),
        encoding=_encoding(said.get("encoding", "utf8")),
        without_target=_choice(said.get("without_target", IN_TIME)),
        tolerance=_seconds(said.get("tolerance", 0)),
        whole_day=said.get("whole_day", False),
        columns=said["columns"],
        constants=said.get("constants", {}),
        values=said.get("values", {}),
        content=content,
    )


def _must_be_whole(said: Mapping[str, Any]) -> None:
    for key, value in said.items():
        if key not in KEYS:
            raise Invalid(f"配方里的「{key}」不认识，可以写：{'、'.join(KEYS)}。")
        if not isinstance(value, KEYS[key]) or isinstance(value, bool) != (KEYS[key] is bool):
            raise Invalid(f"配方里的「{key}」写法不对。")
    for key in COMPULSORY:
        if key not in said:
            raise Invalid(f"配方里没有写「{key}」。")
    columns, constants = said["columns"], said.get("constants", {})
    _must_be_fields(columns, "columns", FIELDS)
    _must_be_fields(constants, "constants", WORDS)
    _must_be_fields(dict.fromkeys(said.get("values", {}), ""), "values", FIELDS)
    for field, words in said.get("values", {}).items():
        _must_be_words(words, f"values.{field}")
    _must_be_told_once(columns, constants)


def _must_be_told_once(columns: Mapping[str, str], constants: Mapping[str, str]) -> None:
    for field in (*NEEDED, "district"):
        if field not in columns and (field in NEEDED or field not in constants):
            raise Invalid(f"配方没有说哪一列是{FIELDS[field]}（{field}）。")
    for field in constants:
        if field in columns:
            raise Invalid(f"配方里的「{field}」既有列又有固定值，只能写一样。")


def _must_be_fields(table: Mapping[str, Any], where: str, known: Mapping[str, str]) -> None:
    _must_be_words(table, where)
    for field in table:
        if field not in known:
            raise Invalid(f"配方 [{where}] 里的「{field}」不认识，可以写：{'、'.join(known)}。")


def _must_be_words(table: Any, where: str) -> None:
    if not isinstance(table, dict) or not all(isinstance(each, str) for each in table.values()):
        raise Invalid(f'配方 [{where}] 里每一项都要写成「名字 = "文字"」。')


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(f"配方里的时区「{name}」不认识，要写成 Asia/Shanghai 这样。") from error


def _taken(said: datetime, zone: ZoneInfo) -> datetime:
    if not FIRST_YEAR <= said.year < LAST_YEAR:
        raise Invalid(f"配方里的「as_of」不在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间。")
    moment = said if said.tzinfo else said.replace(tzinfo=zone)
    if moment > clock.now():
        raise Invalid("配方里的「as_of」还没有到，它是取数的时刻。")
    return moment


def _formats(said: str | list[Any]) -> tuple[str, ...]:
    given = [said] if isinstance(said, str) else said
    if not given or not all(isinstance(each, str) for each in given):
        raise Invalid("配方里的「format」写法不对。")
    if len({"%z" in each for each in given}) > 1:
        raise Invalid("配方里的时间格式要么都带 %z，要么都不带。")
    return tuple(given)


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise Invalid(f"配方里的编码「{name}」不认识，要写成 utf8、gb18030 这样。") from error


def _choice(word: str) -> str:
    if word not in (IN_TIME, UNKNOWN):
        raise Invalid(
            f"配方里的「without_target」要写成 {IN_TIME}（没有期限算按期）或 {UNKNOWN}（不知道）。"
        )
    return word


def _seconds(said: int) -> int:
    if said < 0:
        raise Invalid("配方里的「tolerance」是秒数，不能是负的。")
    return said
