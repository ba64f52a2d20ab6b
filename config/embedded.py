"""The embedded PostgreSQL and Valkey: where they live, who uses them, when they start and stop.

With DATABASE_URL / REDIS_URL unset the servers that come with the Python packages run under this
small supervisor (config/servers.py knows how to start and stop each).  Importing this module or asking
for a URL starts nothing; `ensure()` does.  Every process that uses the servers holds a shared lock on
`services.lock`; whoever leaves last stops them.  A server that a killed process left behind is
adopted by the next one.

Nothing is imported here that a production image without the two packages lacks.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import pwd
import secrets
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_FOLDER = 80  # a socket's whole name may have about 107 bytes, `/.s.PGSQL.5432` included
LONGEST_DATA_FOLDER = 800  # PostgreSQL cuts paths at 1,024 bytes
UNPRIVILEGED_USERS = ("postgres", "nobody", "www-data", "daemon")


class EmbeddedError(RuntimeError):
    """A service cannot be started; the message says what to do."""


@dataclass(frozen=True)
class Plan:
    """Where the servers of one data folder live and as whom they run. Kept in `services.json`."""

    var: str
    home: str
    """Holds `postgres`, `valkey`, maybe `bin`; the data folder itself unless that is closed to `uid`."""
    sockets: str
    uid: int
    gid: int


def var_dir() -> Path:
    """The data folder: $OFFTAKE_VAR, or `var` in the project. Created when missing."""
    folder = Path(os.environ.get("OFFTAKE_VAR") or PROJECT / "var").expanduser().resolve()
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        (folder / "media").mkdir(mode=0o700, exist_ok=True)  # people's documents
        (folder / "static").mkdir(exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {folder} cannot be made ({error.strerror}): set OFFTAKE_VAR."
        ) from error
    return folder


def needs_postgres() -> bool:
    return not os.environ.get("DATABASE_URL")


def needs_valkey() -> bool:
    return not os.environ.get("REDIS_URL")


def database_url() -> str:
    """URL of the embedded database. Starts nothing."""
    return f"postgres://offtake:{postgres_password()}@{quote(plan().sockets, safe='')}/offtake"


def redis_url() -> str:
    """`unix://` URL of the embedded Valkey, database $OFFTAKE_REDIS_DB (0). Starts nothing."""
    index = int(os.environ.get("OFFTAKE_REDIS_DB") or 0)
    return f"unix://:{_secrets()['valkey']}@{plan().sockets}/valkey.sock?db={index}"


def broker_url(url: str) -> str:
    """`url` as Celery wants it: the same server, `redis+socket://` where redis-py says `unix://`."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    index = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={index}"


def local_secret() -> str:
    """A SECRET_KEY of this data folder, made once."""
    return _secrets()["secret_key"]


def admin_password() -> str:
    return _secrets()["postgres_admin"]


def postgres_password() -> str:
    return _secrets()["postgres"]


def valkey_password() -> str:
    return _secrets()["valkey"]


# -- locks ------------------------------------------------------------------------------------------------

_lock_guard = threading.RLock()
_start_locked: set[Path] = set()


@contextlib.contextmanager
def _start_lock(folder: Path) -> Iterator[None]:
    """One process at a time plans, starts or stops; may be nested. Not held while servers are merely used."""
    with _lock_guard:
        if folder in _start_locked or not folder.is_dir():
            yield
            return
        handle = os.open(folder / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            _start_locked.add(folder)
            yield
        finally:
            _start_locked.discard(folder)
            os.close(handle)


def _open_users_lock(folder: Path) -> int:
    return os.open(folder / "services.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def in_use(folder: Path) -> bool:
    """Whether any process (this one included) uses the servers of this data folder right now."""
    handle = _open_users_lock(folder)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


_holding: dict[Path, tuple[int, int]] = {}
"""Data folder -> (process id, lock handle). A forked child holds nothing of its own."""


def ensure() -> None:
    """Start what is needed and not running, and hold it until this process ends. Safe to call again.

    Raises EmbeddedError with words for the operator when a server does not come up.
    """
    if not (needs_postgres() or needs_valkey()):
        return
    folder = var_dir()
    held = _holding.get(folder)
    if held is not None and held[0] == os.getpid():
        return
    _leave_on_signals()
    here = plan()
    with _start_lock(folder):
        from config import servers

        handle = _open_users_lock(folder)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            servers.start(here, with_postgres=needs_postgres(), with_valkey=needs_valkey())
        except BaseException:
            _stop_if_last(folder, handle)
            raise
        _holding[folder] = (os.getpid(), handle)
    atexit.register(release)


def release() -> None:
    """Leave; the last process out stops the servers. Runs by itself at a clean exit, SIGINT or SIGTERM."""
    for folder, (pid, handle) in list(_holding.items()):
        if pid != os.getpid():
            continue
        del _holding[folder]
        with _no_interrupts(), _start_lock(folder):
            _stop_if_last(folder, handle)


def _stop_if_last(folder: Path, handle: int) -> None:
    """Give up the users' lock `handle`; when nobody else has it, the servers are stopped first."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stop_all(folder)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)


def stop_all(folder: Path) -> None:
    """Stop both servers of `folder`, whoever started them. The caller has made sure that nobody uses them."""
    here = kept_plan(folder)
    if here is not None:
        from config import servers

        servers.stop(here)


@contextlib.contextmanager
def _no_interrupts() -> Iterator[None]:
    """A second Ctrl-C must not leave a server behind half-stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave_on_signals() -> None:
    """SIGTERM and SIGHUP end Python without its exit handlers; then nobody would stop the servers."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda received, frame: sys.exit(128 + received))


# -- secrets and the plan ---------------------------------------------------------------------------------


def _secrets() -> dict[str, str]:
    return _secrets_of(var_dir())


@functools.lru_cache(maxsize=8)
def _secrets_of(folder: Path) -> dict[str, str]:
    with _start_lock(folder):
        found = _read_json(folder / "secrets.json")
        names = ("secret_key", "postgres_admin", "postgres", "valkey")
        if not all(isinstance(found.get(name), str) for name in names):
            found = {name: found.get(name) or secrets.token_hex(24) for name in names}
            _write_private(folder / "secrets.json", found)
        return {name: str(found[name]) for name in names}


def plan() -> Plan:
    """Where this data folder's servers live; decided once, kept in `services.json`. Starts nothing."""
    return _plan_of(var_dir())


@functools.lru_cache(maxsize=8)
def _plan_of(folder: Path) -> Plan:
    with _start_lock(folder):
        found = kept_plan(folder)
        uid, gid = _server_user(found)
        home = Path(found.home) if found else None
        if home is None or not home.is_dir():
            home = _choose_home(folder, uid, gid)
        sockets = _socket_folder(folder, Path(found.sockets) if found else None, uid, gid)
        decided = Plan(var=str(folder), home=str(home), sockets=str(sockets), uid=uid, gid=gid)
        if decided != found:
            _write_private(folder / "services.json", asdict(decided))
        return decided


def kept_plan(folder: Path) -> Plan | None:
    """The plan kept in `folder`; None when there is none, or one for another place (a copied folder)."""
    found = _read_json(folder / "services.json")
    try:
        kept = Plan(**found)  # type: ignore[arg-type]
    except TypeError:
        return None
    return kept if kept.var == str(folder) else None


def _server_user(kept: Plan | None) -> tuple[int, int]:
    """(uid, gid) that the servers run as: oneself, or as root an existing user without privileges."""
    me = os.geteuid()
    if me != 0:
        if kept is not None and kept.uid != me:
            raise EmbeddedError(
                f"The data in {kept.home} belongs to user id {kept.uid}. Work as that user (or root), "
                "or set OFFTAKE_VAR to a folder of your own."
            )
        return me, os.getegid()
    if kept is not None:
        return kept.uid, kept.gid
    for name in UNPRIVILEGED_USERS:
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            if found.pw_uid != 0:
                return found.pw_uid, found.pw_gid
    raise EmbeddedError(
        "PostgreSQL refuses to run as root and no unprivileged user exists: be an ordinary user."
    )


def _choose_home(folder: Path, uid: int, gid: int) -> Path:
    """The data folder, or where the servers' user cannot enter it, a folder under the temporary ones."""
    if len(os.fsencode(folder)) <= LONGEST_DATA_FOLDER and reachable(folder, uid, gid):
        return folder
    for base in dict.fromkeys((Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/tmp"))):
        if reachable(base, uid, gid):
            # Root keeps the folder itself; the servers' user owns what is below.
            return _private_folder(base, f"offtake-{_key(folder)}", os.geteuid(), os.getegid(), 0o711)
    raise EmbeddedError("No folder is open to the servers' user; set OFFTAKE_VAR to one that is.")


def _socket_folder(folder: Path, kept: Path | None, uid: int, gid: int) -> Path:
    if kept is not None and _is_private(kept, uid, 0o700):
        return kept
    for base in dict.fromkeys((Path(tempfile.gettempdir()).resolve(), Path("/tmp"), Path("/var/tmp"))):
        if len(os.fsencode(base)) + 30 <= LONGEST_SOCKET_FOLDER and reachable(base, uid, gid):
            return _private_folder(base, f"offtake-{_key(folder)}.s", uid, gid, 0o700)
    raise EmbeddedError("No temporary folder with a short name is open to the servers' user; set TMPDIR.")


def _key(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _private_folder(base: Path, name: str, uid: int, gid: int, mode: int) -> Path:
    """`base/name`, owned by `uid`; when somebody else sits on that name, one with a random end."""
    folder = base / name
    if _is_private(folder, uid, mode):
        return folder
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=base))
    own(folder, uid, gid, mode)
    return folder


def _is_private(folder: Path, uid: int, mode: int) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and stat.S_IMODE(found.st_mode) == mode


def own(path: Path, uid: int, gid: int, mode: int) -> None:
    path.chmod(mode)
    if os.geteuid() == 0 and uid != 0:
        os.chown(path, uid, gid)


def as_user(uid: int, gid: int) -> dict[str, object]:
    """Arguments of `subprocess` that make the child run as `uid`; none when that is who we are."""
    if os.geteuid() == uid:
        return {}
    return {"user": uid, "group": gid, "extra_groups": []}


def reachable(path: Path, uid: int, gid: int) -> bool:
    """Whether user `uid` gets to `path`: asked of the system, which knows access lists and mounts too."""
    done = subprocess.run(
        ["/bin/sh", "-c", 'test -r "$1" || test -x "$1"', "sh", str(path)],
        cwd="/",
        check=False,
        capture_output=True,
        **as_user(uid, gid),  # type: ignore[call-overload]
    )
    return bool(done.returncode == 0)


def _read_json(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text())
    except PermissionError as error:
        raise EmbeddedError(
            f"{path} belongs to another user: work as that user or set OFFTAKE_VAR."
        ) from error
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_private(path: Path, content: dict[str, object]) -> None:
    """Write beside and rename, readable for the owner only."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
    Path(name).replace(path)
