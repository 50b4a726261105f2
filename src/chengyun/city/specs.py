"""What an industry app declares, all in one: the platform draws its pages and watches its devices from it."""

from __future__ import annotations

from dataclasses import dataclass

from chengyun.city.sensing.specs import AlarmRule, DeviceKind
from chengyun.kernel.specs import Misdeclared
from chengyun.science.conditions import points_of


@dataclass(frozen=True, kw_only=True)
class IndustryApp:
    """An industry: its kinds of devices and the rules that watch them."""

    key: str
    label: str
    order: int
    device_kinds: tuple[DeviceKind, ...]
    rules: tuple[AlarmRule, ...]

    def __post_init__(self) -> None:
        kinds = {kind.key: kind for kind in self.device_kinds}
        for rule in self.rules:
            for beside, point in (("", rule.point), *(points_of(rule.when) if rule.when else ())):
                kind = kinds.get(beside or rule.kind)
                if kind is None or kind.point(point) is None:
                    raise Misdeclared(f"AlarmRule {rule.key}: no kind has the point {point}")
                if beside and not kind.part == kinds[rule.kind].part != "":
                    raise Misdeclared(f"AlarmRule {rule.key}: {beside} sits on other parts")
