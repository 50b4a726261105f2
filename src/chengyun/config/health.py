"""What a watchdog asks: is this process up, and does its database answer?"""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

import chengyun


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, 503 with the same shape while it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database", "version": chengyun.__version__}, status=503)
    return JsonResponse({"status": "ok", "version": chengyun.__version__})
