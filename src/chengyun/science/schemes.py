"""Whether an assessment scheme is sound, and how it is kept as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from chengyun.science.scoring import Grade, GroupClass, Item, Scheme, Veto

HUNDRED = Decimal(100)


def faults(scheme: Scheme, groups: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong with a scheme, each fault as a sentence in Chinese.

    Parameters
    ----------
    scheme : Scheme
        The scheme to look at; weights in percent, scores in marks.
    groups : iterable of str
        The groups it will score: where there are classes, each has to be in one.

    Yields
    ------
    str
        One fault; a sound scheme yields none.
    """
    yield from _faults_of_weights(scheme.items)
    for item in scheme.items:
        yield from _faults_of_item(item, scheme.classes)
    yield from _faults_of_grades(scheme.grades)
    yield from _faults_of_classes(scheme.classes, groups)
    yield from (f"否决项「{each}」写了两次。" for each in _twice(v.label for v in scheme.vetoes))
    for veto in scheme.vetoes:
        if not 0 <= veto.cap <= HUNDRED:
            yield f"否决项「{veto.label}」的总分上限要在 0 到 100 之间。"


def _faults_of_weights(items: Sequence[Item]) -> Iterator[str]:
    if not items:
        yield "方案里还没有考核项。"
        return
    total = sum((item.weight for item in items), Decimal(0))
    if total != HUNDRED:
        yield f"权重合计 {plain(total)}%，要正好 100%。"
    yield from (f"考核项「{each}」写了两次。" for each in _twice(item.label for item in items))
    counted = [item for item in items if item.indicator]
    yield from (
        f"「{next(i.label for i in counted if i.indicator == each)}」的指标用了两次。"
        for each in _twice(item.indicator for item in counted)
    )


def _faults_of_item(item: Item, classes: Sequence[GroupClass]) -> Iterator[str]:
    if item.weight <= 0:
        yield f"「{item.label}」的权重要大于 0。"
    if item.full <= 0:
        yield f"「{item.label}」的满分要大于 0。"
    if item.method == "steps":
        yield from _faults_of_steps(item, {each.key for each in classes})
    if item.method == "bands":
        yield from _faults_of_bands(item)


def _faults_of_steps(item: Item, classes: set[str]) -> Iterator[str]:
    if item.target is None:
        yield f"「{item.label}」没有写目标值。"
    if item.step is None or item.step <= 0:
        yield f"「{item.label}」的扣分步长要大于 0。"
    if item.cut is None or not 0 < item.cut <= item.full:
        yield f"「{item.label}」每步扣的分要大于 0，不超过满分 {plain(item.full)}。"
    if {key for key, _ in item.targets} - classes:
        yield f"「{item.label}」给一个没有的分类定了目标值。"


def _faults_of_bands(item: Item) -> Iterator[str]:
    bounds = [upto for upto, _ in item.bands]
    closed = [upto for upto in bounds if upto is not None]
    scores = [score for _, score in item.bands]
    if not bounds or bounds[-1] is not None or len(closed) != len(bounds) - 1:
        yield f"「{item.label}」的最后一档要写「以上」，别的档要写到多少为止。"
    if any(after <= before for before, after in zip(closed, closed[1:], strict=False)):
        yield f"「{item.label}」的分档要从小到大写。"
    if not all(0 <= score <= item.full for score in scores):
        yield f"「{item.label}」各档的分要在 0 到满分 {plain(item.full)} 之间。"
    if scores not in (sorted(scores), sorted(scores, reverse=True)):
        yield f"「{item.label}」各档的分要么越来越高，要么越来越低。"


def _faults_of_grades(grades: Sequence[Grade]) -> Iterator[str]:
    if not grades:
        yield "还没有分等级。"
        return
    bounds = [grade.least for grade in grades]
    if any(after >= before for before, after in zip(bounds, bounds[1:], strict=False)):
        yield "等级要从高到低写，起点一级比一级低。"
    if bounds[-1] != 0:
        yield f"最低一级「{grades[-1].name}」要从 0 分起，现在从 {plain(bounds[-1])} 分起。"
    if bounds[0] > HUNDRED:
        yield f"「{grades[0].name}」从 {plain(bounds[0])} 分起，谁也得不到。"
    yield from (f"等级「{each}」写了两次。" for each in _twice(grade.name for grade in grades))


def _faults_of_classes(classes: Sequence[GroupClass], groups: Iterable[str]) -> Iterator[str]:
    yield from (f"分类「{each}」写了两次。" for each in _twice(each.label for each in classes))
    placed = [group for each in classes for group in each.groups]
    yield from (f"「{each}」分进了两类。" for each in _twice(placed))
    yield from (f"「{each.label}」里一个也没有。" for each in classes if not each.groups)
    if classes and (left := [group for group in groups if group not in placed]):
        yield f"还没有分类：{'、'.join(left)}。"


def _twice(words: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    for word in words:
        seen[word] = seen.get(word, 0) + 1
    return [word for word, count in seen.items() if count > 1]


def plain(number: Decimal) -> str:
    """A number without zeros nobody needs: 30, 0.2, 95.5."""
    return f"{number.normalize():f}" if number else "0"


def as_body(scheme: Scheme) -> dict[str, Any]:
    """The scheme as JSON keeps it; decimals are text."""
    body: dict[str, Any] = _texts(asdict(scheme))
    return body


def _texts(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _texts(each) for key, each in value.items()}
    return [_texts(each) for each in value] if isinstance(value, (list, tuple)) else value


def from_body(body: Mapping[str, Any]) -> Scheme:
    """The scheme of what JSON kept."""
    return Scheme(
        items=tuple(_item(each) for each in body["items"]),
        grades=tuple(Grade(name=g["name"], least=Decimal(g["least"])) for g in body["grades"]),
        classes=tuple(GroupClass(**{**c, "groups": tuple(c["groups"])}) for c in body["classes"]),
        vetoes=tuple(Veto(**{**v, "cap": Decimal(v["cap"])}) for v in body["vetoes"]),
    )


def _item(kept: Mapping[str, Any]) -> Item:
    numbers = {key: _number(kept[key]) for key in ("weight", "full", "target", "step", "cut")}
    bands = tuple((_number(upto), Decimal(score)) for upto, score in kept["bands"])
    targets = tuple((key, Decimal(target)) for key, target in kept["targets"])
    return Item(**{**kept, **numbers, "bands": bands, "targets": targets})


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
