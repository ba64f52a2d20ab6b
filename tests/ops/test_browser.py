import pytest

from tests import services


@pytest.mark.browser
def test_browser_reaches_the_live_server(page, live_server):
    answer = page.goto("/healthz")
    assert (answer.status, answer.json()["database"]) == (200, "ok")


def test_missing_chromium_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert services.find_chromium() is None
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert services.find_chromium() == str(program)
