"""`manage.py evaluate_ranker [--json]`: how well the learned order does on needs it has never seen."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from matching.services.training import evaluate_ranker


class Command(BaseCommand):
    help = "Train on the earlier needs, judge on the latest fifth, against prior, stars, coverage and chance."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = evaluate_ranker()
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
            return
        out = self.stdout.write
        out(
            f"Trained on {found['trained_on']} needs; judged on the {found['needs']} latest ({found['rows']} rows)."
        )
        out(f"{'':<10}{'NDCG@10':>8}  {'95 % interval':<16}{'NDCG@5':>8}  {'recall@10':>9}")
        for name, value in found["methods"].items():
            ten, five, recall = value["ndcg10"], value["ndcg5"], value["recall10"]
            interval = f"{ten['low']:.3f} - {ten['high']:.3f}"
            out(f"{name:<10}{ten['mean']:>8.3f}  {interval:<16}{five['mean']:>8.3f}  {recall['mean']:>9.3f}")
        gain = found["gain"]
        out(
            f"Learned against {found['best_rival']}, paired: {gain['mean']:+.3f} "
            f"[{gain['low']:+.3f}, {gain['high']:+.3f}] NDCG@10 over {gain['queries']} needs."
        )
