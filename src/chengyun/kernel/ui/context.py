"""The frame around every page: who is here, what waits for them, and where they may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from chengyun.kernel import clock, registry
from chengyun.kernel.installation import installation
from chengyun.kernel.specs import Queue, System, Tab
from chengyun.kernel.ui.specs import Landmark

CHOICES = {
    "theme": ("auto", "light", "dark"),
    "density": ("normal", "compact", "tall"),
    "keys": ("on", "off"),
}
"""What a person may choose for this browser; the first is the default."""
QUEUES_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the side bar, one tab or one button of the frame."""

    key: str
    label: str
    url: str
    icon: str = ""
    total: int | None = None
    late: int = 0
    current: bool = False
    suggest: str = ""


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What ``ui/base.html`` draws."""

    city: str
    demo: bool
    queues: list[Entry]
    systems: list[Entry]
    tabs: list[Entry]
    landmarks: dict[str, Entry]

    @property
    def now(self) -> datetime:
        return clock.now()

    @property
    def system(self) -> Entry | None:
        return next((entry for entry in self.systems if entry.current), None)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; nothing is read before a template asks for ``shell``."""
    return {
        **{name: _chosen(request, name) for name in CHOICES},
        "live": _live(request),
        "shell": SimpleLazyObject(lambda: _shell(request)),
    }


def _live(request: HttpRequest) -> int:
    """The moment this page was asked for, in milliseconds, where open pages hear of changes; 0 where they do not."""
    began: datetime | None = request.META.get("chengyun.began")
    known = began is not None and getattr(request, "user", None) and request.user.is_authenticated
    return int(began.timestamp() * 1000) if began and known else 0


def _chosen(request: HttpRequest, name: str) -> str:
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name] else CHOICES[name][0]


def _shell(request: HttpRequest) -> Shell:
    city = installation()
    user: Any = request.user
    known = user.is_authenticated
    return Shell(
        city=city.name if city else "",
        demo=city.demo if city else False,
        queues=_queues(request, user) if known else [],
        systems=_systems(request, user) if known else [],
        tabs=_tabs(request, user) if known else [],
        landmarks=_landmarks(request, user) if known else {},
    )


def _here(request: HttpRequest) -> tuple[str, str]:
    """The system and the URL name of this page; error pages have neither."""
    match = request.resolver_match
    return (match.namespace.split(":")[0], match.view_name) if match else ("", "")


def _queues(request: HttpRequest, user: Any) -> list[Entry]:
    """Every queue in which work waits, and empty ones as long as there is room."""
    every = [_queue(request, user, q) for q in registry.all_of(Queue) if user.may(q.may)]
    room = max(0, QUEUES_SHOWN - sum(1 for entry in every if entry.total))
    empty = [entry.key for entry in every if not entry.total][:room]
    return [entry for entry in every if entry.total or entry.key in empty]


def _queue(request: HttpRequest, user: Any, queue: Queue) -> Entry:
    total, late = queue.count(user)
    query = f"?{queue.query}" if queue.query else ""
    url = reverse(queue.url) + query
    current = request.path == reverse(queue.url) and (
        not queue.query or queue.query in request.META["QUERY_STRING"]
    )
    return Entry(
        key=queue.key,
        label=queue.label,
        url=url,
        icon=queue.icon,
        total=total,
        late=late,
        current=current,
    )


def _systems(request: HttpRequest, user: Any) -> list[Entry]:
    here, _ = _here(request)
    return [
        Entry(key=s.key, label=s.label, url=reverse(s.home), icon=s.icon, current=s.key == here)
        for s in registry.all_of(System)
        if user.may(s.may)
    ]


def _tabs(request: HttpRequest, user: Any) -> list[Entry]:
    """The tabs of this system; current is the one whose page this is, or lies under."""
    system, _ = _here(request)
    shown = [
        (tab, reverse(tab.url))
        for tab in registry.all_of(Tab)
        if tab.system == system and user.may(tab.may)
    ]
    above = [url for _, url in shown if request.path.startswith(url)]
    here = max(above, key=len, default="")
    return [Entry(key=tab.key, label=tab.label, url=url, current=url == here) for tab, url in shown]


def _landmarks(request: HttpRequest, user: Any) -> dict[str, Entry]:
    _, name = _here(request)
    return {
        mark.key: Entry(
            key=mark.key,
            label=mark.label,
            url=reverse(mark.url),
            total=mark.count(user) if mark.count else None,
            current=mark.url == name,
            suggest=reverse(mark.suggest) if mark.suggest else "",
        )
        for mark in registry.all_of(Landmark)
        if not mark.may or user.may(mark.may)
    }
