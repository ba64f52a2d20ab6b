"""What is vendored is what its list says, and nothing asks another host."""

import re
from pathlib import Path

from frontend.vendor import ICONS, SPRITE, STATIC, VENDOR, listing

TEMPLATES = Path(__file__).resolve().parents[2] / "frontend" / "templates"


def test_vendored_files_have_the_listed_hashes():
    assert (VENDOR / "VENDORED.md").read_text(encoding="utf-8") == listing()


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = SPRITE.read_text(encoding="utf-8")
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{%\s*icon\s+"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert named <= set(ICONS)
    assert [name for name in named if f'id="{name}"' not in sprite] == []


def test_no_template_has_inline_style_or_script_or_another_host():
    faults = []
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        faults += [
            (path.name, found)
            for found in re.findall(
                r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|(?:src|href)=\"https?://", text
            )
        ]
    assert faults == []


def test_style_sheets_ask_no_other_host():
    for path in STATIC.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert "http" not in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        assert "@import" not in text
