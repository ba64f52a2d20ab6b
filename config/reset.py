"""`make reset`: delete the data. Asks nothing, says what it did, refuses while it is used."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from config import embedded

# In a folder of the operator's choice only what we made is deleted; `var` of the project is ours altogether.
OURS = (
    "postgres", "postgres.new", "postgres.log", "postgres.log.1",
    "valkey", "valkey.log", "valkey.log.1", "valkey.pid", "bin",
    "media", "static", "snapshots", "models", "secrets.json", "services.json", "run.json", "beat-schedule",
    "migrate.lock", "start.lock", "services.lock",
)  # fmt: skip


def reset(folder: Path) -> list[str]:
    """Delete what was made in `folder` and outside of it for it; returns what was deleted.

    Raises EmbeddedError while any process uses the servers.
    """
    deleted = []
    places = [folder] + ([folder / "test"] if (folder / "test").is_dir() else [])
    for place in places:
        if embedded.in_use(place):
            raise embedded.EmbeddedError(f"{place} is in use: stop `make run` and other commands first.")
    for place in reversed(places):
        embedded.stop_all(place)
        kept = embedded.kept_plan(place)
        for outside in {kept.home, kept.sockets} - {str(place)} if kept else ():
            if Path(outside).is_dir():
                shutil.rmtree(outside)
                deleted.append(outside)
        whole = place.name == "test" or place == embedded.PROJECT / "var"
        for path in sorted(place.iterdir()):
            if not whole and path.name not in OURS and not path.name.startswith("celery-"):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            deleted.append(str(path))
    if (folder / "test").is_dir() and not any((folder / "test").iterdir()):
        (folder / "test").rmdir()
    return deleted


def main() -> None:
    try:
        deleted = reset(embedded.var_dir())
    except embedded.EmbeddedError as error:
        sys.exit(str(error))
    for path in deleted:
        print(f"deleted {path}")
    print("The next `make run` begins with a fresh market." if deleted else "There was nothing to delete.")


if __name__ == "__main__":
    main()
