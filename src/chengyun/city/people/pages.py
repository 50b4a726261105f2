"""Logging in and out, and one's own settings."""

from __future__ import annotations

from datetime import timedelta

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from chengyun.city.people.models import User
from chengyun.city.people.queries import (
    demo_roles,
    own_token,
    own_tokens,
    person_of,
    recovery_codes_left,
)
from chengyun.city.people.services import factors, logins, tokens
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


SECRET = "second_factor_secret"  # noqa: S105
"""Where the session keeps a secret that no code was read from yet."""
PASSWORDS = ("new_password", "new_password_again")


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
        entered = logins.login(request, *_pair(request))
    except Refusal as refusal:
        return _login_page(request, there, refusal=refusal)
    code = f"{reverse('people:login_code')}?{urlencode({'next': there})}"
    return back(request, there if entered else code)


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


@door(public=True)
def login_code(request: HttpRequest) -> HttpResponse:
    """After the password the code of the telephone, or one of the recovery codes."""
    there = safe_next(request, request.POST.get("next") or request.GET.get("next", ""), "/")
    if logins.awaited(request) is None:
        return back(request, f"{reverse('people:login')}?{urlencode({'next': there})}")
    if request.method != "POST":
        return _code_page(request, there)
    given = request.POST.get("code", "").strip() or request.POST.get("recovery", "")
    try:
        logins.login_with_code(request, given)
    except Refusal as refusal:
        return _code_page(request, there, refusal)
    return back(request, there)


def _code_page(request: HttpRequest, there: str, refusal: Refusal | None = None) -> HttpResponse:
    status = refusal.status if refusal else 200
    recovering = bool(request.POST.get("recovery"))
    return page(request, status=status, refusal=refusal, next=there, recovering=recovering)


@require_POST
@door(public=True)
def logout(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    logins.logout(request)
    return back(request, resolve_url("people:login"))


@door(settling=True)
def password_due(request: HttpRequest) -> HttpResponse:
    """A password that somebody else set is changed before anything else opens."""
    user = person_of(request)
    if not user.temporary_since:
        return back(request, "people:home")
    if request.method != "POST":
        return _password_page(request)
    try:
        _change_password(request, user)
    except Refusal as refusal:
        return _password_page(request, refusal)
    return back(request, "people:home", "密码已换成你自己的。")


def _password_page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    return page(request, status=refusal.status if refusal else 200, refusal=refusal)


def _change_password(request: HttpRequest, user: User) -> None:
    """The new password, typed twice; the session goes on, all others and the tokens end."""
    new, again = (request.POST.get(key, "") for key in PASSWORDS)
    if new != again:
        raise wrong("new_password_again", "两次输入的新密码不一样。")
    if user.temporary_since and user.check_password(new):
        raise wrong("new_password", "新密码不能和管理员设的一样。")
    set_password(user, new, by=user)
    logins.keep_session(request, user)


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
        codes_left=recovery_codes_left(user) if user.second_factor_since else 0,
    )


@door(settling=True)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Turn on the second factor: a picture for the telephone, and a first code; then the recovery codes, this once."""
    user = person_of(request)
    if user.temporary_since:
        return back(request, "people:password_due")
    if user.second_factor_since:
        return back(request, "people:me")
    secret = request.session.setdefault(SECRET, factors.new_secret())
    if request.method != "POST":
        return _factor_page(request, secret)
    try:
        codes = factors.turn_on(user, secret, request.POST.get("code", ""), by=user)
    except Refusal as refusal:
        return _factor_page(request, secret, refusal)
    del request.session[SECRET]
    return _unkept(page(request, codes=codes))


def _factor_page(request: HttpRequest, secret: str, refusal: Refusal | None = None) -> HttpResponse:
    user = person_of(request)
    address = factors.address_of(user, secret)
    answer = page(
        request,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        demanded=user.second_factor_demanded,
        picture=segno.make(address, error="l").svg_inline(omitsize=True, svgclass="qr", border=3),
        secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
    )
    return _unkept(answer)


def _unkept(answer: HttpResponse) -> HttpResponse:
    """A page that shows a secret stays in no cache."""
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@door()
def second_factor_off(request: HttpRequest) -> HttpResponse:
    """Turn off one's own second factor, with the password and a code."""
    user = person_of(request)
    logins.check_own(user, request.POST.get("old_password", ""))
    logins.check_own_code(user, request.POST.get("code", ""))
    factors.turn_off(user, by=user)
    return back(request, "people:me", "两步验证已取消，以后只用密码登录。")


@require_POST
@door()
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the session stays, all others end."""
    user = person_of(request)
    logins.check_own(user, request.POST.get("old_password", ""))
    _change_password(request, user)
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
    return _unkept(page(request, raw=raw, issued=issued))


@require_POST
@door()
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one's own token."""
    user = person_of(request)
    revoked = tokens.revoke_token(own_token(user, pk), by=user)
    return back(request, "people:me", f"令牌「{revoked.label}」已吊销。")
