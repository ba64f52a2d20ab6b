"""`Idempotency-Key` on POST: the first request acts, a repeat gets the same answer, a changed body is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from psycopg.pq import TransactionStatus
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.settings import api_settings

from core.errors import DomainError
from core.models import IdempotentReply

KEPT = timedelta(hours=24)
# Signing in counts every try, also those that fail, and answers with secrets: it is never repeated from memory.
NEVER = ("/api/v1/auth/",)


class IdempotencyMiddleware:
    """Works on `/api/` POSTs of known callers that carry the header, whatever view answers.

    The reply is stored in the same transaction as the act: after a crash either both are there or neither is. Who
    calls is established before anything is replayed, so that a revoked token or membership gets nothing from memory;
    strangers have no memory. An answer marked `no-store` (it holds a secret) is not kept: a repeat is told so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or not request.path.startswith("/api/"):
            return self.get_response(request)
        if request.path.startswith(NEVER):
            return self.get_response(request)
        if len(key) > 200 or "\0" in key:
            return _error(400, "invalid", _("The idempotency key is longer than 200 characters."))
        fingerprint = _fingerprint(request)
        scope = _scope(request)
        if scope is None:
            return self.get_response(request)
        with transaction.atomic():
            # Parallel repeats wait here for the first: on the unique index, then on the row's lock.
            IdempotentReply.objects.filter(
                scope=scope, key=key, created_at__lt=timezone.now() - KEPT
            ).delete()
            reply = None
            while reply is None:
                IdempotentReply.objects.get_or_create(
                    scope=scope, key=key, defaults={"fingerprint": fingerprint}
                )
                reply = IdempotentReply.objects.select_for_update().filter(scope=scope, key=key).first()
            if reply.fingerprint != fingerprint:
                return _error(
                    409, "idempotency-key-reused", _("This idempotency key was used for another request.")
                )
            if reply.status is not None:
                return _replay(reply)
            return self._act(request, reply)

    def _act(self, request: HttpRequest, reply: IdempotentReply) -> HttpResponse:
        """Let the view answer. What succeeded is remembered; what failed leaves nothing, and may be tried again."""
        point = transaction.savepoint()
        response = self.get_response(request)
        if response.status_code >= 500 or _transaction_failed():
            transaction.savepoint_rollback(point)
            transaction.set_rollback(False)
        else:
            transaction.savepoint_commit(point)
        if 200 <= response.status_code < 300 and not getattr(response, "streaming", False):
            reply.status = response.status_code
            reply.body = _kept_body(response)
            reply.save()
        else:
            reply.delete()
        return response


def forget_replies(*, before: timedelta = KEPT) -> int:
    """Remove replies that are too old to be repeated; returns how many."""
    return IdempotentReply.objects.filter(created_at__lt=timezone.now() - before).delete()[0]


def _scope(request: HttpRequest) -> str | None:
    """Who asks, established as the API's views do: person, token and membership; None for strangers."""
    authenticators = [_made(item) for item in api_settings.DEFAULT_AUTHENTICATION_CLASSES]
    parsers = [_made(item) for item in api_settings.DEFAULT_PARSER_CLASSES]
    asked = Request(request, authenticators=authenticators, parsers=parsers)
    try:
        user, auth = asked.user, asked.auth
        if not user.is_authenticated:
            return None
        membership = getattr(request, "membership", None)
        acting = membership.pk if membership else ""
    except (exceptions.APIException, DomainError):
        return None  # the view refuses it in its own words
    token = getattr(auth, "pk", "")
    return f"{user.pk}:{hashlib.sha256(f'{token}|{acting}'.encode()).hexdigest()[:40]}"


def _made(item: Any) -> Any:
    return (import_string(item) if isinstance(item, str) else item)()


def _fingerprint(request: HttpRequest) -> str:
    """Method, address, acting company and content. Uploads are read in pieces, not held in memory."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(f"{request.headers.get('X-Company', '')}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            digest.update(json.dumps([name, values]).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(json.dumps([name, file.name, file.size]).encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()


def _kept_body(response: HttpResponse) -> Any:
    """The answer as it will be repeated: `{"body": ...}`; without it for secrets and what is not JSON."""
    if "no-store" in response.headers.get("Cache-Control", ""):
        return {}
    if not response.content:
        return {"body": None}
    if response.headers.get("Content-Type", "").partition(";")[0] != "application/json":
        return {}
    return {"body": json.loads(response.content)}


def _replay(reply: IdempotentReply) -> HttpResponse:
    kept: dict[str, Any] = reply.body or {}
    if "body" not in kept:
        return _error(409, "already-done", _("This was done already. Its answer is shown only once."))
    headers = {"Idempotent-Replay": "true"}
    if kept["body"] is None:
        return HttpResponse(status=reply.status, headers=headers)
    return JsonResponse(kept["body"], status=reply.status, safe=False, headers=headers)


def _transaction_failed() -> bool:
    """Whether the view met a database error: PostgreSQL then refuses all until the savepoint."""
    if connection.needs_rollback:
        return True
    return bool(connection.connection.info.transaction_status == TransactionStatus.INERROR)


def _error(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail, "fields": {}}, status=status)
