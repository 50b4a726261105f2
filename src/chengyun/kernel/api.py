"""The one API: who calls, how refusals are answered, how a write from outside is safe to repeat."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from inspect import signature
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.module_loading import import_string
from ninja import Field, NinjaAPI, Schema, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf
from pydantic import AfterValidator, AwareDatetime, StringConstraints
from pydantic_core import to_jsonable_python

from chengyun.kernel import clock, paging
from chengyun.kernel.errors import (
    FieldError,
    Invalid,
    Missing,
    NotAllowed,
    OtherPerson,
    Refusal,
    TooLarge,
    Unknown,
)
from chengyun.kernel.models.machinery import IdempotentAnswer
from chengyun.kernel.pages import unsettled
from chengyun.kernel.scope import Person

M = TypeVar("M", bound=models.Model)


class ProblemField(Schema):
    field: str
    message: str


class Problem(Schema):
    """Every refusal of every door."""

    error: str
    message: str
    fields: list[ProblemField] = []
    version: int | None = None


def _in_utc(moment: datetime) -> datetime:
    """Every database keeps UTC; some refuse offsets that are no time zone's."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment from outside: with its offset, given on in UTC."""


class Part(Schema):
    """Which part of a list is wanted: ``after`` is the mark an earlier answer ended with."""

    after: Annotated[str, StringConstraints(max_length=paging.LONGEST_MARK)] = ""
    limit: int = Field(50, ge=1, le=paging.MOST)


def part_of(
    rows: QuerySet[M], order: tuple[str, ...], wanted: Part, shown: Callable[[M], Any]
) -> dict[str, Any]:
    """The rows that are wanted, and the mark after which the next begin; ``order`` as of ``paging.keyset``."""
    found = paging.keyset(rows, order, after=wanted.after, limit=wanted.limit)
    return {"items": [shown(row) for row in found.items], "next": found.next}


PROBLEMS = frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429})


class Bearer(HttpBearer):
    """``Authorization: Bearer`` with a token the city issued."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        user: Person | None = import_string(settings.TOKEN_READER)(token)
        if user is not None:
            request.user = user  # type: ignore[assignment]
        return user


class Session(SessionAuth):
    """The page's own cookie, with CSRF. Who brings no cookie is a stranger, whatever else is missing."""

    def _get_key(self, request: HttpRequest) -> str | None:
        key = request.COOKIES.get(self.param_name)
        if key and self.csrf and check_csrf(request):
            raise NotAllowed("页面打开太久，安全标记已失效，没有办理。刷新页面后再试。")
        return key

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            return None
        if first := unsettled(user):
            raise first
        _must_be_theirs(request, user.get_username())
        return user


PERSON = "Chengyun-Person"
"""Header: in whose name a write was kept on a phone (percent-encoded). It is never done in another's."""


def _must_be_theirs(request: HttpRequest, username: str) -> None:
    named = unquote(request.headers.get(PERSON, ""))
    if named and named != username:
        raise OtherPerson("这件是别人存在手机里的，要由本人登录后才能发送。")


api = NinjaAPI(
    title="城运 Chengyun",
    version="1",
    description="城市运行管理服务平台接口。列表为 {items, next, total}；拒绝为 {error, message, fields, version}。",
    auth=[Bearer(), Session(csrf=True)],
    urls_namespace="api",
    docs_url=None,
)


def problems(*codes: int) -> dict[Any, Any]:
    """The refusals a route can give, for its ``response=``; those of every request go without saying."""
    return {frozenset({400, 401, 403, 413, 422, *codes} & PROBLEMS): Problem}


def caller(request: HttpRequest) -> Any:
    """The logged-in person of an authenticated route."""
    return request.user


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return api.create_response(request, refusal.as_dict(), status=refusal.status)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return answer(request, refusal)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return answer(request, Unknown("请先登录，或带上有效的令牌。"))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(request, Missing("没有找到。"))


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = tuple(
        FieldError(".".join(str(p) for p in e["loc"][1:]) or str(e["loc"][0]), _words(e))
        for e in error.errors
    )
    first = fields[0] if fields else None
    return answer(
        request,
        Invalid(f"{first.field}：{first.message}" if first else "请求格式不对。", fields=fields),
    )


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // settings.MEGABYTE
    return answer(request, TooLarge(f"请求正文过大：一次最多 {most} MB，请分批提交。"))


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnreadablePostError)
def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(request, Refusal("收到的内容不完整或者格式不对，没有办理，请重新提交。"))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    refusal = Invalid("请求正文不是有效的 JSON。" if error.status_code == 400 else str(error))
    refusal.status = error.status_code
    return answer(request, refusal)


WORDS = {
    "missing": "缺少这一项",
    "float_parsing": "应当是数字",
    "int_parsing": "应当是整数",
    "string_type": "应当是文字",
    "string_too_long": "太长",
    "string_too_short": "太短",
    "json_invalid": "不是有效的 JSON",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "datetime_parsing": "应当是时间",
}


def _words(error: dict[str, Any]) -> str:
    return WORDS.get(str(error.get("type")), "格式不对") + "。"


Operation = Callable[..., Any]


def idempotent(operation: Operation) -> Operation:
    """A write that carries ``Idempotency-Key`` is done once; its second arrival gets the first answer.

    The operation returns ``(status, body)`` with a Schema or dict as body. Without a key its verb is the transaction;
    an operation of more than one verb is ``transaction.atomic`` itself.
    """

    @wraps(operation)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> Status[Any]:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return Status(*operation(request, *args, **kwargs))
        if len(key) > 200 or not (key.isascii() and key.isprintable()):
            raise Invalid("Idempotency-Key 应由字母、数字和常用符号组成，最长 200 个字符。")
        known = _first_answer(request, key)
        return Status(*(known or _keep_answer(request, key, operation, args, kwargs)))

    # Resolved here: the schemas are names of the operation's module, unknown in this one.
    once.__signature__ = signature(operation, eval_str=True)  # type: ignore[attr-defined]
    return once


def _request_hash(request: HttpRequest) -> str:
    head = f"{request.method} {request.path}\n".encode()
    body = _form(request) if request.content_type == "multipart/form-data" else request.body
    return hashlib.sha256(head + body).hexdigest()


def _form(request: HttpRequest) -> bytes:
    """What a form says, without the boundary that a browser makes up anew each time."""
    files = {
        key: [hashlib.sha256(b"".join(file.chunks())).hexdigest() for file in found]
        for key, found in request.FILES.lists()
    }
    return json.dumps([sorted(request.POST.lists()), files], sort_keys=True).encode()


def _first_answer(request: HttpRequest, key: str) -> tuple[int, Any] | None:
    found = IdempotentAnswer.objects.filter(actor_id=caller(request).pk, key=key).first()
    if found is None:
        return None
    if found.request_hash != _request_hash(request):
        raise Invalid("同一个 Idempotency-Key 用在了两个不同的请求上。")
    return found.status, found.body


def _keep_answer(
    request: HttpRequest, key: str, operation: Operation, args: Any, kwargs: Any
) -> Any:
    try:
        with transaction.atomic():
            status, body = operation(request, *args, **kwargs)
            plain = to_jsonable_python(body, by_alias=True)
            IdempotentAnswer(
                actor_id=caller(request).pk,
                key=key,
                request_hash=_request_hash(request),
                status=status,
                body=plain,
                at=clock.now(),
            ).save(force_insert=True)
            return status, plain
    except (IntegrityError, Refusal):
        # The same write may have arrived twice at once: then the other one's answer stands by now.
        first = _first_answer(request, key)
        if first is None:
            raise
        return first
