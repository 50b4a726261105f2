"""The token door."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from ninja import Field, Router, Schema

from chengyun.city.people.services.logins import check_login
from chengyun.city.people.services.tokens import issue_token
from chengyun.city.people.services.users import area_of
from chengyun.kernel.api import problems
from chengyun.kernel.params import settings_of

router = Router(tags=["people"])


class Credentials(Schema):
    username: str = Field(max_length=60)
    password: str = Field(max_length=128)


class Token(Schema):
    token: str
    expires_at: datetime


@router.post("/token", response={200: Token, **problems(429)}, auth=None, summary="换取令牌")
def token(request: HttpRequest, credentials: Credentials) -> Token:
    """Exchange a user name and password for a bearer token."""
    user = check_login(credentials.username, credentials.password, door="api")
    hours = settings_of(area_of(user))["login.token_hours"]
    raw, issued = issue_token(user, "密码登录", timedelta(hours=hours), by=user)
    return Token(token=raw, expires_at=issued.expires_at)
