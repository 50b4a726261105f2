"""One name, several places: a URL, its function and its template are called the same."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from chengyun.city.people.factories import Cast
from chengyun.city.people.models import User

Page = tuple[str, URLPattern]


def _pages(resolver: URLResolver, namespace: str = "") -> Iterator[Page]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "api":
                yield from _pages(entry, entry.namespace or namespace)
        elif namespace:
            yield namespace, entry


PAGES = sorted(_pages(get_resolver()), key=lambda page: (page[0], str(page[1].name)))
NAMES = [f"{namespace}:{pattern.name}" for namespace, pattern in PAGES]
every_page = pytest.mark.parametrize(("namespace", "pattern"), PAGES, ids=NAMES)


def _view(pattern: URLPattern) -> Callable[..., HttpResponse]:
    view: Any = pattern.callback
    unwrapped: Callable[..., HttpResponse] = inspect.unwrap(view)
    return unwrapped


@every_page
def test_url_and_function_have_one_name(namespace: str, pattern: URLPattern) -> None:
    assert pattern.name == _view(pattern).__name__


@every_page
def test_the_function_says_what_the_page_is(namespace: str, pattern: URLPattern) -> None:
    assert inspect.getdoc(_view(pattern))


@every_page
def test_the_door_says_who_may_enter(namespace: str, pattern: URLPattern) -> None:
    assert hasattr(pattern.callback, "may"), "a page stands behind @door"


@every_page
def test_a_page_has_a_template_of_its_name(namespace: str, pattern: URLPattern) -> None:
    if "return page(" in inspect.getsource(_view(pattern)):
        get_template(f"{namespace}/{pattern.name}.html")


@pytest.mark.django_db
@every_page
def test_a_stranger_is_led_to_the_login(namespace: str, pattern: URLPattern) -> None:
    if getattr(pattern.callback, "public", False) or pattern.pattern.regex.groups:
        return
    answer = Client().get(reverse(f"{namespace}:{pattern.name}"))
    assert answer.status_code in (302, 405)
    if answer.status_code == 302:
        assert answer["Location"].startswith(reverse("people:login"))


def _visitable(pattern: URLPattern) -> bool:
    """A page that needs no argument, stands behind a door, and answers a plain visit."""
    return bool(getattr(pattern.callback, "may", "")) and not pattern.pattern.regex.groups


VISITABLE = [page for page in PAGES if _visitable(page[1])]
every_visitable = pytest.mark.parametrize(
    ("namespace", "pattern"), VISITABLE, ids=[f"{n}:{p.name}" for n, p in VISITABLE]
)


def _people(cast: Cast) -> list[User]:
    return [value for value in vars(cast).values() if isinstance(value, User)]


@every_visitable
def test_a_page_loads_for_its_role_with_one_heading(
    cast: Cast, namespace: str, pattern: URLPattern
) -> None:
    permission: str = getattr(pattern.callback, "may")  # noqa: B009
    holder = next((user for user in _people(cast) if user.may(permission)), None)
    assert holder is not None, f"nobody of the cast may {permission}"
    client = Client()
    client.force_login(holder)
    answer = client.get(reverse(f"{namespace}:{pattern.name}"))
    if answer.status_code == 405:
        return
    assert answer.status_code in (200, 302)
    if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
        body = b"".join(answer) if answer.streaming else answer.content
        assert len(re.findall(rb"<h1[ >]", body)) == 1


@every_visitable
def test_a_page_refuses_a_citizen(cast: Cast, namespace: str, pattern: URLPattern) -> None:
    permission: str = getattr(pattern.callback, "may")  # noqa: B009
    if cast.charlie.may(permission):
        return
    client = Client()
    client.force_login(cast.charlie)
    assert client.get(reverse(f"{namespace}:{pattern.name}")).status_code in (403, 405)


def test_no_name_is_used_twice() -> None:
    assert len(set(NAMES)) == len(NAMES)
