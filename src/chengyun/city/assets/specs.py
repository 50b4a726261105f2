"""What may be declared about assets 部件, and how their codes are laid out. No Django."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from chengyun.kernel.specs import Field, Misdeclared

Sign = Literal["cover", "lamp", "tree", "bin", "traffic", "power", "building", "fence", "other"]
FIELD_KINDS = frozenset({"text", "long", "int", "decimal", "date", "choice", "bool"})
CLASS_CODE = re.compile(r"\d{4}")


@dataclass(frozen=True, kw_only=True)
class AssetType:
    """A kind of asset: its class in the catalogue, its map sign, and its own attributes.

    ``code`` is the class code of GB/T 30428.2-2013: two digits of the major and two of the minor class.
    """

    key: str
    label: str
    code: str
    sign: Sign
    fields: tuple[Field, ...] = ()
    order: int = 0

    def __post_init__(self) -> None:
        if not CLASS_CODE.fullmatch(self.code):
            raise Misdeclared(f"AssetType {self.key}: class code {self.code!r} is not 4 digits")
        if len({f.key for f in self.fields} | {f.label for f in self.fields}) != 2 * len(
            self.fields
        ):
            raise Misdeclared(f"AssetType {self.key}: two fields share a key or a label")
        for field in self.fields:
            if field.kind not in FIELD_KINDS:
                raise Misdeclared(
                    f"AssetType {self.key}: an attribute cannot be of kind {field.kind}"
                )

    def field(self, key: str) -> Field | None:
        return next((f for f in self.fields if f.key == key), None)


def layout_fault(text: object) -> str:
    """What is wrong with a layout of asset codes; "" when nothing is."""
    try:
        Layout.parse(str(text))
    except Misdeclared as error:
        return str(error)
    return ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How many digits of an asset code are region, major class, minor class and serial number."""

    region: int = 6
    major: int = 2
    minor: int = 2
    serial: int = 6

    def __post_init__(self) -> None:
        parts = (self.region, self.major, self.minor, self.serial)
        if self.region not in (6, 9, 12) or self.major != 2 or min(parts) < 2 or self.length > 24:
            raise Misdeclared("部件标识码的位数须是 6、9 或 12＋2＋2～4＋4～8。")

    @classmethod
    def parse(cls, text: str) -> Layout:
        """Read ``6+2+2+6``."""
        if not re.fullmatch(r"\d{1,2}(\+\d{1,2}){3}", text):
            raise Misdeclared("部件标识码的位数写作「6+2+2+6」。")
        region, major, minor, serial = (int(part) for part in text.split("+"))
        return cls(region=region, major=major, minor=minor, serial=serial)

    @property
    def length(self) -> int:
        return self.region + self.major + self.minor + self.serial

    @property
    def prefix(self) -> int:
        return self.region + self.major + self.minor

    def class_of(self, kind: AssetType) -> str:
        """The class part: the minor class of the edition, filled with zeros to the length of the layout."""
        return kind.code[:2] + kind.code[2:].zfill(self.minor)

    def prefix_of(self, area: str, kind: AssetType) -> str:
        """Region and class of an asset of that kind that stands in ``area``."""
        return area[: self.region].ljust(self.region, "0") + self.class_of(kind)

    def fault(self, code: str, kind: AssetType) -> str:
        """What is wrong with a code for an asset of that kind, wherever it stands; "" when nothing is."""
        if len(code) != self.length or not (code.isascii() and code.isdigit()):
            return f"应当是 {self.length} 位数字，现在是「{code[:40]}」"
        found = code[self.region : self.prefix]
        if found != self.class_of(kind):
            return f"中间的大小类是 {found}，{kind.label}应当是 {self.class_of(kind)}"
        if not code[self.prefix :].strip("0"):
            return "顺序码不能全是 0"
        return ""
