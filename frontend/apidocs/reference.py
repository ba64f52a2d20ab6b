"""The API's reference, read out of the OpenAPI schema: what the docs page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
DEPTH = 2  # fields of fields are listed this deep


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or one field of a body."""

    name: str
    type: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    status: str
    description: str
    type: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    body_types: list[str]
    replies: list[Reply]
    needs_token: bool


@dataclass(slots=True)
class Group:
    name: str
    operations: list[Operation] = field(default_factory=list)


def reference() -> list[Group]:
    """The operations by area, in the active language."""
    return _reference(get_language() or "vi")


@cache
def _reference(_language: str) -> list[Group]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return read(schema)


def read(schema: Mapping[str, Any]) -> list[Group]:
    """Groups of operations in the order of the schema's paths."""
    groups: dict[str, Group] = {}
    for path, item in schema.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                name = (item[method].get("tags") or ["other"])[0]
                group = groups.setdefault(name, Group(name))
                group.operations.append(_operation(schema, path, method, item[method]))
    return sorted(groups.values(), key=lambda group: group.name)


def _operation(schema: Mapping[str, Any], path: str, method: str, found: Mapping[str, Any]) -> Operation:
    content = found.get("requestBody", {}).get("content", {})
    body = _schema_of(content)
    security = found.get("security", [{"token": []}])
    return Operation(
        id=found.get("operationId", f"{method}-{path}"),
        method=method.upper(),
        path=path,
        summary=found.get("summary", ""),
        description=found.get("description", ""),
        parameters=[
            Field(
                name=one["name"],
                type=_type(schema, one.get("schema", {})),
                required=bool(one.get("required")),
                description=one.get("description", ""),
                place=one["in"],
            )
            for one in found.get("parameters", [])
        ],
        body=_fields(schema, body),
        body_types=list(content),
        replies=[_reply(schema, status, one) for status, one in found.get("responses", {}).items()],
        needs_token=bool(security) and {} not in security,
    )


def _reply(schema: Mapping[str, Any], status: str, found: Mapping[str, Any]) -> Reply:
    first = _schema_of(found.get("content", {}))
    return Reply(str(status), found.get("description", ""), _type(schema, first) if first else "")


def _schema_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the first media type; empty where there is none."""
    for media in content.values():
        found: Mapping[str, Any] = media.get("schema", {})
        return found
    return {}


def _resolve(schema: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in found:
        target: Any = schema
        for part in found["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return _resolve(schema, target)
    if len(found.get("allOf", [])) == 1:
        return _resolve(schema, found["allOf"][0])
    return found


def _fields(
    schema: Mapping[str, Any], found: Mapping[str, Any], depth: int = 1, prefix: str = ""
) -> list[Field]:
    resolved = _resolve(schema, found)
    if resolved.get("type") == "array":
        return _fields(schema, resolved.get("items", {}), depth, f"{prefix}[].")
    rows: list[Field] = []
    required = set(resolved.get("required", []))
    for name, one in resolved.get("properties", {}).items():
        if one.get("readOnly"):
            continue
        rows.append(
            Field(f"{prefix}{name}", _type(schema, one), name in required, one.get("description", ""))
        )
        inner = _resolve(schema, one)
        many = inner.get("type") == "array"
        target = _resolve(schema, inner.get("items", {})) if many else inner
        if depth < DEPTH and target.get("properties"):
            rows += _fields(schema, target, depth + 1, f"{prefix}{name}{'[]' if many else ''}.")
    return rows


def _type(schema: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """ "string (uuid)", "array of ProductList", "one of vi, en"."""
    if "$ref" in found:
        inner = _resolve(schema, found)
        return _type(schema, inner) if "enum" in inner else found["$ref"].rpartition("/")[2]
    choices = found.get("oneOf") or found.get("anyOf") or found.get("allOf")
    if choices:
        names = [_type(schema, one) for one in choices if one.get("type") != "null"]
        return " | ".join(name for name in names if name != "one of ")
    if found.get("enum"):
        return "one of " + ", ".join(str(value) for value in found["enum"] if value not in ("", None))
    kind = found.get("type", "any")
    if isinstance(kind, list):
        kind = " | ".join(kind)
    if kind == "array":
        return f"array of {_type(schema, found.get('items', {}))}"
    return f"{kind} ({found['format']})" if found.get("format") else str(kind)
