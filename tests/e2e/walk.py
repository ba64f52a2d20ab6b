"""What every walk through the site does: sign in, watch what goes wrong, measure, and ask axe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from companies.models import User

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


@dataclass
class Watch:
    """Everything that a page did wrong: console errors, script errors, requests that left the site."""

    host: str
    faults: list[str] = field(default_factory=list)

    def attach(self, page: Any) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != self.host:
            self.faults.append(f"another host: {request.url}")


@contextmanager
def visit(
    browser: Any,
    live_server: Any,
    user: User | None = None,
    *,
    language: str = "vi",
    viewport: dict[str, int] | None = None,
    **options: Any,
) -> Iterator[tuple[Any, Watch]]:
    """A fresh browser, signed in as the person (nobody: a visitor); fails when a page did anything wrong."""
    context = browser.new_context(
        base_url=live_server.url, viewport=viewport or DESKTOP, locale="vi-VN", **options
    )
    context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    if user is not None:
        client = Client()
        client.force_login(user, backend="companies.auth.EmailOrPhoneBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
    watch = Watch(urlsplit(live_server.url).netloc)
    context.on("page", watch.attach)
    page = context.new_page()
    page.set_default_timeout(30_000)
    try:
        yield page, watch
    finally:
        context.close()
    assert watch.faults == []


def open_page(page: Any, address: str) -> int:
    """Go there, wait until fonts and what htmx fetches at once have come; the status."""
    reply = page.goto(address, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => true)")
    settle(page)
    return int(reply.status)


def settle(page: Any) -> None:
    """Wait until htmx has nothing under way."""
    page.locator(".htmx-request").first.wait_for(state="detached")


def axe_faults(page: Any) -> list[str]:
    """What axe-core finds, one line a kind."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]


def sideways(page: Any) -> int:
    """How many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def untranslated(page: Any) -> list[str]:
    """Template marks that reached the reader."""
    text = page.inner_text("body")
    return [mark for mark in ("{{", "{%", "None,", "%(", "&lt;", "&amp;") if mark in text]


@contextmanager
def weighing(page: Any) -> Iterator[list[float]]:
    """The bytes over the wire while the block runs, headers included."""
    weights: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    yield weights
    session.detach()
