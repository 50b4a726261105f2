"""The bare handler: the same server, bridge, Django and database with one view that keeps one row, no middleware."""

import json
import os
from uuid import uuid4

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

from chengyun.kernel.live.bridge import Bridge, Receive, Scope, Send

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengyun.config.settings")


def insert_row(request: HttpRequest) -> JsonResponse:
    from chengyun.kernel import clock
    from chengyun.kernel.models.machinery import IdempotentAnswer

    body = json.loads(request.body)
    row = IdempotentAnswer(
        actor_id=1, key=uuid4().hex, request_hash="", status=201, body=body, at=clock.now()
    )
    row.save(force_insert=True)
    answer = JsonResponse({"id": row.pk}, status=201)
    answer["Content-Length"] = len(answer.content)
    return answer


urlpatterns = [path("bare", insert_row)]
settings.MIDDLEWARE, settings.ROOT_URLCONF = [], __name__
bridge = Bridge(get_wsgi_application(), threads=4, longest=1_000_000)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        await bridge(scope, receive, send)
        return
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
