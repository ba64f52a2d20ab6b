"""`manage.py import_catalogue FILE`: check a spreadsheet of products, or write its good rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from companies.reference.loader import ensure_reference
from companies.services.import_running import Outcome
from companies.services.import_words import note_words
from companies.services.imports import import_path, told
from core.errors import DomainError

SHOWN = 40


class Command(BaseCommand):
    help = "Check a catalogue (.xlsx or .csv); with --write, write its good rows. Without --agency: as staff."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="an .xlsx or .csv file")
        parser.add_argument("--agency", metavar="CODE", help="code of an agency, a supplier or a province")
        parser.add_argument(
            "--write", action="store_true", help="write the good rows; without it nothing is written"
        )
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        ensure_reference()
        try:
            outcome = import_path(path=path, code=options["agency"], write=options["write"])
        except DomainError as refused:
            raise CommandError(refused.message) from refused
        if options["json"]:
            self.stdout.write(json.dumps(as_json(outcome), ensure_ascii=False, indent=1))
        else:
            self._print(outcome, was_written=options["write"])

    def _print(self, outcome: Outcome, *, was_written: bool) -> None:
        for item in told(outcome.rejected)[:SHOWN]:
            where = " ".join(filter(None, (item["sheet"], str(item["row"]))))
            self.stdout.write(f"{where} · {item['column'] or '–'} · {item['value']!r}: {item['reason']}")
        if len(outcome.rejected) > SHOWN:
            self.stdout.write(f"… {len(outcome.rejected) - SHOWN}")
        for code, count in outcome.notes.items():
            self.stdout.write(note_words(code, count))
        figures = f"rows {outcome.rows}, good {outcome.good}"
        if was_written:
            figures += f", created {outcome.created}, updated {outcome.updated}"
        self.stdout.write(figures)


def as_json(outcome: Outcome) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "rows": outcome.rows,
        "good": outcome.good,
        "created": outcome.created,
        "updated": outcome.updated,
        "rejected": told(outcome.rejected),
        "warnings": told(outcome.warnings),
        "notes": dict(outcome.notes),
    }
