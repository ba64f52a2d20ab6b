"""manage.py load_demo: the simulated national market, into a database that has none."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.check import MarketBroken
from demo.market import QUICK, MarketPresent, Sizes, load_market


class Command(BaseCommand):
    help = "Load the simulated market (9,300 producers, 17,500 products, 500 needs) into an empty database."
    requires_system_checks: list[str] = []  # loading all URLs takes seconds

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--companies", type=int, default=Sizes.companies, help="producers (9300)")
        parser.add_argument("--products", type=int, default=Sizes.products, help="products (17500)")
        parser.add_argument("--needs", type=int, default=Sizes.needs, help="past and open needs (500)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--quick", action="store_true", help="a small market: 300 producers, 600 products, 60 needs"
        )
        parser.add_argument(
            "--replace", action="store_true", help="remove a simulated market that is there first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        quiet = options["verbosity"] == 0 or not sys.stderr.isatty()
        try:
            sizes = (
                QUICK
                if options["quick"]
                else Sizes(options["companies"], options["products"], options["needs"])
            )
            loaded = load_market(sizes, seed=options["seed"], replace=options["replace"], quiet=quiet)
        except (MarketPresent, MarketBroken, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in loaded.seconds.items())
            self.stdout.write(
                f"Simulated market: {sizes.companies:,} producers, {sizes.products:,} products, {sizes.needs:,} needs "
                f"in {sum(loaded.seconds.values()):.1f} s ({parts}). Sample need: {loaded.sample_need}"
            )
