"""One week of December 2025: what was found on its Wednesday, drafted on its Sunday, issued on the Monday after."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from docx import Document

from chengyun.city.inspections.factories import found
from chengyun.city.inspections.models import Finding
from chengyun.city.inspections.specs import WEEKLY, Checklist
from chengyun.city.people.factories import Cast
from chengyun.kernel import audit, clock, registry
from chengyun.systems.evaluation.models import Bulletin
from chengyun.systems.evaluation.services.bulletins import (
    approve_bulletin,
    draft_bulletin,
    issue_bulletin,
)

WEDNESDAY = datetime(2025, 12, 10, 4, tzinfo=UTC)
SUNDAY = datetime(2025, 12, 14, 6, 30, tzinfo=UTC)
MONDAY = datetime(2025, 12, 15, 1, tzinfo=UTC)
NEXT_WEEK = datetime(2025, 12, 18, 4, tzinfo=UTC)
WEEK = "2025-12-W2"
LABELS = {field.label: field.key for field in registry.get(Checklist, WEEKLY).fields}


def find(cast: Cast, counts: dict[str, int], **changes: Any) -> list[Finding]:
    """Findings of the Wednesday by the words of their fields."""
    with clock.at(WEDNESDAY):
        return [
            found(cast, LABELS[label], **changes)
            for label, count in counts.items()
            for _ in range(count)
        ]


def draft(cast: Cast, week: str = WEEK) -> Bulletin:
    with clock.at(SUNDAY):
        return draft_bulletin(week, by=cast.evaluator)


def issued(cast: Cast) -> Bulletin:
    bulletin = draft(cast)
    with clock.at(MONDAY):
        audit.seal_new()
        approve_bulletin(bulletin, by=cast.evaluator)
        return issue_bulletin(bulletin, by=cast.evaluator)


def words_of(content: bytes) -> list[str]:
    return [p.text for p in Document(io.BytesIO(content)).paragraphs]
