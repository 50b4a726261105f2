"""The forms of a scheme's draft: an item, and the lines of grades, classes and vetoes; and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms

from chengyun.city.indicators.specs import Indicator
from chengyun.kernel import registry
from chengyun.kernel.errors import wrong
from chengyun.kernel.forms import form_of
from chengyun.kernel.specs import Field
from chengyun.science.schemes import plain
from chengyun.science.scoring import Grade, GroupClass, Item, Method, Missing, Scheme, Veto
from chengyun.systems.evaluation.patterns import better_of
from chengyun.systems.evaluation.scheme_words import METHODS, MISSING

REST = "以上"
LEAST, MOST = Decimal("0.01"), Decimal(100_000)

ITEM = (
    Field(
        key="indicator",
        label="指标",
        kind="unit",
        hint="不选就是人工评分：由人给分，另一人审核。",
    ),
    Field(key="label", label="名称", max_length=30, hint="不填就用指标的名称；人工评分要填。"),
    Field(
        key="weight",
        label="权重",
        kind="decimal",
        unit="%",
        required=True,
        minimum=0.01,
        maximum=100,
    ),
    Field(
        key="full",
        label="满分",
        kind="decimal",
        unit="分",
        required=True,
        minimum=0.01,
        maximum=1000,
    ),
    Field(key="method", label="怎样计分", kind="choice", choices=METHODS, hint="人工评分不用选。"),
    Field(key="target", label="目标值", kind="decimal", hint="只用于按目标扣分：达到就得满分。"),
    Field(
        key="step", label="扣分步长", kind="decimal", hint="比率写百分点，例如每低 5 个百分点写 5。"
    ),
    Field(key="cut", label="每步扣", kind="decimal", unit="分"),
    Field(key="begun", label="不满一步按一步扣", kind="bool"),
    Field(
        key="bands",
        label="分档",
        kind="long",
        max_length=500,
        hint="只用于分档：一行一档，到多少为止、得几分，例如「50 100」；最后一行「以上 0」。",
    ),
    Field(
        key="missing",
        label="没有数据时",
        kind="choice",
        choices=MISSING,
        required=True,
        hint="分母为零就是没有数据。",
    ),
)
PARTS = (
    Field(
        key="grades",
        label="等级",
        kind="long",
        max_length=500,
        hint="一行一级，从高到低：名称、几分起，例如「A 90」。A 到 E 显示绿、蓝、黄、红、黑。",
    ),
    Field(
        key="classes",
        label="分类",
        kind="long",
        max_length=2000,
        hint="目标不一样的对象分开写，一行一类：名称、冒号、对象，例如「一类：东昌府区、茌平区」。不分类就不填。",
    ),
    Field(
        key="vetoes",
        label="否决项",
        kind="long",
        max_length=1000,
        hint="一行一项：什么事、总分最多几分，例如「发生亡人事故 0」。",
    ),
)


def item_form(
    rules: Scheme,
    indicators: Sequence[Indicator],
    data: Mapping[str, Any] | None = None,
    item: Item | None = None,
) -> forms.Form:
    """The form of an item, empty or filled, with a target for each class."""
    choices = {"indicator": [(each.key, f"{each.label}（{each.unit}）") for each in indicators]}
    own = tuple(
        Field(key=f"target_{n}", label=f"{each.label}的目标值", kind="decimal")
        for n, each in enumerate(rules.classes)
    )
    form = form_of((*ITEM, *own), data, initial=_initial(rules, item), choices=choices)
    form.fields["indicator"].choices[0] = ("", "人工评分")  # type: ignore[attr-defined]
    return form


def _initial(rules: Scheme, item: Item | None) -> dict[str, Any]:
    if item is None:
        return {"full": 100, "method": "rate", "missing": "share"}
    own = dict(item.targets)
    told = {
        key: None if getattr(item, key) is None else plain(getattr(item, key))
        for key in ("weight", "full", "target", "step", "cut")
    }
    return {
        **told,
        "indicator": item.indicator,
        "label": item.label,
        "method": item.method,
        "begun": item.begun,
        "bands": _bands_told(item),
        "missing": item.missing,
        **{f"target_{n}": own.get(each.key) for n, each in enumerate(rules.classes)},
    }


def _bands_told(item: Item) -> str:
    return "\n".join(
        f"{REST if upto is None else plain(upto)} {plain(score)}" for upto, score in item.bands
    )


def new_item(form: forms.Form, rules: Scheme, old: Item | None) -> Item:
    """What a valid form says; Invalid with the field where it cannot be."""
    given = form.cleaned_data
    indicator = registry.get(Indicator, given["indicator"]) if given["indicator"] else None
    label = given["label"].strip() or (indicator.label if indicator else "")
    if not label:
        raise wrong("label", "人工评分要有名称。")
    method = _method(given["method"], indicator)
    targets = [(each.key, given[f"target_{n}"]) for n, each in enumerate(rules.classes)]
    by_steps = method == "steps"
    return Item(
        key=indicator.key if indicator else _key(rules, old),
        label=label,
        weight=given["weight"],
        full=given["full"],
        method=method,
        indicator=indicator.key if indicator else "",
        better=better_of(indicator) if indicator else "high",
        target=given["target"] if by_steps else None,
        step=given["step"] if by_steps else None,
        cut=given["cut"] if by_steps else None,
        begun=bool(given["begun"]) and by_steps,
        bands=tuple(_bands(given["bands"])) if method == "bands" else (),
        targets=tuple((k, t) for k, t in targets if t is not None) if by_steps else (),
        missing=cast(Missing, given["missing"]) if indicator else "await",
    )


def _method(chosen: str, indicator: Indicator | None) -> Method:
    if indicator is None:
        return "manual"
    if not chosen:
        raise wrong("method", "请选怎样计分。")
    if chosen == "rate" and indicator.unit != "%":
        raise wrong("method", f"「{indicator.label}」不是比率，请按目标扣分或者分档。")
    return cast(Method, chosen)


def _key(rules: Scheme, old: Item | None) -> str:
    """The key of an item that people score: its own, or the next that is free."""
    if old is not None and old.method == "manual":
        return old.key
    taken = {item.key for item in rules.items}
    return next(key for n in range(1, 1000) if (key := f"manual-{n}") not in taken)


def _bands(text: str) -> Iterator[tuple[Decimal | None, Decimal]]:
    for line in _lines(text):
        upto, _, score = line.partition(" ")
        bound = None if upto == REST else _decimal(upto, "bands", line)
        yield bound, _decimal(score.strip(), "bands", line)


def _decimal(text: str, field: str, line: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise wrong(field, f"看不懂「{line[:30]}」。") from error
    if not number.is_finite() or abs(number) > MOST or number != round(number, 2):
        raise wrong(field, f"「{line[:30]}」里的数太大，或者超过两位小数。")
    return number


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def parts_form(
    rules: Scheme, names: Mapping[str, str], data: Mapping[str, Any] | None = None
) -> forms.Form:
    """The form of grades, classes and vetoes, one a line."""
    initial = {
        "grades": "\n".join(f"{each.name} {plain(each.least)}" for each in rules.grades),
        "classes": "\n".join(
            f"{each.label}：{'、'.join(names.get(group, group) for group in each.groups)}"
            for each in rules.classes
        ),
        "vetoes": "\n".join(f"{each.label} {plain(each.cap)}" for each in rules.vetoes),
    }
    return form_of(PARTS, data, initial=initial)


def with_parts(form: forms.Form, rules: Scheme, names: Mapping[str, str]) -> Scheme:
    """The scheme with what a valid form says; targets of classes that are gone go with them."""
    given = form.cleaned_data
    classes = tuple(_classes(given["classes"], names))
    kept = {each.key for each in classes}
    items = tuple(
        replace(item, targets=tuple((k, t) for k, t in item.targets if k in kept))
        for item in rules.items
    )
    return Scheme(
        items=items,
        grades=tuple(
            Grade(name=name[:12], least=number)
            for name, number in _named_numbers(given["grades"], "grades")
        ),
        classes=classes,
        vetoes=tuple(
            Veto(key=f"veto:{name[:40]}", label=name[:40], cap=number)
            for name, number in _named_numbers(given["vetoes"], "vetoes")
        ),
    )


def _named_numbers(text: str, field: str) -> Iterator[tuple[str, Decimal]]:
    for line in _lines(text):
        name, _, number = line.rpartition(" ")
        if not name:
            raise wrong(field, f"「{line[:30]}」要写名称、空格和一个数。")
        yield name, _decimal(number, field, line)


def _classes(text: str, names: Mapping[str, str]) -> Iterator[GroupClass]:
    codes = {name: code for code, name in names.items()} | {code: code for code in names}
    for line in _lines(text):
        label, colon, words = line.replace(":", "：").partition("：")
        if not colon or not label.strip():
            raise wrong("classes", f"「{line[:30]}」要写名称、冒号和对象。")
        groups = []
        for word in words.replace("，", "、").replace(",", "、").replace(" ", "、").split("、"):
            if word and word not in codes:
                raise wrong("classes", f"方案不考核「{word[:20]}」。")
            groups += [codes[word]] if word else []
        name = label.strip()[:20]
        yield GroupClass(key=name, label=name, groups=tuple(groups))
