"""The search box: a code leads to its case, words to the list, and what one might mean is offered while typing."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from chengyun.city.people.queries import person_of
from chengyun.kernel.pages import door, page
from chengyun.systems.coordination import lists, search


@door(may="case.view")
def find(request: HttpRequest) -> HttpResponse:
    """Where a search leads: to the one case whose code it is, whatever is filtered, else to the list."""
    words = request.GET.get("q", "").strip()[:100]
    meant = search.coded(person_of(request), words)
    if len(meant) == 1:
        return redirect(lists.LINKS.url(meant[0]))
    query = f"?{urlencode({'q': words})}" if words else ""
    return redirect(f"{reverse('coordination:cases')}{query}")


@door(may="case.view")
def suggest(request: HttpRequest) -> HttpResponse:
    """What might be meant: cases by their code or words, classes by name and pinyin initials."""
    words = request.GET.get("q", "").strip()[:100]
    return page(request, words=words, offers=search.offers(person_of(request), words))
