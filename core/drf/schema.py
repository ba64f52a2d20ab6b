"""What drf-spectacular cannot know by itself: the error shape and the idempotency header."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error of the API has this shape."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]


IDEMPOTENCY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A repeat with the same key and body answers the same and acts once; kept for 24 hours.",
)


class OfftakeSchema(AutoSchema):
    """Adds the error responses that any operation may give, and the idempotency header on POSTs."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.method == "POST":
            parameters.append(IDEMPOTENCY_HEADER)
        return parameters

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        component = self.resolve_serializer(ErrorSerializer, direction)
        schema = component.ref if component.name else {"type": "object"}
        wanted = {
            "400": "Not valid",
            "401": "Not signed in",
            "403": "Not allowed",
            "404": "Not there",
            "429": "Too often",
        }
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            wanted |= {"409": "The state forbids it", "413": "Too large", "415": "Unsupported media type"}
        for status, description in wanted.items():
            bodies.setdefault(
                status, {"description": description, "content": {"application/json": {"schema": schema}}}
            )
        return bodies
