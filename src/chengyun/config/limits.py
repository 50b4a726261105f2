"""Refuse a body that is too large before any of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from chengyun.kernel.errors import TooLarge
from chengyun.kernel.refusals import refused


class BodyLimitMiddleware:
    """Stands behind those who know the user and the language, before the first who reads a form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _announced(request) <= settings.BODY_LIMIT:
            return self.get_response(request)
        most = settings.BODY_LIMIT // settings.MEGABYTE
        response = refused(
            request, TooLarge(f"上传内容过大：一次最多 {most} MB，请压缩或分批上传。")
        )
        response["Connection"] = "close"
        return response


def _announced(request: HttpRequest) -> int:
    value = request.META.get("CONTENT_LENGTH") or "0"
    return int(value) if value.isdigit() else 0
