"""manage.py demo_signins: one sign-in per role, where the simulated market is present."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from demo.cast import PASSWORD
from demo.signins import signins


class Command(BaseCommand):
    help = "Print one sign-in per role of the simulated market; nothing where there is none."
    requires_system_checks: list[str] = []  # loading all URLs takes seconds

    def handle(self, *args: Any, **options: Any) -> None:
        rows = signins()
        if not rows:
            return
        self.stdout.write(f"Sign-ins of the simulated market (password for all: {PASSWORD})")
        for row in rows:
            name = row.email if row.phone is None else f"{row.email} or {row.phone}"
            self.stdout.write(f"  {row.role:<9} {name:<42} {row.company}")
