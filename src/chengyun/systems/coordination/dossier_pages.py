"""The case file on the page and as a Word document; whoever calls it up is recorded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from chengyun.city.cases import queries as register
from chengyun.city.cases.services.dossiers import note_dossier
from chengyun.city.people.queries import person_of
from chengyun.kernel.pages import door, page
from chengyun.systems.coordination.dossier import Dossier, dossier_of
from chengyun.systems.coordination.dossier_word import MEDIA_TYPE, word_file


@door(may="case.view")
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """The whole file of a case on one page, ready to be printed."""
    return page(request, file=_called_up(request, code, "page"))


@door(may="case.view")
def dossier_word(request: HttpRequest, code: str) -> HttpResponse:
    """The same file as a Word document."""
    file = _called_up(request, code, "word")
    answer = HttpResponse(word_file(file), content_type=MEDIA_TYPE)
    name = content_disposition_header(True, f"{file.title} {file.case.title}.docx")
    answer["Content-Disposition"] = name or "attachment"
    return answer


def _called_up(request: HttpRequest, code: str, form: str) -> Dossier:
    user = person_of(request)
    case = register.case_for(user, code)
    file = dossier_of(user, case)
    note_dossier(case, form, clear=bool(file.named), by=user)
    return file
