"""What the pages of a need show: criteria in words, terms, changes, the live count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from companies.models import CertificationScheme, Commune, Market, Province
from core import formats
from core.months import parse_month
from frontend import charts
from matching.services.counts import LineCount, count_for_line
from matching.wording import Names, criterion_words
from tenders.enums import Level, VatBasis, Visibility
from tenders.markets import Asked
from tenders.models import NeedAmendment, NeedCertificate, NeedLine, SourcingNeed
from tenders.services.lines import market_asks
from tenders.services.terms import Received, supplier_receives
from tenders.services.texts import monthly


@dataclass(frozen=True, slots=True)
class LineView:
    """A line in words."""

    line: NeedLine
    monthly: str
    months: list[tuple[Any, Decimal]]
    total: Decimal
    required: list[str]
    preferred: list[str]
    by_law: list[str]
    others: list[tuple[str, str]]
    asked: list[Asked]
    habits: list[str]
    to_check: list[tuple[str, str]]


def line_views(need: SourcingNeed, *, with_market: bool = True) -> list[LineView]:
    """The lines of a need (from `with_parts`) in words; three queries more where it has a market."""
    asked = market_asks(need=need) if with_market and need.market_id else {}
    schemes = _scheme_names() if asked else {}
    return [
        _line_view(line, asked.get(line.pk, []), schemes)
        for line in sorted(need.lines.all(), key=lambda x: x.position)
    ]


def _line_view(line: NeedLine, asked: list[Asked], schemes: dict[str, str]) -> LineView:
    quantities = line.quantities
    certificates = list(line.certificates.all())
    required = [certificate_words(c) for c in certificates if c.level == Level.REQUIRED and not c.from_market]
    preferred = [certificate_words(c) for c in certificates if c.level == Level.PREFERRED]
    by_law = [certificate_words(c) for c in certificates if c.from_market]
    if line.required_stars:
        words = (
            _("%(stars)d stars or more, confirmed")
            if line.stars_must_be_confirmed
            else _("%(stars)d stars or more")
        )
        required.append(words % {"stars": line.required_stars})
    if line.preferred_stars:
        preferred.append(_("%(stars)d stars or more") % {"stars": line.preferred_stars})
    for limit in line.lab_limits.all():
        (required if limit.level == Level.REQUIRED else preferred).append(limit_words(limit))
    return LineView(
        line=line,
        monthly=monthly(line),
        months=sorted(quantities.items()),
        total=sum(quantities.values(), Decimal(0)),
        required=required,
        preferred=preferred,
        by_law=by_law,
        others=_others(line),
        asked=asked,
        habits=[schemes.get(a.scheme, a.scheme) for a in asked if a.weight == "habit"],
        to_check=[(schemes.get(a.scheme, a.scheme), a.note) for a in asked if a.weight == "check"],
    )


def certificate_words(row: NeedCertificate) -> str:
    """ "HACCP or equivalent"; from_market rows carry what their law accepts instead."""
    name = row.scheme.short_name or row.scheme.name
    words = _("%(name)s or equivalent") % {"name": name} if row.or_equivalent else name
    return _("%(name)s, confirmed") % {"name": words} if row.must_be_confirmed else words


def limit_words(limit: Any) -> str:
    """ "Aflatoxin B1: at most 5 µg/kg"."""
    parts = []
    if limit.at_least is not None:
        parts.append(_("at least %(value)s") % {"value": formats.number(limit.at_least)})
    if limit.at_most is not None:
        parts.append(_("at most %(value)s") % {"value": formats.number(limit.at_most)})
    return f"{limit.parameter}: {', '.join(parts)} {limit.unit_text}".strip()


def _others(line: NeedLine) -> list[tuple[str, str]]:
    found = [(str(name), str(value)) for name, value in line.specification.items()]
    if line.pack:
        found.append((_("Pack"), line.pack))
    if line.min_shelf_life_days:
        found.append((_("Shelf life"), _("at least %(count)d days") % {"count": line.min_shelf_life_days}))
    if line.min_share_percent:
        share = formats.percent(line.min_share_percent / 100)
        found.append((_("Each supplier"), _("at least %(share)s of each month") % {"share": share}))
    if line.max_suppliers:
        found.append((_("Suppliers"), _("at most %(count)d") % {"count": line.max_suppliers}))
    if not line.partial_allowed:
        found.append((_("Quantity"), _("one supplier must bring the whole quantity")))
    return found


def terms_rows(need: SourcingNeed, *, buyer_shown: bool = True) -> list[tuple[str, str]]:
    """The terms that decide the deal, as label and words."""
    place = need.delivery_place if buyer_shown else ""
    where = ", ".join(
        part for part in (place, need.delivery_province.name if need.delivery_province else "") if part
    )
    rows = [
        (_("Delivery"), where),
        (_("Deliveries"), _("%(count)d a month") % {"count": need.deliveries_per_month}),
    ]
    if need.incoterm:
        rows.append((_("Incoterm"), f"{need.incoterm.pk} – {need.incoterm.name}"))
    if need.market:
        rows.append((_("Market"), need.market.name))
    rows.append((_("Payment"), _("after %(count)d days") % {"count": need.payment_days}))
    for label, value in (
        (_("Discount"), need.discount_percent),
        (_("Promotion fee"), need.promotion_fee_percent),
        (_("Returns, up to"), need.returns_percent),
    ):
        if value:
            rows.append((label, formats.percent(value / 100, 0 if value == value.to_integral() else 2)))
    if need.listing_fee:
        rows.append((_("Listing fee, once"), formats.money(need.listing_fee, need.currency)))
    rows.append((_("Prices"), str(VatBasis(need.vat_basis).label)))
    return [(label, words or "–") for label, words in rows]


def receives(need: SourcingNeed, line: NeedLine, price: Decimal | None) -> Received | None:
    """What a supplier receives of a price for one unit of a line."""
    return supplier_receives(need=need, line=line, price=price) if price else None


@dataclass(frozen=True, slots=True)
class LiveLine:
    """What remains for a line of a draft, and what a supplier would receive at the ceiling."""

    line: NeedLine
    count: LineCount | None
    steps: list[Any]
    costs: list[tuple[str, int]]
    received: Received | None


def live_lines(need: SourcingNeed) -> list[LiveLine]:
    """The live count of a stored draft, in suppliers."""
    names = Names()
    found = []
    for line in sorted(need.lines.all(), key=lambda x: x.position):
        line.need = need  # loaded already
        count = count_for_line(line=line)
        steps: list[Any] = []
        costs: list[tuple[str, int]] = []
        if count is not None:
            steps = charts.funnel([(criterion_words(s.criterion, names), s.left) for s in count.steps])
            costs = [(criterion_words(s.criterion, names), s.costs) for s in count.steps if s.costs]
        found.append(LiveLine(line, count, steps, costs, receives(need, line, line.ceiling_price)))
    return found


@dataclass(frozen=True, slots=True)
class ChangeView:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AmendmentView:
    version: int
    reason: str
    at: datetime
    changes: list[ChangeView]


HIDDEN_WITH_NAME = {"delivery_place", "delivery_commune"}


def amendment_views(need: SourcingNeed, *, buyer_shown: bool = True) -> list[AmendmentView]:
    """A need's amendments in words, the latest first. A withheld buyer's delivery place stays withheld."""
    rows: list[NeedAmendment] = list(need.amendments.order_by("-version"))
    if not rows:
        return []
    lines = {line.position: line for line in need.lines.all()}
    names = _scheme_names()
    return [
        AmendmentView(
            row.version,
            row.reason,
            row.created_at,
            [
                change
                for key, (old, new) in row.changes.items()
                if buyer_shown or key not in HIDDEN_WITH_NAME
                for change in _change_views(key, old, new, need, lines, names)
            ],
        )
        for row in rows
    ]


def _change_views(
    key: str, old: Any, new: Any, need: SourcingNeed, lines: dict[int, NeedLine], names: dict[str, str]
) -> list[ChangeView]:
    parts = key.split(".")
    if parts[0] != "lines":
        label = _verbose(SourcingNeed, key)
        return [ChangeView(label[:1].upper() + label[1:], _value(key, old, need), _value(key, new, need))]
    line = lines.get(int(parts[1]))
    product = line.label if line else parts[1]
    if parts[2] == "months" and line is not None:
        months = sorted({*(old or {}), *(new or {})})
        return [
            ChangeView(
                f"{product}, {formats.month(parse_month(month))}",
                _quantity((old or {}).get(month), line.unit_id),
                _quantity((new or {}).get(month), line.unit_id),
            )
            for month in months
            if (old or {}).get(month) != (new or {}).get(month)
        ]
    related = {"certificates": _("certificates"), "lab_limits": _("laboratory limits")}
    label = related.get(parts[2]) or _verbose(NeedLine, parts[2])
    return [ChangeView(f"{product}, {label}", _list(old, names), _list(new, names))]


def _verbose(model: type[Any], field: str) -> str:
    return str(model._meta.get_field(field).verbose_name)


def _quantity(value: str | None, unit: str) -> str:
    return formats.quantity(Decimal(value), unit) if value else "–"


def _list(value: Any, names: dict[str, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {one}" for name, one in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(_item(one, names) for one in value) or "–"
    return "–" if value in (None, "") else str(value)


def _item(value: Any, names: dict[str, str]) -> str:
    if not isinstance(value, dict):
        return str(value)
    name = value.get("parameter") or names.get(value.get("scheme", ""), value.get("scheme", ""))
    return f"{name} ({Level(value['level']).label})"


def _value(key: str, value: Any, need: SourcingNeed) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "quote_deadline":
        moment = parse_datetime(value)
        return formats.moment(moment) if moment else str(value)
    if key == "listing_fee":
        return formats.money(Decimal(value), need.currency)
    if key.endswith("_percent"):
        return formats.percent(Decimal(value) / 100, 2 if "." in value else 0)
    if key == "delivery_province":
        province = Province.objects.filter(pk=value).first()
        return province.name if province else str(value)
    if key == "delivery_commune":
        commune = Commune.objects.filter(pk=value).first()
        return commune.name if commune else str(value)
    if key == "visibility":
        return str(Visibility(value).label)
    if key == "vat_basis":
        return str(VatBasis(value).label)
    return str(value)


def _scheme_names() -> dict[str, str]:
    return {s.pk: s.short_name or s.name for s in CertificationScheme.objects.all()}


def market_names() -> dict[str, str]:
    """Names of markets by code."""
    return {m.pk: m.name for m in Market.objects.all()}
