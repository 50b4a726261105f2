"""接口令牌: which programs call in whose name, until when."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.models import ApiToken
from chengyun.city.people.queries import person_of, token_for, tokens_for, user_for
from chengyun.city.people.services.tokens import issue_token, revoke_token
from chengyun.kernel import clock, registry
from chengyun.kernel.errors import FieldError, Refusal
from chengyun.kernel.forms import faulty, form_of
from chengyun.kernel.listings import Listing, Values, listed
from chengyun.kernel.pages import back, door, page
from chengyun.kernel.specs import Column, Field, Filter
from chengyun.kernel.tables import Links


def state_of(token: ApiToken) -> dict[str, str]:
    """Whether a token still works."""
    if token.revoked_at:
        return {"words": "已吊销", "tone": "line"}
    if token.expires_at <= clock.now():
        return {"words": "已到期", "tone": "line"}
    return {"words": "在用", "tone": "eco"}


COLUMNS = (
    Column(
        key="label", label="用途", value=lambda token: (token.label, token.user.name), kind="strong"
    ),
    Column(key="user", label="账号", value=lambda token: token.user.username),
    Column(key="issued", label="签发", value=lambda token: token.issued_at, kind="time"),
    Column(key="expires", label="到期", value=lambda token: token.expires_at, kind="time"),
    Column(key="used", label="最近使用", value=lambda token: token.used_at, kind="time"),
    Column(key="state", label="状态", value=state_of, kind="badge"),
)
FILTERS = (
    Filter(key="user", label="账号", kind="text"),
    Filter(key="all", label="包括已失效", kind="check"),
)
FIELDS = (
    Field(
        key="username", label="账号", required=True, max_length=60, hint="令牌有这个账号的全部权限"
    ),
    Field(key="label", label="用途", required=True, max_length=60, hint="例如：12345 热线对接"),
    Field(key="days", label="有效期", kind="int", required=True, minimum=1, maximum=366, unit="天"),
)


TOKENS = Listing(
    key="maintenance:tokens",
    label="接口令牌",
    may="people.user.change",
    columns=COLUMNS,
    filters=FILTERS,
    rows=lambda user, values: _narrowed(tokens_for(user), values),
    links=Links(url=lambda token: reverse("maintenance:token", args=[token.pk])),
    counted=False,
    empty="没有在用的令牌。",
)
registry.add(TOKENS)


@door(may="people.user.change")
def tokens(request: HttpRequest) -> HttpResponse:
    """Tokens, newest first."""
    return page(request, **listed(request, TOKENS))


@door(may="people.user.change")
def token(request: HttpRequest, pk: int) -> HttpResponse:
    """One token."""
    found = token_for(person_of(request), pk)
    return page(request, token=found, state=state_of(found), works=state_of(found)["tone"] == "eco")


@door(may="people.user.change")
def token_add(request: HttpRequest) -> HttpResponse:
    """Issue a token for an account; its text is told once."""
    by = person_of(request)
    if request.method != "POST":
        return page(request, form=form_of(FIELDS, initial={"days": 180}))
    form = form_of(FIELDS, request.POST)
    if not form.is_valid():
        return faulty(request, form)
    given = form.cleaned_data
    try:
        owner = user_for(by, given["username"])
        raw, issued = issue_token(owner, given["label"], timedelta(days=given["days"]), by=by)
    except Refusal as refusal:
        for fault in refusal.fields or (FieldError("username", refusal.message),):
            form.add_error(fault.field, fault.message)
        return faulty(request, form)
    answer = page(request, raw=raw, issued=issued)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@door(may="people.user.change")
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The token is refused from now on."""
    by = person_of(request)
    revoked = revoke_token(token_for(by, pk), by=by)
    return back(request, "maintenance:tokens", f"令牌「{revoked.label}」已吊销。")


def _narrowed(rows: QuerySet[ApiToken], values: Values) -> QuerySet[ApiToken]:
    if "all" not in values:
        rows = rows.filter(revoked_at=None, expires_at__gt=clock.now())
    if username := values.get("user"):
        rows = rows.filter(user__username=username)
    return rows
