"""Forms from declared fields, and what is answered when one is filled in wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict

from chengyun.kernel.errors import FieldError, Invalid, Refusal
from chengyun.kernel.pages import is_fragment, page
from chengyun.kernel.specs import Field
from chengyun.science.workclock import LABELS

Choices = Mapping[str, Sequence[tuple[Any, str]]]

INPUT = {"class": "input"}
SMALLEST_LIMIT, LARGEST_LIMIT = Decimal("0.01"), 9999
KINDS = {
    "int": "要填整数",
    "decimal": "要填数字",
    "limit": "要填数字和单位",
    "date": "要写成 2026-01-31 这样的日期",
    "datetime": "要写成 2026-01-31 14:30 这样的时间",
    "photos": "没有传上来，请重新选择",
}


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files; cleans to a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in given]


class PointWidget(forms.MultiWidget):
    template_name = "ui/widgets/point.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        coordinate = {"class": "input", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__(
            {
                "lon": forms.TextInput({**coordinate, "placeholder": "经度"}),
                "lat": forms.TextInput({**coordinate, "placeholder": "纬度"}),
            },
            attrs,
        )

    def decompress(self, value: Any) -> list[Any]:
        return list(value) if value else [None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The two inputs are called by what they hold: ``id_place_lon``, ``id_place_lat``."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        identifier = context["widget"]["attrs"].get("id", name)
        for part, widget in zip(("lon", "lat"), context["widget"]["subwidgets"], strict=True):
            widget["attrs"]["id"] = f"{identifier}_{part}"
        return context

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_lon"


class JoinedField(forms.MultiValueField):
    """Several inputs for one value; what is wrong with both is said once."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(list(dict.fromkeys(error.messages))) from error


def _degrees(most: int) -> forms.FloatField:
    bounds = "经度在 -180 到 180 之间，纬度在 -90 到 90 之间。"
    messages = {
        "invalid": "经纬度要写成小数，例如 115.985432。",
        **dict.fromkeys(("min_value", "max_value"), bounds),
    }
    return forms.FloatField(min_value=-most, max_value=most, error_messages=messages)


class PointField(JoinedField):
    """Longitude and latitude; cleans to a pair of floats or None."""

    widget = PointWidget

    def __init__(self, **options: Any) -> None:
        parts = (_degrees(180), _degrees(90))
        super().__init__(fields=parts, **options)

    def compress(self, data_list: list[Any]) -> tuple[float, float] | None:
        return (data_list[0], data_list[1]) if data_list else None


class LimitField(JoinedField):
    """An amount and a unit of the work clock; cleans to ``{"value": 4, "unit": "work_hour"}``."""

    def __init__(self, *, label: str, **options: Any) -> None:
        units = list(LABELS.items())
        messages = {
            "min_value": f"「{label}」要大于 0。",
            "max_value": f"「{label}」最大 {LARGEST_LIMIT}。",
            **dict.fromkeys(
                ("invalid", "max_digits", "max_whole_digits"), f"「{label}」要填数字。"
            ),
            "max_decimal_places": f"「{label}」最多两位小数。",
        }
        parts = (
            forms.DecimalField(
                min_value=SMALLEST_LIMIT,
                max_value=LARGEST_LIMIT,
                decimal_places=2,
                error_messages=messages,
            ),
            forms.ChoiceField(choices=units),
        )
        super().__init__(fields=parts, widget=LimitWidget(units), label=label, **options)

    def compress(self, data_list: list[Any]) -> dict[str, Any] | None:
        if not data_list:
            return None
        value, unit = data_list
        return {"value": int(value) if value == int(value) else float(value), "unit": unit}


class LimitWidget(forms.MultiWidget):
    template_name = "ui/widgets/limit.html"

    def __init__(self, units: list[tuple[Any, str]]) -> None:
        amount = forms.NumberInput(
            {**INPUT, "min": SMALLEST_LIMIT, "step": "any", "aria-label": "数值"}
        )
        unit = forms.Select({**INPUT, "aria-label": "单位"}, choices=units)
        super().__init__({"value": amount, "unit": unit})

    def decompress(self, value: Any) -> list[Any]:
        return [value["value"], value["unit"]] if value else [None, None]


def _text(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    return forms.CharField(max_length=field.max_length, widget=forms.TextInput(INPUT), **common)


def _long(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    return forms.CharField(
        max_length=field.max_length, widget=forms.Textarea({**INPUT, "rows": 3}), **common
    )


def _int(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    low, high = (None if bound is None else int(bound) for bound in (field.minimum, field.maximum))
    return forms.IntegerField(min_value=low, max_value=high, widget=_number(field), **common)


def _decimal(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    low, high = field.minimum, field.maximum
    return forms.DecimalField(min_value=low, max_value=high, widget=_number(field), **common)


def _number(field: Field) -> forms.NumberInput:
    return forms.NumberInput({**INPUT, "data-unit": field.unit} if field.unit else INPUT)


def _date(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    return forms.DateField(
        widget=forms.DateInput({**INPUT, "type": "date"}, format="%Y-%m-%d"), **common
    )


def _datetime(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    widget = forms.DateTimeInput({**INPUT, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget, **common)


def _choice(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    given = choices.get(field.key) or field.choices
    return forms.ChoiceField(choices=[("", "请选择"), *given], widget=forms.Select(INPUT), **common)


def _units(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    widget = forms.CheckboxSelectMultiple({"class": "checks"})
    common["error_messages"] |= {"invalid_choice": "请从列表中选{label}。".format(**common)}
    return forms.MultipleChoiceField(choices=choices.get(field.key, ()), widget=widget, **common)


def _limit(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    return LimitField(**common)


def _bool(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    return forms.BooleanField(**{**common, "required": False})


def _photos(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    return FilesField(
        widget=ManyFiles({**INPUT, "accept": "image/*", "capture": "environment"}), **common
    )


def _point(field: Field, common: dict[str, Any], choices: Choices) -> forms.Field:
    return PointField(**common)


Maker = Callable[[Field, dict[str, Any], Choices], forms.Field]

MAKERS: Mapping[str, Maker] = {
    "text": _text,
    "code": _text,
    "long": _long,
    "int": _int,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "unit": _choice,
    "units": _units,
    "person": _choice,
    "bool": _bool,
    "photos": _photos,
    "point": _point,
    "limit": _limit,
}


def form_of(
    fields: Sequence[Field],
    data: Mapping[str, Any] | None = None,
    files: MultiValueDict[str, Any] | None = None,
    *,
    initial: Mapping[str, Any] | None = None,
    choices: Choices | None = None,
) -> forms.Form:
    """A form of declared fields; ``choices`` gives those of kinds "unit" and "person", and may narrow others."""
    form = forms.Form(
        data, files, initial=dict(initial or {}), use_required_attribute=True, label_suffix=""
    )
    form.fields.update({field.key: _made(field, choices or {}) for field in fields})
    return form


def either(form: forms.Form, *names: str) -> forms.Form:
    """One of these fields is needed, so none of them is called optional."""
    for name in names:
        form.fields[name].widget.attrs["data-either"] = "true"
    return form


def _made(field: Field, choices: Choices) -> forms.Field:
    common = {
        "label": field.label,
        "required": field.required,
        "help_text": field.hint,
        "error_messages": _messages(field),
    }
    return MAKERS[field.kind](field, common, choices)


def _messages(field: Field) -> dict[str, str]:
    """Every fault of a field in a sentence that names it."""
    label, unit = field.label, f" {field.unit.replace('%', '%%')}" if field.unit else ""
    kind = f"「{label}」{KINDS.get(field.kind, '填得不对')}。"
    return {
        **dict.fromkeys(("required", "incomplete"), field.wanted),
        **dict.fromkeys(("invalid", "missing", "empty", "invalid_date", "invalid_time"), kind),
        "min_value": f"「{label}」不能小于 %(limit_value)s{unit}。",
        "max_value": f"「{label}」不能大于 %(limit_value)s{unit}。",
        "max_length": f"「{label}」最多 %(limit_value)d 字，现在有 %(show_value)d 字。",
        "invalid_choice": f"请从列表中选{label}。",
        "null_characters_not_allowed": f"「{label}」里有看不见的字符，请重新输入。",
    }


def sound(form: forms.Form, *checks: Callable[[Mapping[str, Any]], object]) -> bool:
    """Whether a form is sound by itself and to every check, so that all that is wrong with it is told at once.

    A check is given what was filled in, None where that is wrong by itself, and refuses what else is wrong.
    """
    form.is_valid()
    given = dict.fromkeys(form.fields) | form.cleaned_data
    for check in checks:
        known = set(form.errors)
        try:
            check(given)
        except Invalid as refusal:
            for fault in refusal.fields:
                if fault.field not in known:
                    form.add_error(
                        fault.field if fault.field in form.fields else None, fault.message
                    )
    return form.is_valid()


def faults_of(form: forms.BaseForm) -> Invalid:
    """What is wrong in a form, as a refusal."""
    found = tuple(
        FieldError(name, message)
        for name, all_ in form.errors.items()
        for message in map(str, all_)
    )
    sentence = (
        found[0].message
        if len(found) == 1
        else f"有 {len(found)} 处要改，其余没有问题，还没有保存。"
    )
    return Invalid(sentence, fields=found)


def faulty(request: HttpRequest, form: forms.BaseForm, **context: Any) -> HttpResponse:
    """The same page again with everything that was typed; htmx gets the faults for the form's slot only."""
    if is_fragment(request):
        return render(
            request, "ui/refusal.html#slip", {"refusal": faults_of(form)}, status=Invalid.status
        )
    return page(request, status=Invalid.status, form=form, **context)


def retold(
    request: HttpRequest, form: forms.BaseForm, refusal: Refusal, **context: Any
) -> HttpResponse:
    """The same page again with what a verb refused; htmx still has the form and takes the refusal alone."""
    faults = (FieldError(_home(form, fault.field), fault.message) for fault in refusal.fields)
    refusal.fields = tuple(dict.fromkeys(faults))
    if is_fragment(request):
        raise refusal
    form.is_valid()
    for fault in refusal.fields or (FieldError("", refusal.message),):
        form.add_error(fault.field if fault.field in form.fields else None, fault.message)
    return page(request, status=refusal.status, form=form, **context)


def _home(form: forms.BaseForm, name: str) -> str:
    """The field a value was typed into: longitude and latitude are verbs' words for one point."""
    points = (key for key, field in form.fields.items() if isinstance(field, PointField))
    return next(points, name) if name in ("lon", "lat") else name


def version_of(request: HttpRequest) -> int | None:
    """Which version of a thing whoever fills in a form has seen; None when the form does not say."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
