"""The way to the city on a bad day: requests that never leave, answers that are lost, and requests that arrive twice.

Whoever writes keeps the key of what was written and sends it again, as the phone does.
"""

from __future__ import annotations

import http.client
import random
from collections import Counter
from collections.abc import Mapping

from chengyun.demo.drive.door import Answer, Failed, Line

LOST, UNANSWERED, DOUBLED = "never left the phone", "answer lost", "sent twice"
TRIES = 5


class BadLine(Line):
    """One connection; of the writes that carry a key, some meet with an accident."""

    def __init__(self, url: str, rng: random.Random, share: float, happened: Counter[str]) -> None:
        super().__init__(url)
        self.rng = rng
        self.share = share
        self.happened = happened

    def send(self, method: str, path: str, body: bytes | None, head: Mapping[str, str]) -> Answer:
        if "Idempotency-Key" not in head or self.rng.random() >= self.share:
            return super().send(method, path, body, head)
        accident = self.rng.choice((LOST, UNANSWERED, DOUBLED))
        self.happened[accident] += 1
        if accident == UNANSWERED:
            self._leave(method, path, body, head)
        first = self._again(method, path, body, head)
        if accident == DOUBLED:
            second = super().send(method, path, body, head)
            if (second.status, second.body) != (first.status, first.body):
                raise Failed(f"{path} answered {first.status}, then {second.status}")
        return first

    def _leave(self, method: str, path: str, body: bytes | None, head: Mapping[str, str]) -> None:
        """Send everything and hang up without hearing the answer."""
        away = http.client.HTTPConnection(self.address, timeout=10)
        away.request(method, path, body, dict(head))
        away.close()

    def _again(self, method: str, path: str, body: bytes | None, head: Mapping[str, str]) -> Answer:
        """The first try that is answered; the city may still be busy with the one we left."""
        for _ in range(TRIES):
            answer = super().send(method, path, body, head)
            if answer.status < 500:
                return answer
        return answer
