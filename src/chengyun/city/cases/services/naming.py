"""What a case is called and what it is found by."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from chengyun.city.cases.models import CaseClass
from chengyun.kernel import search, sequences


def next_code(now: datetime) -> str:
    """YYMMDD of the city's day and the running number of that day."""
    day = timezone.localtime(now).strftime("%y%m%d")
    return f"{day}{sequences.take(f'case:{day}'):04d}"


def search_text(code: str, description: str, address: str, case_class: CaseClass | None) -> str:
    """What a case is found by: code whole and in parts, words, address, class and its pinyin initials."""
    names = (case_class.name, case_class.initials) if case_class else ()
    return search.document(code, f"{code[2:6]} {code[6:]}", description, address, *names)
