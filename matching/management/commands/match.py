"""`manage.py match NEED_ID [--top 10] [--json]`: the ranked answer to a need, with its reasons."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils.translation import activate
from django.utils.translation import gettext as _

from core import formats
from matching.api.payload import need_payload
from matching.engine.supply import month_date
from matching.services.rank import LineMatches, RankedProduct, rank_need
from matching.services.shown import ShownMatch, shown_matches
from matching.wording import FAMILY_LABELS, Names, criterion_words
from tenders.models import SourcingNeed


class Command(BaseCommand):
    help = "Rank the offered products for a sourcing need and say why each stands where it stands."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("need", help="a need's number (NM-2026-0001) or UUID")
        parser.add_argument("--top", type=int, default=10, help="how many products of each line (10)")
        parser.add_argument("--language", choices=["en", "vi"], default="en", help="of the explanation (en)")
        parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        activate(options["language"])
        need = find_need(options["need"])
        top = max(options["top"], 0)
        lines = rank_need(need=need)
        if options["json"]:
            self.stdout.write(json.dumps(need_payload(need, lines, top=top), ensure_ascii=False, indent=2))
            return
        self.stdout.write(self.style.MIGRATE_HEADING(f"{need.number}  {need.title}"))
        names = Names()
        for found in lines:
            self._line(found, top, names)

    def _line(self, found: LineMatches, top: int, names: Names) -> None:
        out, asked = self.stdout.write, found.asked
        out("")
        if asked is None:
            out(
                f"{found.line.label}: "
                + _("nothing to rank, the line has no quantities that can be compared")
            )
            return
        unit = found.line.unit_id
        total = formats.quantity(round(asked.total / found.factor, 3), unit)
        span = formats.month_span(month_date(int(asked.months.min())), month_date(int(asked.months.max())))
        out(self.style.SUCCESS(f"{found.line.label} · {total} · {span}"))
        looked = _("%(start)s products looked at, %(eligible)s eligible from %(suppliers)s suppliers")
        counts = {"start": found.start, "eligible": found.eligible, "suppliers": found.suppliers}
        out("  " + looked % counts)
        for count in found.counts:
            if count.in_sequence:
                out(f"    - {count.in_sequence:>5}  {criterion_words(count, names)}  ({count.left})")
        if found.unstated:
            out("  " + _("%(count)s of them have not stated their capacity") % {"count": len(found.unstated)})
        out("  " + _("Ranking model: %(version)s") % {"version": found.ranker.version})
        for shown in shown_matches(found, found.ranked[:top], names=names):
            self._match(found, shown.ranked, shown)

    def _match(self, found: LineMatches, ranked: RankedProduct, shown: ShownMatch) -> None:
        out = self.stdout.write
        score, base, parts = ranked.whole
        stars = "*" * int(shown.stars or 0)
        out("")
        out(f"  {ranked.rank:>3}. {shown.company.name}  {stars}   {score} " + _("points"))
        out(f"       {shown.product.name}")
        out(f"       {'. '.join(shown.words)}.")
        made = [f"{FAMILY_LABELS.get(k, k)} {v:+d}" for k, v in parts.items() if v]
        out(f"       {score} = {base} " + " ".join(f"| {m}" for m in made))
        cells = []
        covered = found.covered(ranked)
        demand = found.asked.demand / found.factor if found.asked is not None else np.zeros(0)
        for quantity, wanted in zip(covered, demand, strict=True):
            cells.append("?" if np.isnan(quantity) else "▁▂▃▄▅▆▇█"[min(int(quantity / wanted * 7.999), 7)])
        out("       " + _("months") + f" {''.join(cells)}")


def find_need(text: str) -> SourcingNeed:
    """A need by number or UUID; CommandError if there is none."""
    try:
        chosen = Q(pk=UUID(text))
    except ValueError:
        chosen = Q(number__iexact=text)
    found: SourcingNeed | None = SourcingNeed.objects.select_related("company").filter(chosen).first()
    if found is None:
        raise CommandError(f"There is no need {text!r}.")
    return found
