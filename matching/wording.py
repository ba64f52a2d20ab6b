"""Facts, criteria and families in words of the active language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from companies.models import CertificationScheme, Market
from core import formats
from matching.engine.eligibility import Count, Criterion
from matching.engine.explain import Fact
from matching.engine.supply import month_date

FAMILY_LABELS: Mapping[str, Any] = {
    "supply": gettext_lazy("Quantity covered"),
    "stars": gettext_lazy("Star rating"),
    "certificates": gettext_lazy("Certificates"),
    "price": gettext_lazy("Price"),
    "distance": gettext_lazy("Distance"),
    "record": gettext_lazy("On time, in full"),
    "market": gettext_lazy("Market experience"),
    "terms": gettext_lazy("Delivery terms"),
    "product": gettext_lazy("Product words"),
    "supplier": gettext_lazy("Kind of supplier"),
    "other": gettext_lazy("Other"),
    "limit": gettext_lazy("End of the scale"),
}

TERM_LABELS: Mapping[str, Any] = {
    "coverage": gettext_lazy("share of all months covered"),
    "worst_month": gettext_lazy("the weakest month"),
    "spare": gettext_lazy("capacity to spare"),
    "capacity_proof": gettext_lazy("capacity checked or delivered before"),
    "price_ceiling": gettext_lazy("price against your ceiling"),
    "price_market": gettext_lazy("price against the usual price"),
    "stars": gettext_lazy("stars"),
    "stars_verified": gettext_lazy("stars confirmed"),
    "stars_wish": gettext_lazy("preferred stars reached"),
    "preferred_certificates": gettext_lazy("preferred certificates"),
    "certificates": gettext_lazy("number of certificates"),
    "market_habits": gettext_lazy("what the market usually asks for"),
    "sold_there": gettext_lazy("sold in the market already"),
    "lab_wishes": gettext_lazy("preferred laboratory values"),
    "validity": gettext_lazy("valid through your months"),
    "distance": gettext_lazy("distance"),
    "same_province": gettext_lazy("same province"),
    "on_time": gettext_lazy("on time and in full"),
    "deliveries": gettext_lazy("number of deliveries"),
    "lead_time": gettext_lazy("lead time"),
    "minimum_order": gettext_lazy("minimum order"),
    "words": gettext_lazy("fits the product words"),
    "newness": gettext_lazy("time since it was listed"),
    "supplier_kind": gettext_lazy("kind of supplier"),
    "buyer_kind": gettext_lazy("kind of buyer"),
    "destination": gettext_lazy("home market or export"),
    "limit": gettext_lazy("end of the scale"),
}


def term_label(name: str) -> str:
    """The words of a term; a pair is "this with that"."""
    first, joined, second = name.partition(" x ")
    if not joined:
        return str(TERM_LABELS.get(first, first))
    return _("%(first)s together with %(second)s") % {
        "first": TERM_LABELS.get(first, first),
        "second": TERM_LABELS.get(second, second),
    }


class Names:
    """Short names of schemes and markets, loaded once in two queries."""

    def __init__(self) -> None:
        self.schemes = {s.code: s.short_name or s.name for s in CertificationScheme.objects.all()}
        self.markets = {m.code: m.name for m in Market.objects.all()}

    def scheme(self, code: str) -> str:
        """What people call a scheme."""
        return self.schemes.get(code, code)

    def market(self, code: str) -> str:
        """A market's name."""
        return self.markets.get(code, code)


def month_words(index: int) -> str:
    """A month index as people write it."""
    return formats.month(month_date(index))


def _months(indexes: list[int]) -> str:
    return ", ".join(month_words(i) for i in indexes)


def criterion_words(count: Count | Criterion, names: Names) -> str:
    """A required criterion as a step of the funnel: what is asked."""
    code, detail = count.code, count.detail
    if code == "product":
        return _("Is the product asked for: %(product)s") % {"product": detail}
    if code == "certificate":
        return _("%(scheme)s or what counts for it") % {"scheme": names.scheme(detail)}
    if code == "law":
        market, _colon, scheme = detail.partition(":")
        return _("Law of %(market)s: %(scheme)s") % {
            "market": names.market(market),
            "scheme": names.scheme(scheme),
        }
    if code == "stars":
        return _("At least %(stars)s stars") % {"stars": detail}
    if code == "lab":
        return _("Laboratory value: %(parameter)s") % {"parameter": detail}
    if code == "minimum_share":
        return _("Brings at least %(share)s of each month") % {"share": formats.percent(float(detail))}
    fixed = {
        "product_set": _("In the product set"),
        "unit": _("In a unit that can be compared"),
        "own_company": _("Is not your own company"),
        "shelf_life": _("Keeps long enough"),
        "ceiling": _("Listed price within the ceiling"),
        "capacity": _("Has capacity left in the months"),
        "whole": _("Covers the whole quantity alone"),
    }
    return fixed.get(code, code)


def missing_words(criterion: Criterion, names: Names) -> str:
    """A criterion that a supplier does not meet, said to the supplier."""
    code, detail = criterion.code, criterion.detail
    if code == "certificate":
        return _("%(scheme)s (or what counts for it) is missing") % {"scheme": names.scheme(detail)}
    if code == "law":
        scheme = detail.partition(":")[2]
        return _("%(scheme)s is missing, which the market's law asks for") % {"scheme": names.scheme(scheme)}
    if code == "stars":
        return _("%(stars)s stars are asked for") % {"stars": detail}
    if code == "capacity":
        return _("No capacity left in the months asked for")
    if code == "minimum_share":
        return _("At least %(share)s of each month is asked of one supplier") % {
            "share": formats.percent(float(detail))
        }
    if code == "whole":
        return _("One supplier must cover the whole quantity")
    if code == "shelf_life":
        return _("The shelf life is too short or not stated")
    if code == "lab":
        return _("A laboratory report within the limit is missing: %(parameter)s") % {"parameter": detail}
    return criterion_words(criterion, names)


def fact_words(fact: Fact, names: Names, *, unit: str, factor: float) -> str:
    """One fact as a sentence without its full stop. Quantities are told in `unit` (`factor` base units)."""
    v = fact.values
    if fact.key == "coverage":
        return _coverage_words(v, unit, factor)
    if fact.key == "distance":
        if v["km"] < 5:
            return _("Less than 5 km away")
        return _("%(km)s km away") % {"km": formats.number(round(v["km"]))}
    if fact.key == "record":
        return ngettext(
            "%(count)s delivery, %(share)s on time and in full",
            "%(count)s deliveries, %(share)s on time and in full",
            v["deliveries"],
        ) % {"count": formats.number(v["deliveries"]), "share": formats.percent(v["on_time"])}
    if fact.key == "price_ceiling":
        return _price_words(v["ratio"])
    if fact.key == "certificate_ends":
        return _("%(scheme)s ends in month %(place)s of %(of)s (%(month)s)") % {
            "scheme": names.scheme(v["scheme"]),
            "place": v["place"],
            "of": v["of"],
            "month": month_words(v["month"]),
        } if v["place"] else _("%(scheme)s ends before the first month (%(month)s)") % {
            "scheme": names.scheme(v["scheme"]), "month": month_words(v["month"]),
        }  # fmt: skip
    if fact.key == "stars_end":
        return _("The star rating ends in month %(place)s of %(of)s (%(month)s)") % {
            "place": v["place"],
            "of": v["of"],
            "month": month_words(v["month"]),
        } if v["place"] else _("The star rating ends before the first month (%(month)s)") % {
            "month": month_words(v["month"])
        }  # fmt: skip
    if fact.key == "stars_ended":
        return _("The star rating ended in %(month)s") % {"month": month_words(v["month"])}
    if fact.key == "partly_stated":
        return _("Capacity not stated for %(months)s") % {"months": _months(v["months"])}
    fixed = {
        "capacity_unstated": _("Capacity not stated"),
        "price_on_request": _("Price on request"),
        "no_record": _("No deliveries recorded yet"),
    }
    return fixed.get(fact.key, fact.key)


def _coverage_words(v: dict[str, Any], unit: str, factor: float) -> str:
    share = formats.percent(v["share"])
    if not v["short"] and v["full_months"] == v["months"]:
        return ngettext("Covers all of the one month", "Covers all %(count)s months in full", v["months"]) % {
            "count": v["months"]
        }
    words = _("Covers %(share)s of the need") % {"share": share}
    empty = set(v["empty"])
    # All months short is what the share says already; single gaps are named with their size.
    gaps = [(m, q) for m, q in v["short"] if m not in empty]
    if empty and len(empty) < v["months"]:
        words += "; " + _("nothing left in %(months)s") % {"months": _months(sorted(empty))}
    if gaps and len(v["short"]) <= max(3, v["months"] // 2):
        told = [
            _("%(month)s is short by %(quantity)s")
            % {"month": month_words(m), "quantity": _quantity(q / factor, unit)}
            for m, q in gaps
        ]
        words += "; " + ", ".join(told)
    return words


def _quantity(value: float, unit: str) -> str:
    return formats.quantity(Decimal(str(round(value, 3))), unit)


def _price_words(ratio: float) -> str:
    away = formats.percent(abs(1 - ratio))
    if ratio < 0.995:
        return _("Listed price %(share)s below your ceiling") % {"share": away}
    if ratio > 1.005:
        return _("Listed price %(share)s above your ceiling") % {"share": away}
    return _("Listed price at your ceiling")


def first_day(index: int) -> date:
    """A month index as a date."""
    return month_date(index)


def basis_words(basis: str) -> str:
    """Why something of a market is to be checked."""
    return {
        "law": pgettext("basis of a requirement", "law"),
        "law_if_claimed": pgettext("basis of a requirement", "law if it is claimed"),
        "buyer_habit": pgettext("basis of a requirement", "habit of buyers"),
    }.get(basis, basis)
