"""Programs and detached processes of the embedded services: find, copy, start, watch, end."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from config.embedded import EmbeddedError, Plan, as_user, reachable

START_SECONDS = 60.0
STOP_SECONDS = 30.0


def package_folder(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EmbeddedError(
            f"The package {name} is not installed: `make install`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent


def runs(plan: Plan, program: Path, data: Path) -> bool:
    if not reachable(data, plan.uid, plan.gid):
        return False
    try:
        done = subprocess.run(
            [str(program), "--version"],
            cwd="/",
            check=False,
            capture_output=True,
            **as_user(plan.uid, plan.gid),  # type: ignore[call-overload]
        )
    except OSError:
        return False
    return bool(done.returncode == 0)


def copied(plan: Plan, package: Path, copy: Callable[[Path], object]) -> Path:
    """A copy of the programs in the servers' home, owned by us, readable for all; one a version."""
    version = next((p.name for p in package.parent.glob(f"{package.name}-*.dist-info")), package.name)
    place = Path(plan.home) / "bin" / version.removesuffix(".dist-info")
    if place.is_dir():
        return place
    fresh = place.with_name(f"{place.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    copy(fresh)
    for path in (place.parent, fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    fresh.rename(place)
    return place


def environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"}


def run_as(plan: Plan, arguments: list[str], *, text: str = "") -> None:
    done = subprocess.run(
        arguments,
        cwd="/",
        env=environment(),
        input=text,
        text=True,
        capture_output=True,
        check=False,
        **as_user(plan.uid, plan.gid),  # type: ignore[call-overload]
    )
    if done.returncode != 0:
        raise EmbeddedError(f"{Path(arguments[0]).name} failed:\n{done.stderr[-2000:]}")


def spawn(plan: Plan, arguments: list[str], log: Path, *, text: str | None = None) -> int:
    """Start a detached server with its own session, so that a Ctrl-C in the terminal does not reach it."""
    with open_log(log) as output:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            arguments,
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **as_user(plan.uid, plan.gid),  # type: ignore[call-overload]
        )
    if process.stdin is not None and text is not None:
        with process.stdin as pipe:
            pipe.write(text.encode())
    process.returncode = 0  # Python shall neither wait for it nor warn that it still runs; `alive` reaps it
    return process.pid


def open_log(log: Path) -> IO[bytes]:
    if log.exists() and log.stat().st_size > 5_000_000:
        log.replace(log.with_suffix(".log.1"))
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")


def tail(log: Path) -> str:
    try:
        return log.read_text(errors="replace")[-2000:]
    except OSError:
        return "(no log)"


def alive(pid: int) -> bool:
    """Whether the process runs; a child of ours that has ended is reaped."""
    import psutil

    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def send_signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def works_in(pid: int, folder: Path) -> bool:
    import psutil

    try:
        return Path(psutil.Process(pid).cwd()) == folder
    except (psutil.Error, OSError):
        return False
