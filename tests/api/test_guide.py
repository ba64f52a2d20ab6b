"""Every command of docs/api.md, really run, in its order, against a live site."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from companies.models import Product

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
SITE = "http://127.0.0.1:8000"
# Each answer's status is noted, whatever the command does with the answer.
PRELUDE = """
set -eu
curl() {{ {curl} "$@" -w '%{{stderr}}%{{http_code}}\\n' 2>> statuses; }}
"""


def script_of(guide: str) -> str:
    """The guide's commands, one after the other."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", guide, re.MULTILINE | re.DOTALL))


def documented(script: str) -> list[tuple[str, int]]:
    """(command, status) of each curl."""
    return [
        (command, int(status))
        for status, command in re.findall(r"^# (\d{3})\n((?:.*\\\n)*.*)", script, re.MULTILINE)
    ]


def run(script: str, folder: Path) -> tuple[subprocess.CompletedProcess[str], list[int]]:
    binary = shutil.which("curl")
    curl = f"command {binary}" if binary else f"{sys.executable} {Path(__file__).with_name('curl.py')}"
    done = subprocess.run(
        ["bash", "-c", PRELUDE.format(curl=curl) + script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    noted = folder / "statuses"
    return done, [int(line) for line in noted.read_text().split()] if noted.exists() else []


def at_once(run_task: Callable[..., None]) -> Callable[..., None]:
    """Does in a thread of its own, before the request goes on, what a worker would do a moment later."""

    def work(*arguments: Any) -> None:
        try:
            run_task(*arguments)
        finally:
            connection.close()

    def delay(*arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments)
        thread.start()
        thread.join()

    return delay


@pytest.fixture
def site(transactional_db: None, live_server: Any, monkeypatch: Any) -> str:
    """A live site with the guide's people; a worker's tasks are done at once."""
    from companies import tasks
    from tests.e2e.world import build_world

    for task in (tasks.check_import, tasks.write_import):
        monkeypatch.setattr(task, "delay", at_once(task.run))
    world = build_world()
    type(world.supplier_company).objects.filter(pk=world.supplier_company.pk).update(code="htx-ben-song")
    assert Product.objects.filter(stars__gte=4).count() > 1
    return live_server.url


def test_every_command_has_a_status():
    script = script_of(GUIDE.read_text())
    commands = documented(script)
    assert len(commands) > 30
    assert (
        sum(command.count("curl -s") for command, _ in commands) == script.count("curl -s") == len(commands)
    )


def test_the_guide_answers_as_it_says(site, tmp_path):
    # The guide's months are those of the coming year.
    text = GUIDE.read_text().replace(SITE, site).replace("2027", str(timezone.localdate().year + 1))
    script = script_of(text)
    done, statuses = run(script, tmp_path)
    expected = documented(script)
    wrong = [
        f"{command}\n  answered {status}, not {wanted}"
        for (command, wanted), status in zip(expected, statuses, strict=False)
        if status != wanted
    ]
    assert not wrong, "\n".join([*wrong, done.stdout[-3000:], done.stderr[-2000:]])
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    assert len(statuses) == len(expected)
    assert "explanation" in (tmp_path / "matches.json").read_text()
    assert Product.objects.filter(name_vi="Long nhãn sấy Phố Hiến").exists()
