"""`manage.py train_ranker`: learn from what buyers did, keep the model, let it rank if it is better."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from matching.services.registry import activate_model, roll_back
from matching.services.training import train_ranker


class Command(BaseCommand):
    help = (
        "Train a ranking model on recorded outcomes; it takes over only if it orders held-out needs better."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-activate", action="store_true", help="store the model, do not let it rank")
        parser.add_argument(
            "--activate", metavar="VERSION", nargs="?", const="", help="let a stored model rank"
        )
        parser.add_argument(
            "--roll-back", action="store_true", help="return to the model before the present one"
        )
        parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["roll_back"]:
                before = roll_back()
                self.stdout.write(before.version if before else "prior")
                return
            if options["activate"]:
                self.stdout.write(activate_model(version=options["activate"]).version)
                return
            quiet = options["json"]
            row = train_ranker(
                activate=not options["no_activate"],
                say=None if quiet else lambda text: self.stdout.write(text),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        if quiet:
            told = {"version": row.version, "active": row.active, "sha256": row.artefact_sha256} | row.metrics
            self.stdout.write(json.dumps(told, indent=2))
            return
        ten = {name: value["ndcg10"]["mean"] for name, value in row.metrics["methods"].items()}
        figures = ", ".join(f"{name} {value:.3f}" for name, value in ten.items())
        self.stdout.write(f"{row.version}: NDCG@10 on {row.metrics['needs']} held-out needs: {figures}")
        self.stdout.write("It ranks now." if row.active else "It is kept; it does not rank.")
