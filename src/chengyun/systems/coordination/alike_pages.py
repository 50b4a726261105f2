"""While a case is written down: what may have been reported already."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from chengyun.city.cases.similarity import similar_to
from chengyun.city.cases.specs import CaseType
from chengyun.city.people.queries import person_of
from chengyun.kernel import registry
from chengyun.kernel.pages import door, page
from chengyun.systems.coordination import alike


@require_POST
@door(may="case.report")
def similar(request: HttpRequest) -> HttpResponse:
    """Similar cases for a form that is being filled in. Reads only; posted to keep the words out of the URL."""
    user = person_of(request)
    asked = request.GET.get("type", "")
    kind = asked if registry.has(CaseType, asked) else "standard"
    report = alike.report_from(request, kind)
    found = alike.cards(similar_to(user, report)) if report else []
    reach = alike.reach_of(report.area) if report else ""
    return page(request, similar=found, reach=reach)
