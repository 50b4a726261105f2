"""What is kept for a while only goes when its time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from chengyun.kernel import clock
from chengyun.kernel.models import IdempotentAnswer
from chengyun.kernel.tidying import tidy_up


@pytest.mark.django_db
def test_old_answers_and_sessions_go_and_young_ones_stay() -> None:
    now = clock.now()
    for days in (1, 8):
        IdempotentAnswer.objects.create(
            actor_id=1,
            key=str(days),
            request_hash="",
            status=201,
            body={},
            at=now - timedelta(days=days),
        )
        Session.objects.create(
            session_key=str(days), session_data="", expire_date=now + timedelta(days=4 - days)
        )
    tidy_up()
    assert [row.key for row in IdempotentAnswer.objects.all()] == ["1"]
    assert [row.session_key for row in Session.objects.all()] == ["1"]
