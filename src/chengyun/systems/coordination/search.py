"""What somebody means who types into the search box."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from chengyun.city.cases import queries as register
from chengyun.city.cases.codes import SHORT, meant
from chengyun.city.cases.models import Case
from chengyun.city.people.models import User
from chengyun.kernel.ui.words import short_code
from chengyun.systems.coordination import lists

WHOLE = re.compile(r"\d{10,12}")
CASES, CLASSES = 6, 3
SHORTEST = 2


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One suggestion: where it leads, what it is and what more there is to know."""

    url: str
    words: str
    more: str
    icon: str


def coded(user: User, words: str) -> list[Case]:
    """The cases a code can mean that this person may open, newest first; a short one leaves the year open."""
    if not (WHOLE.fullmatch(words) or SHORT.fullmatch(words)):
        return []
    return list(register.open_to(user).filter(code__in=meant(words)).order_by("-code"))


def offers(user: User, words: str) -> list[Offer]:
    """What might be meant, the likeliest first."""
    if len(words) < SHORTEST:
        return []
    meant = coded(user, words) or _cases(user, words)
    return [*(_case(case) for case in meant[:CASES]), *_classes(user, words)]


def _cases(user: User, words: str) -> list[Case]:
    """Figures begin a code; anything else is looked for in the words."""
    rows = register.cases_for(user).select_related("case_class")
    if words.isascii() and words.isdigit():
        begun = rows.filter(code__gte=words, code__lt=f"{words}:")
        return list(begun.order_by("-code")[:CASES])
    return list(register.matching(rows, words, newest=lists.NEWEST).order_by("-id")[:CASES])


def _case(case: Case) -> Offer:
    state = lists.stage(case)["label"]
    return Offer(
        url=lists.LINKS.url(case),
        words=f"{short_code(case.code)} {case.title}",
        more=f"{state} · {case.address}",
        icon="file",
    )


def _classes(user: User, words: str) -> list[Offer]:
    wanted = words.lower()
    area = user.standing[0].area if user.standing else ""
    named = [
        c for c in register.classes_for(area) if wanted in c.name or c.initials.startswith(wanted)
    ]
    return [
        Offer(
            url=f"{reverse('coordination:cases')}?{urlencode({'q': c.name})}",
            words=c.name,
            more=f"{c.get_kind_display()} · {c.major}",
            icon="tag",
        )
        for c in named[:CLASSES]
    ]
