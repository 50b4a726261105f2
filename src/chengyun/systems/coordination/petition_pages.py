"""信访: the list of petitions, with those that came in numbers, again, or of weight."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chengyun.city.people.queries import person_of
from chengyun.kernel.listings import listed
from chengyun.kernel.pages import door, page
from chengyun.systems.coordination.petition_view import PETITIONS


@door(may="petition.view")
def petitions(request: HttpRequest) -> HttpResponse:
    """Every petition of this person's part of the city, newest first."""
    takes = person_of(request).may("petition.take")
    there = f"{reverse('coordination:new')}?type=petition"
    none = ("还没有信访件。", there, "登记信访件") if takes else None
    return page(request, takes=takes, **listed(request, PETITIONS, none=none))
