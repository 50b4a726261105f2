"""People of the tests without any table: a header says who comes and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse


@dataclass
class Someone:
    """A person with these permissions."""

    permissions: tuple[str, ...]
    pk: int = 1
    name: str = "赵文静"
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def standing(self) -> list[Any]:
        return [SimpleNamespace(role=SimpleNamespace(label="派遣员"))]

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class WalkIn:
    """``X-May: a b`` comes with permissions a and b; without the header nobody is logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-May")
        person = AnonymousUser() if given is None else Someone(tuple(given.split()))
        request.user = cast(Any, person)
        return self.get_response(request)
