"""What the layout promises: no missing migration, engines without Django, no stray modules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.core.management import call_command

PROJECT = Path(__file__).resolve().parents[2]
APPS = ["core", "companies", "tenders", "matching", "fairs", "frontend", "demo", "config"]
SOURCES = [path for app in APPS for path in (PROJECT / app).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_module_is_named_utils():
    assert [path for path in SOURCES if path.stem in {"utils", "helpers", "misc", "common"}] == []


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "matching" / "engine").glob("*.py")), ids=lambda path: path.name
)
def test_engine_does_not_import_django(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    assert names & {"django", "rest_framework", "companies", "tenders", "celery"} == set()


def test_no_app_uses_signals():
    users = [
        path
        for path in SOURCES
        if "django.db.models.signals" in path.read_text() or "@receiver(" in path.read_text()
    ]
    assert users == []


def test_templates_carry_no_inline_script_or_style():
    faults = []
    for path in (PROJECT / "frontend" / "templates").rglob("*.html"):
        text = path.read_text()
        for mark in (' style="', "<style", "onclick=", "onsubmit=", "javascript:"):
            if mark in text:
                faults.append(f"{path.relative_to(PROJECT)}: {mark}")
        for part in text.split("<script")[1:]:
            if " src=" not in part.split(">")[0] and 'type="application/json"' not in part.split(">")[0]:
                faults.append(f"{path.relative_to(PROJECT)}: inline script")
    assert faults == []


def test_every_vietnamese_message_is_translated():
    from babel.messages.pofile import read_po

    with (PROJECT / "locale" / "vi" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)
    missing = [message.id for message in catalogue if message.id and not message.string]
    assert missing == []
