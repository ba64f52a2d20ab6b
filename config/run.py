"""What `make run` does after the installation: prepare the data, show a shortlist, serve the site.

The web server, a Celery worker and beat run as children.  SIGINT and SIGTERM stop everything that was
started; after a kill -9 the kernel asks the children to end, and the next start ends what is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from config import embedded

PROJECT = embedded.PROJECT
PATIENCE = 20.0  # seconds that a child gets to finish what it is doing
RESTARTS = 5


def say(text: str = "") -> None:
    print(text, flush=True)


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    started: float = field(default_factory=time.monotonic)


class Stop(Exception):
    """SIGINT or SIGTERM arrived."""


def main() -> None:
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    _handle_signals()
    children: list[Child] = []
    status = 0
    try:
        _take_over()
        _check_port(host, port)
        _prepare()
        children = _children(host, port)
        for child in children:
            _start(child)
            _remember(children)
        _wait_for_site(children[0], host, port)
        _announce(host, port)
        _watch(children)
    except (Stop, KeyboardInterrupt):
        say("\nStopping ...")
    except embedded.EmbeddedError as error:
        say(str(error))
        status = 1
    except SystemExit as error:
        if isinstance(error.code, str):
            say(error.code)
        status = error.code if isinstance(error.code, int) else 1
    finally:
        _stop(children)
        if children:
            _pid_file().unlink(missing_ok=True)
        embedded.release()
    sys.exit(status)


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT={text} is not a port number (1 to 65535).")
    return int(text)


def _handle_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


# -- what a killed run left ---------------------------------------------------------------------------------


def _pid_file() -> Path:
    return embedded.var_dir() / "run.json"


def _remember(children: list[Child]) -> None:
    """Write down who runs, with the start times that tell a process from a later one of the same number."""
    found = {"runner": _identity(os.getpid()), "children": []}
    found["children"] = [_identity(c.process.pid) for c in children if c.process is not None]
    fresh = _pid_file().with_suffix(".new")
    fresh.write_text(json.dumps(found))
    fresh.replace(_pid_file())


def _identity(pid: int) -> list[Any]:
    import psutil

    try:
        return [pid, psutil.Process(pid).create_time()]
    except psutil.Error:
        return [pid, 0]


def _lives(identity: list[Any]) -> bool:
    import psutil

    try:
        process = psutil.Process(int(identity[0]))
        same = abs(process.create_time() - float(identity[1])) < 1
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError):
        return False


def _take_over() -> None:
    """Refuse beside a living run of the same data folder; end the children of a killed one."""
    try:
        found = json.loads(_pid_file().read_text())
        runner, children = found["runner"], found["children"]
    except (OSError, ValueError, KeyError):
        return
    if _lives(runner):
        sys.exit(
            f"`make run` of this folder runs already (process {runner[0]}). "
            "Stop it first, or set OFFTAKE_VAR."
        )
    left = [child for child in children if _lives(child)]
    if left:
        say(f"Ending {len(left)} processes that a killed run left behind.")
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, 5.0)):
        for pid, _ in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
        deadline = time.monotonic() + patience
        while (left := [child for child in left if _lives(child)]) and time.monotonic() < deadline:
            time.sleep(0.1)
    _pid_file().unlink(missing_ok=True)


def _check_port(host: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except PermissionError:
        sys.exit(f"This user may not open port {port}: choose a higher one, `PORT=8001 make run`.")
    except OSError as error:
        sys.exit(
            f"{host}:{port} cannot be used ({error.strerror}). Choose another: `PORT={port + 1} make run`."
        )


# -- data ---------------------------------------------------------------------------------------------------


def _prepare() -> None:
    """Services, migrations, reference data; market and ranker where there is none; one shortlist shown."""
    embedded.ensure()
    import django

    django.setup()
    from django.core.management import call_command, get_commands

    from config.prepare import bring_up_to_date, pending_migrations

    if embedded.needs_postgres():
        bring_up_to_date()
    elif pending_migrations():
        call_command("migrate", interactive=False, verbosity=1)
    if "load_reference" in get_commands():
        call_command("load_reference", verbosity=0)

    from companies.models import Company
    from matching.models import RankerModel

    if not Company.objects.exists():
        _command("load_demo")
    if not RankerModel.objects.filter(active=True).exists() and Company.objects.exists():
        _command("train_ranker", "--activate")
    need = _sample_need()
    if need is not None:
        _command("match", need, "--top", "5")
    from django.db import connections

    connections.close_all()


def _sample_need() -> str | None:
    """Id of the need whose shortlist is shown: the demo buyer's, else any published one."""
    from tenders.models import SourcingNeed

    published = SourcingNeed.objects.filter(status="published").order_by("published_at", "id")
    buyers = published.filter(company__memberships__user__email="lan@mayxanh.example")
    found = buyers.values_list("pk", flat=True).first() or published.values_list("pk", flat=True).first()
    return str(found) if found else None


def _command(name: str, *arguments: str) -> None:
    """Run a management command in a process of its own: what it loaded is given back to the system."""
    from django.core.management import get_commands

    if name not in get_commands():
        say(f"(manage.py {name} does not exist: skipped)")
        return
    say(f"manage.py {' '.join((name, *arguments))}")
    done = subprocess.run(
        [sys.executable, "manage.py", name, *arguments], cwd=PROJECT, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        sys.exit(f"manage.py {name} ended with an error, see above.")


# -- children -----------------------------------------------------------------------------------------------


def _children(host: str, port: int) -> list[Child]:
    python = sys.executable
    # Two or three processes of few threads: more would only wait for the same two cores.
    web = [
        *(
            python,
            "-m",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        ),
        *("--workers", os.environ.get("WEB_CONCURRENCY") or "2", "--threads", "4", "--no-control-socket"),
        *("--log-level", "warning", "--graceful-timeout", "10"),
    ]
    worker = [
        # It works as root too; the messages are JSON, so that none of them can run code.
        *(python, "-W", "ignore:You're running the worker with superuser", "-m", "celery", "--quiet"),
        *("-A", "config", "worker", "--queues", "default,ranking,mail"),
        *("--concurrency", os.environ.get("WORKER_CONCURRENCY") or "2", "--loglevel", "WARNING"),
        *("--hostname", f"offtake-{os.getpid()}@%h"),
    ]
    beat = [
        *(python, "-m", "celery", "--quiet", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile="),
        *("--schedule", str(embedded.var_dir() / "beat-schedule")),
    ]
    return [Child("web server", web), Child("worker", worker), Child("beat", beat)]


def _die_with_parent() -> None:
    """In the child, before its program starts: SIGTERM when the runner dies, even of kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)


def _start(child: Child) -> None:
    child.process = subprocess.Popen(
        child.command,
        cwd=PROJECT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal reaches the runner only, which stops them in order
        preexec_fn=_die_with_parent,
    )
    child.started = time.monotonic()


def _wait_for_site(web: Child, host: str, port: int) -> None:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert web.process is not None
        if web.process.poll() is not None:
            sys.exit("The web server did not start, see above.")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://{shown}:{port}/healthz", timeout=5),
        ):
            return
        time.sleep(0.1)
    sys.exit("The web server does not answer after 90 s, see above.")


def _announce(host: str, port: int) -> None:
    from django.conf import settings
    from django.core.management import call_command, get_commands

    if "demo_signins" in get_commands():
        say()
        call_command("demo_signins")
    say()
    say(f"Offtake runs at {settings.SITE_URL}/   (Ctrl-C stops it)")


def _watch(children: list[Child]) -> None:
    """Start again what dies, a few times; end with an error when something keeps dying."""
    while True:
        time.sleep(0.5)
        for child in children:
            if child.process is None or child.process.poll() is None:
                continue
            if time.monotonic() - child.started > 300:
                child.restarts = 0
            child.restarts += 1
            if child.restarts > RESTARTS:
                sys.exit(f"The {child.name} keeps dying, see above.")
            say(f"The {child.name} ended (status {child.process.returncode}); starting it again.")
            time.sleep(min(child.restarts, 3))
            _start(child)
            _remember(children)


def _stop(children: list[Child]) -> None:
    """Ask all, wait, then kill what does not listen. A second Ctrl-C does not wait."""
    running = [c.process for c in children if c.process is not None and c.process.poll() is None]
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(Stop, KeyboardInterrupt):
        while any(process.poll() is None for process in running) and time.monotonic() < deadline:
            time.sleep(0.05)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for process in running:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # the group: pool processes of a killed worker too
        process.wait()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
