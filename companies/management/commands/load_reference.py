"""`manage.py load_reference`: provinces, communes, product sets, schemes, markets, units, HS codes, Incoterms."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from companies.reference.loader import check_reference, load_reference


class Command(BaseCommand):
    help = "Load the reference data into the database. Safe to run again; --check only compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when the database differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if faults := check_reference():
                shown = "\n".join(faults[:20])
                raise CommandError(f"{len(faults)} reference rows are missing or differ:\n{shown}")
            self.stdout.write("Reference data is up to date.")
            return
        counts = load_reference()
        if options["verbosity"]:
            self.stdout.write(", ".join(f"{name}: {count}" for name, count in counts.items()))
