"""Pytest plugin: real PostgreSQL and Valkey, a real Celery worker, headless Chromium.

`tests/conftest.py` loads it.  A test that uses the database (or asks for `services`) starts the
embedded servers in `var/test`; the last pytest process out stops them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import embedded

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
HOW_TO_GET_CHROMIUM = (
    "install Chromium (Debian, Ubuntu: `apt-get install chromium`), "
    "or `.venv/bin/python -m playwright install chromium`"
)


# -- services ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def services() -> None:
    """PostgreSQL and Valkey run from here to the end of the session."""
    embedded.ensure()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(services: None, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for this before it creates the test database."""


@pytest.fixture(autouse=True)
def empty_cache(request: pytest.FixtureRequest) -> None:
    """Throttle counts and cached answers of one test must not reach the next."""
    uses_database = request.node.get_closest_marker("django_db") is not None or bool(
        {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    )
    if uses_database:
        request.getfixturevalue("services")
        from django.core.cache import cache

        cache.clear()


def pytest_unconfigure() -> None:
    """Workers of pytest-xdist end without Python's exit handlers."""
    embedded.release()


# -- a Celery worker --------------------------------------------------------------------------------------


@pytest.fixture
def celery_worker_process(transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """A real `celery worker` on the test's database, ready when the test begins; stopped after it.

    It sees committed rows only: the test is a transactional one by this fixture.
    """
    process = start_celery_worker()
    try:
        yield process
    finally:
        stop_process(process)


def start_celery_worker(*arguments: str, seconds: float = 60) -> subprocess.Popen[bytes]:
    """Start `celery worker` for all queues and wait until it takes tasks. The caller stops it."""
    from django.conf import settings
    from django.db import connection

    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "OFFTAKE_TEST_DATABASE": str(connection.settings_dict["NAME"]),
    }
    name = f"test{os.getpid()}@localhost"
    log = Path(settings.MEDIA_ROOT).parent.parent / f"celery-{os.getpid()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "celery",
                    "-A",
                    "config",
                    "worker",
                    "-n",
                    name,
                    "-Q",
                    "default,ranking,mail",
                ),
                *("--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle"),
                *arguments,
            ],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + seconds
    while b" ready." not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            stop_process(process)
            raise RuntimeError(f"The Celery worker did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.05)
    return process


def stop_process(process: subprocess.Popen[Any], seconds: float = 20) -> None:
    """End a process that a test started: asked first, then killed."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# -- Chromium ---------------------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome on this machine, Playwright's own included; None when there is none."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    folders = [Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")]
    for folder in folders:
        for pattern in (
            "chromium-*/chrome-linux*/chrome",
            "chromium_headless_shell-*/chrome-*/*headless[-_]shell",
        ):
            if matches := sorted(folder.glob(pattern)):
                return str(matches[-1])
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium (playwright.sync_api.Browser); skips where there is none, fails with REQUIRE_BROWSER=1."""
    from playwright.sync_api import sync_playwright

    program = find_chromium()
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER=1, but no Chromium is found: {HOW_TO_GET_CHROMIUM}")
        pytest.skip(f"no Chromium: {HOW_TO_GET_CHROMIUM}")
    # Playwright's loop runs in this thread; Django would take ours for an asynchronous program.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
            try:
                yield chromium
            finally:
                chromium.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Any, live_server: Any) -> Iterator[Any]:
    """A page of a fresh, signed-out browser context at 1280 px whose relative addresses are the live server's."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="vi-VN"
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(r.longrepr)]
    if skipped:
        terminalreporter.section("browser tests not run", yellow=True)
        terminalreporter.write_line(
            f"{len(skipped)} browser tests were NOT run, because no Chromium was found. "
            f"To run them: {HOW_TO_GET_CHROMIUM}. "
            "REQUIRE_BROWSER=1 makes this a failure."
        )
