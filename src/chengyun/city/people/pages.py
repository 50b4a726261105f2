"""Logging in and out, and one's own settings."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from chengyun.city.people.queries import demo_roles, own_token, own_tokens, person_of
from chengyun.city.people.services import logins, tokens
from chengyun.city.people.services.passwords import DEMO_PASSWORD
from chengyun.city.people.services.users import change_user, set_password
from chengyun.kernel.errors import Refusal, wrong
from chengyun.kernel.forms import faults_of, form_of
from chengyun.kernel.pages import back, door, page, safe_next
from chengyun.kernel.specs import Field

CONTACT = (
    Field(key="phone", label="电话", max_length=20),
    Field(key="email", label="邮箱", max_length=254),
)
TOKEN = (
    Field(
        key="label", label="用途", required=True, max_length=60, hint="例如：数据大屏、值班小程序"
    ),
    Field(key="days", label="有效期", kind="int", required=True, minimum=1, maximum=366, unit="天"),
)


PASSWORDS = ("old_password", "new_password", "new_password_again")


@door()
def home(request: HttpRequest) -> HttpResponse:
    """The workbench of the person's first post."""
    user = person_of(request)
    wanted = user.standing[0].role.home if user.standing else "people:me"
    try:
        return redirect(reverse(wanted))
    except NoReverseMatch:
        return redirect("people:me")


@door(public=True)
def login(request: HttpRequest) -> HttpResponse:
    """The login page; a demo also offers its roles."""
    there = safe_next(request, request.POST.get("next") or request.GET.get("next", ""), "/")
    if request.method != "POST":
        return _login_page(request, there)
    try:
        logins.login(request, *_pair(request))
    except Refusal as refusal:
        return _login_page(request, there, refusal=refusal)
    return back(request, there)


def _pair(request: HttpRequest) -> tuple[str, str]:
    """What was typed; or one of a demo's roles, which all have its password."""
    role = request.POST.get("role", "")
    if role in {each.key for each in demo_roles()}:
        return role, DEMO_PASSWORD
    return request.POST.get("username", ""), request.POST.get("password", "")


def _login_page(
    request: HttpRequest, there: str, *, refusal: Refusal | None = None
) -> HttpResponse:
    return page(
        request,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        next=there,
        username=request.POST.get("username", "")[:60],
        roles=demo_roles(),
        demo_password=DEMO_PASSWORD,
    )


@require_POST
@door(public=True)
def logout(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    logins.logout(request)
    return back(request, resolve_url("people:login"))


@door()
def me(request: HttpRequest) -> HttpResponse:
    """One's own account: contact, password, posts, tokens."""
    user = person_of(request)
    initial = {"phone": user.phone, "email": user.email}
    if request.method == "POST":
        form = form_of(CONTACT, request.POST)
        if not form.is_valid():
            raise faults_of(form)
        change_user(user, form.cleaned_data, by=user)
        return back(request, "people:me", "联系方式已保存。")
    return page(
        request,
        contact=form_of(CONTACT, initial=initial),
        token=form_of(TOKEN, initial={"days": 30}),
        tokens=own_tokens(user),
    )


@require_POST
@door()
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the session stays, all others end."""
    user = person_of(request)
    given = {key: request.POST.get(key, "") for key in PASSWORDS}
    if given["new_password"] != given["new_password_again"]:
        raise wrong("new_password_again", "两次输入的新密码不一样。")
    logins.check_own(user, given["old_password"])
    set_password(user, given["new_password"], by=user)
    logins.keep_session(request, user)
    return back(request, "people:me", "密码已修改，别处的登录和令牌都已失效。")


@require_POST
@door()
def token_add(request: HttpRequest) -> HttpResponse:
    """Issue a token; its text is on this page and nowhere else."""
    user = person_of(request)
    form = form_of(TOKEN, request.POST)
    if not form.is_valid():
        raise faults_of(form)
    lasts = timedelta(days=form.cleaned_data["days"])
    raw, issued = tokens.issue_token(user, form.cleaned_data["label"], lasts, by=user)
    answer = page(request, raw=raw, issued=issued)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@door()
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one's own token."""
    user = person_of(request)
    revoked = tokens.revoke_token(own_token(user, pk), by=user)
    return back(request, "people:me", f"令牌「{revoked.label}」已吊销。")
