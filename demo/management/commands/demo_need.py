"""manage.py demo_need: the number of the sample need."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.signins import sample_need


class Command(BaseCommand):
    help = "Print the number of the simulated market's sample need."
    requires_system_checks: list[str] = []  # loading all URLs takes seconds

    def handle(self, *args: Any, **options: Any) -> None:
        need = sample_need()
        if need is None:
            raise CommandError("There is no simulated market here: run `manage.py load_demo`.")
        self.stdout.write(need.number)
