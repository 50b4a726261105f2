"""Doors of pages: who may enter, what is answered, and where a write leads back to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from chengyun.kernel import registry
from chengyun.kernel.errors import Invalid, Missing, NotAllowed, Unsettled
from chengyun.kernel.once import Led, written_once
from chengyun.kernel.specs import Permission

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def door(
    *, may: str = "", public: bool = False, settling: bool = False
) -> Callable[[View[P]], View[P]]:
    """Who may enter: anybody (``public``), who is logged in (``may`` ""), or who holds one permission.

    Whoever has something to do first (``user.unsettled``) is led there, except through the doors where it is done
    (``settling``). The view carries all three as attributes, so that a test can walk all doors.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not public and not request.user.is_authenticated:
                return _to_login(request)
            if not (public or settling) and (first := unsettled(request.user)):
                return back(request, first.page)
            if may and not _may(request, may):
                label = registry.get(Permission, may).label
                raise NotAllowed(
                    f"这一页要有「{label}」的权限，你的岗位没有。需要的话请找安全管理员开通。"
                )
            return written_once(request, lambda: view(request, *args, **kwargs))

        guarded.may = may  # type: ignore[attr-defined]
        guarded.public = public  # type: ignore[attr-defined]
        guarded.settling = settling  # type: ignore[attr-defined]
        return guarded

    return guard


def _may(request: HttpRequest, permission: str) -> bool:
    user: Any = request.user
    return bool(user.may(permission))


def unsettled(user: object) -> Unsettled | None:
    """What a person has to do before anything else."""
    found: Unsettled | None = getattr(user, "unsettled", None)
    return found


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def _to_login(request: HttpRequest) -> HttpResponse:
    if not is_fragment(request):
        return redirect_to_login(request.get_full_path())
    response = HttpResponse(status=401)
    there = safe_next(request, request.headers.get("HX-Current-URL", ""), "/")
    response["HX-Redirect"] = redirect_to_login(there).url
    return response


def page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page of this URL, ``<app>/<function>.html``, or only its partial that ``HX-Target`` names."""
    match = request.resolver_match
    assert match is not None
    name = f"{match.view_name.replace(':', '/')}.html"
    template = (
        _part_of(name, request.headers.get("HX-Target", ""))
        if is_fragment(request)
        else get_template(name)
    )
    response = HttpResponse(template.render(context, request), status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def _part_of(name: str, part: str) -> Any:
    """A partial of a template; one that does not exist is refused like a page that does not."""
    if not part:
        return get_template(name)
    if not part.isidentifier():
        raise Invalid("页面里没有这一部分。")
    try:
        return get_template(f"{name}#{part}")
    except TemplateDoesNotExist as error:
        raise Missing("页面里没有这一部分。") from error


def back(request: HttpRequest, to: str, message: str = "", *, undo: str = "") -> Led:
    """After a write: lead to ``to`` (a URL or URL name) and say there what happened; ``undo`` is posted to."""
    return Led(request, to, message, undo)


def safe_next(request: HttpRequest, url: str, default: str) -> str:
    """``url`` when it stays on this host, else ``default``."""
    secure = request.is_secure()
    fits = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=secure
    )
    return url if fits else default
