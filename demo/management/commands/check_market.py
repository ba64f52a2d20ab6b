"""manage.py check_market: do the invariants that services keep hold for every row?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.check import UNLABELLED, VIOLATIONS, violations


class Command(BaseCommand):
    help = "Count violations of the market's invariants; ends with an error when there are any."
    requires_system_checks: list[str] = []  # loading all URLs takes seconds

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mixed",
            action="store_true",
            help="real companies have joined: do not ask that all is labelled simulated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = violations(only_simulated=not options["mixed"])
        for name, count in found.items():
            self.stderr.write(f"{count:>8}  {name}")
        if found:
            raise CommandError(f"{len(found)} invariants are broken.")
        asked = len(VIOLATIONS) + (0 if options["mixed"] else len(UNLABELLED))
        self.stdout.write(f"All {asked} invariants hold.")
