"""Refusals: what a door answers when it cannot do what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    field: str
    message: str


class Refusal(Exception):
    """Something was asked that is not done; the message is one clear sentence for the user."""

    status = 400
    code = "refused"

    def __init__(
        self, message: str, *, fields: tuple[FieldError, ...] = (), version: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields
        self.version = version

    def as_dict(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "error": self.code,
            "message": self.message,
            "fields": [{"field": f.field, "message": f.message} for f in self.fields],
        }
        if self.version is not None:
            body["version"] = self.version
        return body


class Invalid(Refusal):
    status = 422
    code = "invalid"


def wrong(field: str, message: str) -> Invalid:
    """What is wrong with one field."""
    return Invalid(message, fields=(FieldError(field, message),))


class Unknown(Refusal):
    """Not logged in, or a token that is not known."""

    status = 401
    code = "unauthenticated"


class NotAllowed(Refusal):
    status = 403
    code = "not_allowed"


class Unsettled(NotAllowed):
    """The person has something to do first; ``page`` is the URL name where it is done."""

    def __init__(self, message: str, *, page: str) -> None:
        super().__init__(message)
        self.page = page


class OtherPerson(NotAllowed):
    """A write that was kept for one person arrives in the name of another."""

    code = "other_person"


class Missing(Refusal):
    status = 404
    code = "missing"


class Conflict(Refusal):
    """Somebody was faster, or the state does not allow the verb."""

    status = 409
    code = "conflict"


class TooLarge(Refusal):
    status = 413
    code = "too_large"


class WrongMedia(Refusal):
    status = 415
    code = "wrong_media"


class TooMany(Refusal):
    status = 429
    code = "too_many"
