"""`make run`: what it refuses, and what it takes over."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config import run
from tests.services import stop_process


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OFFTAKE_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def left_child():
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    yield process
    stop_process(process)
    process.stdin.close()


def identity(pid: int) -> list[float]:
    return [pid, psutil.Process(pid).create_time()]


def test_children_of_a_killed_run_are_ended(var: Path, left_child):
    (var / "run.json").write_text(json.dumps({"runner": [1, 0], "children": [identity(left_child.pid)]}))
    run._take_over()
    assert left_child.wait(1) != 0
    assert not (var / "run.json").exists()


def test_process_that_only_has_the_number_of_a_child_is_left_alone(var: Path, left_child):
    number, begun = identity(left_child.pid)
    (var / "run.json").write_text(json.dumps({"runner": [1, 0], "children": [[number, begun - 100]]}))
    run._take_over()
    assert left_child.poll() is None


def test_second_run_of_a_folder_is_refused(var: Path):
    (var / "run.json").write_text(json.dumps({"runner": identity(os.getpid()), "children": []}))
    with pytest.raises(SystemExit, match="runs already"):
        run._take_over()


def test_taken_port_is_told_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"PORT={port + 1} make run"):
            run._check_port("127.0.0.1", port)


@pytest.mark.parametrize("text", ["0", "70000", "eighty"])
def test_port_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(SystemExit, match="is not a port number"):
        run._port()
