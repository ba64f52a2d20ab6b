"""What the page "Matches of a need" shows: figures from matching, dressed for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from frontend import charts
from matching.engine.eligibility import Count
from matching.engine.fill import enough_in_order, fill_in_order
from matching.engine.supply import month_date
from matching.enums import MatchState
from matching.models import Match
from matching.services.rank import LineMatches, RankedProduct
from matching.services.shown import ShownMatch, shown_matches
from matching.wording import FAMILY_LABELS, Names, basis_words, criterion_words, term_label

PAGE = 20
MOST = 100
SERIES = 6
BAR_FAMILIES = 7
WARNINGS = frozenset({"certificate_ends", "stars_end", "stars_ended", "partly_stated", "capacity_unstated"})


@dataclass
class Card:
    """One match on the page."""

    shown: ShownMatch
    score: int
    bars: list[charts.Contribution]
    details: list[tuple[str, str]]
    why: str
    warnings: list[str]
    facts: list[str]
    colour: str = ""
    name: str = ""

    @property
    def anchor(self) -> str:
        """The card's place on the page."""
        return f"m-{self.shown.product.pk}"


@dataclass
class Filters:
    """What narrows the list; from the query string."""

    state: str = ""
    stars: int = 0
    province: str = ""
    whole: bool = False
    top: int = PAGE

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        """Read the query string; what makes no sense is left out."""
        state = query.get("state", "")
        stars = query.get("stars", "")
        top = query.get("top", "")
        return cls(
            state=state if state in {"", "new", *MatchState.values} else "",
            stars=int(stars) if stars in {"3", "4", "5"} else 0,
            province=query.get("province", "")[:10],
            whole=query.get("whole") == "1",
            top=min(max(int(top), PAGE), MOST) if top.isdigit() else PAGE,
        )

    @property
    def active(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.state or self.stars or self.province or self.whole)


@dataclass
class LinePage:
    """One line's part of the page."""

    found: LineMatches
    cards: list[Card] = field(default_factory=list)
    unstated: list[Card] = field(default_factory=list)
    dismissed: list[Card] = field(default_factory=list)
    matching: int = 0
    more: int = 0
    chart: charts.Chart | None = None
    chart_note: str = ""
    chart_total: str = ""
    chosen: int = 0
    saved: int = 0
    funnel: list[charts.FunnelStep] = field(default_factory=list)
    relax: list[str] = field(default_factory=list)
    to_check: list[dict[str, str]] = field(default_factory=list)
    provinces: list[tuple[str, str]] = field(default_factory=list)
    chips: list[tuple[str, str]] = field(default_factory=list)


def build(found: LineMatches, states: dict[UUID, Match], filters: Filters) -> LinePage:
    """Everything of one line; a constant number of queries."""
    page = LinePage(found)
    names = Names()
    page.chips = chips(found, names)
    if found.asked is None or found.supply is None:
        return page
    supply = found.supply
    live = [r for r in found.ranked if _state(states, r) != MatchState.DISMISSED]
    kept = [r for r in live if _passes(found, r, states, filters)]
    page.matching = len(kept)
    page.more = max(len(kept) - filters.top, 0)
    dismissed = [r for r in found.ranked if _state(states, r) == MatchState.DISMISSED]
    loose = [r for r in found.unstated if _state(states, r) != MatchState.DISMISSED]
    chosen = _chart_rows(page, live, states)
    wanted = [*kept[: filters.top], *loose[:PAGE], *dismissed[:PAGE], *chosen]
    unique = {r.product_id: r for r in wanted}
    dressed = {
        s.ranked.product_id: s
        for s in shown_matches(found, list(unique.values()), names=names, states=states)
    }
    colours = {r.product_id: f"s{i + 1}" for i, r in enumerate(chosen[:SERIES])}
    page.cards = _cards(found, kept[: filters.top], dressed, colours)
    page.unstated = _cards(found, loose[:PAGE], dressed, {})
    page.dismissed = _cards(found, dismissed[:PAGE], dressed, {})
    _draw(page, chosen, dressed)
    page.funnel = _funnel(found, names)
    page.relax = _relax(found, names)
    page.to_check = [
        {"name": names.scheme(c.scheme), "basis": basis_words(c.basis), "note": c.note}
        for c in found.asked.to_check
        if c.basis != "buyer_habit"
    ]
    page.saved = sum(1 for m in states.values() if m.state == MatchState.SAVED)
    provinces = {
        s.company.province_id: s.company.province.name for s in dressed.values() if s.company.province
    }
    seen = {str(p) for p in supply.province[[r.row for r in live]]} if live else set()
    page.provinces = sorted(((c, n) for c, n in provinces.items() if c in seen), key=lambda p: p[1])
    return page


def _state(states: dict[UUID, Match], ranked: RankedProduct) -> str:
    match = states.get(ranked.product_id)
    return match.state if match is not None else MatchState.SHOWN


def _passes(found: LineMatches, ranked: RankedProduct, states: dict[UUID, Match], filters: Filters) -> bool:
    assert found.supply is not None and found.asked is not None
    supply, row = found.supply, ranked.row
    state = _state(states, ranked)
    if filters.state == "new":
        if state != MatchState.SHOWN:
            return False
    elif filters.state and state != filters.state:
        return False
    if filters.stars and supply.stars[row] < filters.stars:
        return False
    if filters.province and supply.province[row] != filters.province:
        return False
    return not filters.whole or bool(
        np.nansum(found.covered(ranked)) * found.factor > 0.999 * found.asked.total
    )


def _chart_rows(page: LinePage, live: list[RankedProduct], states: dict[UUID, Match]) -> list[RankedProduct]:
    """The suppliers in the chart: those the buyer chose (saved, invited), else the first that fill the months."""
    found = page.found
    assert found.asked is not None and found.supply is not None
    chosen = [r for r in live if _state(states, r) in {MatchState.SAVED, MatchState.INVITED}]
    page.chosen = len(chosen)
    if chosen:
        return chosen
    rows = enough_in_order(found.asked, found.supply, [r.row for r in live], most=SERIES)
    by_row = {r.row: r for r in live}
    return [by_row[row] for row in rows]


def _cards(
    found: LineMatches,
    rows: Sequence[RankedProduct],
    dressed: dict[UUID, ShownMatch],
    colours: dict[UUID, str],
) -> list[Card]:
    cards = []
    for ranked in rows:
        shown = dressed.get(ranked.product_id)
        if shown is None:
            continue
        score, base, parts = ranked.whole
        told = [(str(FAMILY_LABELS.get(k, k)), v) for k, v in parts.items()]
        details = [
            (term_label(name), charts.signed(value))
            for name, value in sorted(ranked.contributions.items(), key=lambda c: -abs(c[1]))
            if abs(value) >= 0.05
        ]
        warnings = [w for f, w in zip(shown.facts, shown.words, strict=True) if f.key in WARNINGS]
        facts = [
            w
            for f, w in zip(shown.facts, shown.words, strict=True)
            if f.key not in WARNINGS and f.key not in {"coverage", "price_on_request"}
        ]
        why = [w for f, w in zip(shown.facts, shown.words, strict=True) if f.key == "coverage"]
        cards.append(
            Card(
                shown=shown,
                score=score,
                bars=charts.contributions(told, base=base),
                details=details,
                why=why[0] if why else "",
                warnings=warnings,
                facts=facts,
                colour=colours.get(ranked.product_id, ""),
            )
        )
    return cards


def _draw(page: LinePage, chosen: Sequence[RankedProduct], dressed: dict[UUID, ShownMatch]) -> None:
    found = page.found
    assert found.asked is not None and found.supply is not None
    asked = found.asked
    brought = fill_in_order(asked, found.supply, [r.row for r in chosen]) / found.factor
    series = [
        charts.Series(dressed[r.product_id].company.name, [float(v) for v in values])
        for r, values in zip(chosen[:SERIES], brought[:SERIES], strict=True)
        if r.product_id in dressed
    ]
    if len(chosen) > SERIES:
        rest = brought[SERIES:].sum(axis=0)
        others = ngettext("%(count)s other", "%(count)s others", len(chosen) - SERIES)
        series.append(charts.Series(others % {"count": len(chosen) - SERIES}, [float(v) for v in rest]))
    demand = asked.demand / found.factor
    page.chart = charts.coverage_chart(
        [month_date(int(m)) for m in asked.months],
        series,
        unit=found.line.unit_id,
        demand=[float(v) for v in demand],
        caption=_("Supply by month against the need"),
    )
    share = float(brought.sum() / demand.sum())
    page.chart_total = formats.percent(share)
    count = len({r.company_id for r in chosen})
    if page.chosen:
        page.chart_note = ngettext(
            "of the need with the one supplier you saved or invited",
            "of the need with the %(count)s suppliers you saved or invited",
            count,
        ) % {"count": count}
    else:
        page.chart_note = ngettext(
            "of the need with the best supplier by score",
            "of the need with the %(count)s best suppliers by score",
            count,
        ) % {"count": count}


def _funnel(found: LineMatches, names: Names) -> list[charts.FunnelStep]:
    steps: list[tuple[str, int]] = [(_("Offered products looked at"), found.start)]
    steps += [(criterion_words(c, names), c.left) for c in found.counts if _telling(c)]
    return charts.funnel(steps)


def _telling(count: Count) -> bool:
    return bool(count.in_sequence) or count.code in {"product", "stars", "certificate", "capacity", "law"}


def _relax(found: LineMatches, names: Names) -> list[str]:
    """The criteria that alone keep products out, the most first."""
    costly = sorted((c for c in found.counts if c.relaxable and c.only), key=lambda c: -c.only)[:3]
    return [
        ngettext(
            "Without “%(criterion)s”: %(count)s product more",
            "Without “%(criterion)s”: %(count)s products more",
            c.only,
        )
        % {"criterion": criterion_words(c, names), "count": formats.number(c.only)}
        for c in costly
    ]


def chips(found: LineMatches, names: Names) -> list[tuple[str, str]]:
    """(class, words) of what the line asks for."""
    line, asked = found.line, found.asked
    made: list[tuple[str, str]] = []
    if asked is not None:
        first, last = month_date(int(asked.months.min())), month_date(int(asked.months.max()))
        made.append(("", formats.month_span(first, last)))
        total = formats.quantity(round(asked.total / found.factor, 3), line.unit_id)
        made.append(("", _("%(quantity)s in all") % {"quantity": total}))
        made += [
            ("chip-must", _("Required: %(what)s") % {"what": _accepted(c, names)}) for c in asked.required
        ]
        if asked.least_stars:
            made.append(("chip-must", _("Required: from %(stars)s stars") % {"stars": asked.least_stars}))
        made += [("", _("Preferred: %(what)s") % {"what": names.scheme(c.code)}) for c in asked.preferred]
        if asked.wished_stars:
            made.append(("", _("Preferred: from %(stars)s stars") % {"stars": asked.wished_stars}))
    need = line.need
    place = need.delivery_place or (need.delivery_province.name if need.delivery_province else "")
    if place:
        made.append(("", _("Delivered to %(place)s") % {"place": place}))
    if line.ceiling_price is not None:
        ceiling = formats.price(line.ceiling_price, need.currency, line.unit_id)
        made.append(("", _("Ceiling %(price)s (only you see it)") % {"price": ceiling}))
    return made


def _accepted(wanted: Any, names: Names) -> str:
    if len(wanted.schemes) > 1:
        return _("%(scheme)s or equivalent") % {"scheme": names.scheme(wanted.code)}
    return names.scheme(wanted.code)
