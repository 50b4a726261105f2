"""The API as a program calls it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from chengyun.city.people.models import User
from chengyun.city.people.services.tokens import issue_token


def call(user: User, method: str, path: str, body: Any = None, media: str = "") -> Any:
    """With a token of its user; a body is JSON unless ``media`` says otherwise."""
    raw, _ = issue_token(user, "试验", timedelta(days=1), by=None)
    client = Client(raise_request_exception=False)
    head = {"Authorization": f"Bearer {raw}"}
    if method == "get":
        return client.get(f"/api/v1{path}", headers=head)
    return client.post(f"/api/v1{path}", body or {}, media or "application/json", headers=head)
