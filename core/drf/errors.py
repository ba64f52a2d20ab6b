"""One shape for every error of the API: `{"code", "detail", "fields"}`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler
from rest_framework.views import set_rollback

from core.errors import DomainError, from_validation

# Deadlock, serialisation failure, exclusion violation: somebody else was quicker, the request may be repeated.
RETRYABLE = {"40P01", "40001", "23P01"}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, extended by `DomainError`, Django's `ValidationError` and database races."""
    if isinstance(exc, ValidationError):
        exc = from_validation(exc)
    if isinstance(exc, DomainError):
        set_rollback()
        return _reply(exc.status, exc.code, exc.message, exc.fields)
    if isinstance(exc, IntegrityError | OperationalError):
        code = getattr(exc.__cause__, "sqlstate", None)
        if isinstance(exc, IntegrityError) or code in RETRYABLE:
            set_rollback()
            return _reply(409, "conflict", _("Somebody else was quicker. Please look again and repeat."))
        return None
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response = drf_handler(exc, context)
    if response is None or not isinstance(exc, exceptions.APIException):
        return response
    if isinstance(exc, exceptions.ValidationError):
        fields = _by_field(exc.detail)
        response.data = {"code": "invalid", "detail": _first(fields), "fields": fields}
    else:
        code = exc.get_codes()
        response.data = {
            "code": code if isinstance(code, str) else "error",
            "detail": str(exc.detail),
            "fields": {},
        }
    return response


def _reply(code_http: int, code: str, detail: str, fields: dict[str, list[str]] | None = None) -> Response:
    return Response({"code": code, "detail": detail, "fields": fields or {}}, status=code_http)


def _by_field(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested error detail to `{"lines.0.unit": ["..."]}`."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for name, value in detail.items():
            flat |= _by_field(value, f"{prefix}.{name}" if prefix else str(name))
        return flat
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        flat = {}
        for index, item in enumerate(detail):
            if item:
                flat |= _by_field(item, f"{prefix}.{index}" if prefix else str(index))
        return flat
    texts = detail if isinstance(detail, list) else [detail]
    return {prefix or "non_field_errors": [str(text) for text in texts]}


def _first(fields: dict[str, list[str]]) -> str:
    for name, texts in fields.items():
        if texts:
            return texts[0] if name == "non_field_errors" else f"{name}: {texts[0]}"
    return _("The request is not valid.")
