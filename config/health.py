"""`/healthz`: whether the database and Valkey answer. Tells no more than that."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    checks = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = "ok"
    except Exception:  # whatever is wrong, the answer is that it is
        checks["database"] = "down"
    try:
        cache.set("healthz", "1", 5)
        checks["queue"] = "ok"
    except Exception:
        checks["queue"] = "down"
    healthy = set(checks.values()) == {"ok"}
    return JsonResponse({"status": "ok" if healthy else "down", **checks}, status=200 if healthy else 503)
