"""Renew what is vendored: `python -m frontend.vendor` (needs npm). Nothing of it runs when the site does.

htmx is copied as it is; of lucide's icons only those that a template names are put in one sprite.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static" / "frontend"
VENDOR = STATIC / "vendor"
SPRITE = STATIC / "img" / "icons.svg"
HTMX = "htmx.org@2.0.11"
LUCIDE = "lucide-static@1.62.0"
FONTSOURCE = "@fontsource/be-vietnam-pro@5.3.0"
FONTS = [
    f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
    for subset in ("latin", "latin-ext", "vietnamese")
    for weight in (400, 500, 600)
]
ICONS = (
    "house", "search", "list", "clipboard-list", "package", "building-2", "badge-check", "upload",
    "download", "file-spreadsheet", "mail", "mail-open", "message-square", "bell", "user", "users",
    "log-in", "log-out", "settings", "menu", "ellipsis", "x", "check", "plus", "minus", "pencil", "trash-2",
    "chevron-left", "chevron-right", "chevron-down", "arrow-right", "arrow-up-down", "external-link",
    "link", "copy", "eye", "eye-off", "bookmark", "star", "award", "calendar", "calendar-clock", "clock",
    "map-pin", "truck", "phone", "globe", "key-round", "lock", "triangle-alert", "circle-alert",
    "circle-check", "circle-help", "info", "inbox", "funnel", "sliders-horizontal", "chart-column",
    "sprout", "leaf", "scale", "store", "handshake", "shield-check", "file-text", "image", "flask-conical",
    "history", "send", "refresh-cw", "landmark", "tag", "target", "layers", "book-open", "qr-code",
)  # fmt: skip


def _package(spec: str, folder: Path) -> tarfile.TarFile:
    shown = subprocess.run(
        ["npm", "pack", "--json", spec], cwd=folder, check=True, capture_output=True, text=True
    )
    name = json.loads(shown.stdout)[0]["filename"]
    return tarfile.open(fileobj=io.BytesIO((folder / name).read_bytes()), mode="r:gz")


def _read(package: tarfile.TarFile, path: str) -> bytes:
    member = package.extractfile(f"package/{path}")
    if member is None:
        raise FileNotFoundError(path)
    return member.read()


def _sprite(package: tarfile.TarFile) -> bytes:
    symbols = []
    for name in ICONS:
        svg = _read(package, f"icons/{name}.svg").decode()
        inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
        if inner is None:
            raise ValueError(name)
        shapes = " ".join(inner.group(1).split()).replace("> <", "><").replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n").encode()


def renew() -> None:
    """Fetch the packages from npm, write the files and the list of what they are."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    SPRITE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with _package(HTMX, folder) as package:
            (VENDOR / "htmx.min.js").write_bytes(_read(package, "dist/htmx.min.js"))
            (VENDOR / "htmx.LICENSE").write_bytes(_read(package, "LICENSE"))
        with _package(LUCIDE, folder) as package:
            SPRITE.write_bytes(_sprite(package))
            (VENDOR / "lucide.LICENSE").write_bytes(_read(package, "LICENSE"))
        with _package(FONTSOURCE, folder) as package:
            for name in FONTS:
                (STATIC / "fonts" / name).write_bytes(_read(package, f"files/{name}"))
            (STATIC / "fonts" / "LICENSE.OFL").write_bytes(_read(package, "LICENSE"))
    (VENDOR / "VENDORED.md").write_text(listing(), encoding="utf-8")


def listing() -> str:
    """The table of vendored files with version, licence and sha256."""
    rows = [
        (VENDOR / "htmx.min.js", HTMX, "0BSD"),
        (SPRITE, f"{LUCIDE}, {len(ICONS)} icons", "ISC (lucide.LICENSE)"),
        *((STATIC / "fonts" / name, FONTSOURCE, "OFL-1.1 (LICENSE.OFL)") for name in FONTS),
    ]
    lines = [
        "# Vendored files",
        "",
        "Renewed by `make vendor` (`python -m frontend.vendor`); a test compares the hashes.",
        "",
        "| file | from (npm) | licence | sha256 |",
        "|---|---|---|---|",
    ]
    for path, source, licence in rows:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"| {path.relative_to(STATIC)} | {source} | {licence} | {digest} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    renew()
    sys.stdout.write(listing())
