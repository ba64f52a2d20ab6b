"""`Idempotency-Key` on POST: the first request acts, a repeat gets the same answer, a changed body is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import IdempotentReply

KEPT = timedelta(hours=24)


class IdempotencyMiddleware:
    """Works on `/api/` POSTs that carry the header, whatever view answers.

    The reply is stored in the same transaction as the act: after a crash either both are there or neither is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or not request.path.startswith("/api/"):
            return self.get_response(request)
        if len(key) > 200:
            return _error(400, "invalid", _("The idempotency key is longer than 200 characters."))
        scope = _scope(request)
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            reply, _created = IdempotentReply.objects.get_or_create(
                scope=scope, key=key, defaults={"fingerprint": fingerprint}
            )
            # The row lock makes parallel repeats wait for the first.
            reply = IdempotentReply.objects.select_for_update().get(pk=reply.pk)
            if reply.created_at < timezone.now() - KEPT:
                reply.fingerprint, reply.status, reply.body, reply.created_at = (
                    fingerprint,
                    None,
                    None,
                    timezone.now(),
                )
            if reply.fingerprint != fingerprint:
                return _error(
                    409, "idempotency-key-reused", _("This idempotency key was used for another request.")
                )
            if reply.status is not None:
                return JsonResponse(
                    reply.body, status=reply.status, safe=False, headers={"Idempotent-Replay": "true"}
                )
            response = self.get_response(request)
            if 200 <= response.status_code < 300 and not getattr(response, "streaming", False):
                reply.status = response.status_code
                reply.body = json.loads(response.content) if response.content else None
                reply.save()
            else:
                # Nothing was done: the same key may be tried again. Handlers roll their own writes back.
                reply.delete()
            return response


def _scope(request: HttpRequest) -> str:
    """Who asks: a hash of the credentials, so that keys of different callers never meet and no secret is stored."""
    credentials = (
        request.headers.get("Authorization")
        or request.COOKIES.get("sessionid")
        or request.META["REMOTE_ADDR"]
    )
    return hashlib.sha256(credentials.encode()).hexdigest()


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(request.body)
    return digest.hexdigest()


def _error(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail, "fields": {}}, status=status)
