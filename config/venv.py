"""Make `.venv` and install pinned requirements: `python3 config/venv.py [requirements-dev.txt]`.

Standard library only: it runs before anything is installed.  A stamp with the hash of what is installed
makes the second run a matter of milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
STAMP = VENV / "offtake-installed.json"
OLDEST = (3, 11)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fingerprint(name: str) -> str:
    return hashlib.sha256((PROJECT / name).read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """Requirement file -> hash of what was installed from it; empty when `.venv` is missing or broken."""
    try:
        found = json.loads(STAMP.read_text())
        works = subprocess.run([str(VENV / "bin" / "python"), "-c", ""], check=False, capture_output=True)
    except (OSError, ValueError):
        return {}
    if works.returncode != 0 or found.pop("place", None) != str(VENV):
        return {}
    return dict(found)


def make() -> None:
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists():
        sys.exit(f"{VENV} exists and is no virtual environment: move it away.")
    if VENV.exists() and subprocess.run([str(VENV / "bin" / "python"), "-m", "pip", "--version"],
                                        check=False, capture_output=True).returncode == 0:  # fmt: skip
        return
    say("Making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            f"{sys.executable} cannot make a virtual environment:\n{done.stdout}{done.stderr}\n"
            "On Debian and Ubuntu: apt-get install python3-venv."
        )


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "requirements.txt"
    # requirements-dev.txt contains everything of requirements.txt, at the same versions.
    files = ["requirements.txt"] if wanted == "requirements.txt" else ["requirements.txt", wanted]
    current = {name: fingerprint(name) for name in files}
    with (PROJECT / "config" / "venv.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = installed()
        if all(found.get(name) == current[name] for name in files):
            return
        make()
        say(f"Installing {wanted} (the first time takes a minute or two)")
        STAMP.unlink(missing_ok=True)
        command = [
            str(VENV / "bin" / "python"),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "install",
        ]
        done = subprocess.run(
            [*command, "--quiet", "--root-user-action=ignore", "--require-hashes", "-r", wanted],
            cwd=PROJECT,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(
                f"Installing {wanted} failed, see above. Run the same command again once the cause is gone."
            )
        STAMP.write_text(json.dumps({**current, "place": str(VENV)}))


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 ..."
        )
    main()
