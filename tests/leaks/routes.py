"""The routes of the project, read from its URL configuration, and asking them as somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from typing import Any

from django.urls import URLPattern, get_resolver

from tests.leaks.world import World
from tests.people import api_of, client_of

SIGN_IN = "/accounts/sign-in/?next="


@dataclass(frozen=True)
class Found:
    """A named route. `methods` is None where the view is a plain function: then GET and POST are tried."""

    name: str
    pattern: str
    methods: frozenset[str] | None

    @property
    def reads(self) -> bool:
        return self.methods is None or "GET" in self.methods

    @property
    def unsafe(self) -> list[str]:
        if self.methods is None:
            return ["POST"]
        return sorted(self.methods & {"POST", "PUT", "PATCH", "DELETE"})


def routes() -> dict[str, Found]:
    """Every route by name; the admin's are one, `admin:*`. Format suffixes lead to the same views."""
    found: dict[str, Found] = {}
    for one in _walk(get_resolver().url_patterns, "", ""):
        known = found.get(one.name)
        if known is not None and known.methods and one.methods:
            one = Found(one.name, known.pattern, known.methods | one.methods)
        found[one.name] = one
    return found


def _walk(patterns: Any, prefix: str, space: str) -> Iterator[Found]:
    for one in patterns:
        where = f"{prefix}{one.pattern}"
        if isinstance(one, URLPattern):
            yield Found(f"{space}{one.name or where}", where, _methods(one.callback))
        elif one.namespace == "admin":
            yield Found("admin:*", where, None)
        else:
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one.url_patterns, where, inner)


def _methods(view: Any) -> frozenset[str] | None:
    if actions := getattr(view, "actions", None):
        return frozenset(name.upper() for name in actions)
    if of_class := getattr(view, "view_class", None):
        names = of_class.http_method_names
        return frozenset(name.upper() for name in names if hasattr(of_class, name)) - {"OPTIONS"}
    return None


@cache
def _client(is_api: bool) -> Any:
    """One of each kind is enough: who asks is a cookie, and each new client loads all middleware."""
    return (api_of if is_api else client_of)(None)


def ask(
    world: World,
    role: str,
    address: str,
    method: str = "GET",
    body: dict[str, Any] | None = None,
    **headers: str,
) -> Any:
    """Ask as somebody, in English; `body` is sent as JSON to the API and as a form to the site."""
    is_api = address.startswith("/api/")
    client = _client(is_api)
    client.cookies = SimpleCookie({"language": "en"})
    if role in world.sessions:
        client.cookies["sessionid"] = world.sessions[role]
    if is_api:
        return client.generic(
            method, address, data=_json(body), content_type="application/json", headers=headers or None
        )
    if method == "POST":
        return client.post(address, data=body or {}, headers=headers or None)
    return client.generic(method, address, headers=headers or None)


def _json(body: dict[str, Any] | None) -> str:
    import json

    return json.dumps(body) if body is not None else ""


def is_refused(response: Any) -> bool:
    """Whether the caller was turned away: not signed in, not allowed, no such thing for them, a link that is over."""
    if response.status_code in {301, 302, 303}:
        return response.headers["Location"].startswith((SIGN_IN, "/admin/login"))
    return response.status_code in {401, 403, 404, 410}


def content_of(response: Any) -> bytes:
    """The whole body; a streamed one is read to its end, which closes its file."""
    return b"".join(response.streaming_content) if response.streaming else response.content
