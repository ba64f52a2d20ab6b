"""Writing the lines of a need: the row, its months, certificates, lab limits, and what a market fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import CertificationScheme, HsCode, Market
from core.errors import DomainError
from core.months import months_between
from tenders.enums import Level
from tenders.importing.months import MAX_MONTHS
from tenders.markets import Asked, asked_of
from tenders.models import NeedCertificate, NeedLabLimit, NeedLine, NeedMonth, SourcingNeed
from tenders.services.inputs import SCALARS, LineInput

MAX_LINES = 50
MAX_CRITERIA = 20
Problems = dict[str, list[str]]


def replace_lines(*, need: SourcingNeed, lines: Sequence[LineInput]) -> None:
    """Make the need's lines exactly these, in this order; a line with a known `id` keeps its row.

    The caller holds the need's lock and a transaction. Raises DomainError `invalid` with fields such as
    `lines.0.required_stars`; nothing is written then.
    """
    if len(lines) > MAX_LINES:
        raise DomainError(
            "invalid", _("A need has at most %(count)d lines.") % {"count": MAX_LINES},
            fields={"lines": [_("A need has at most %(count)d lines.") % {"count": MAX_LINES}]}, status=400,
        )  # fmt: skip
    known = {row.pk: row for row in NeedLine.objects.filter(need=need)}
    rows: list[NeedLine] = []
    problems: Problems = {}
    taken: set[UUID] = set()
    for position, data in enumerate(lines, start=1):
        row = known.get(data.id) if data.id is not None and data.id not in taken else None
        row = row or NeedLine(need=need)
        taken.add(row.pk)
        fill_line(row, data, position)
        problems |= line_problems(row, data, f"lines.{position - 1}")
        rows.append(row)
    if problems:
        first = next(iter(problems.values()))[0]
        raise DomainError("invalid", first, fields=problems, status=400)
    NeedLine.objects.filter(need=need).exclude(pk__in=taken).delete()
    for row, data in zip(rows, lines, strict=True):
        row.save(force_insert=row.pk not in known)
        write_parts(row, data)
    fill_market(need=need)


def fill_line(row: NeedLine, data: LineInput, position: int) -> None:
    for name in SCALARS:
        setattr(row, name, getattr(data, name))
    row.position = position
    row.product_words = " ".join(data.product_words.split())
    row.hs_id, row.product_set_id, row.unit_id = data.hs or None, data.product_set or None, data.unit or ""
    row.specification = {
        str(k).strip(): str(v).strip() for k, v in data.specification.items() if str(k).strip()
    }
    row.preferred_markets = list(dict.fromkeys(data.preferred_markets))


def line_problems(row: NeedLine, data: LineInput, prefix: str) -> Problems:
    """What is wrong with a line even as a draft, by field."""
    found: Problems = {}

    def add(field: str, message: str) -> None:
        found.setdefault(f"{prefix}.{field}", []).append(str(message))

    try:
        row.full_clean(exclude=["need"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            for text in texts:
                add(name, text)
    for name in ("required_stars", "preferred_stars"):
        stars = getattr(row, name)
        if stars is not None and not 3 <= stars <= 5:
            add(name, _("OCOP ratings are 3, 4 or 5 stars."))
    if row.ceiling_price is not None and row.ceiling_price <= 0:
        add("ceiling_price", _("The price must be above zero."))
    if not 0 <= row.min_share_percent <= 100:
        add("min_share_percent", _("A share lies between 0 and 100 %."))
    if row.max_suppliers is not None and row.max_suppliers < 1:
        add("max_suppliers", _("At least one supplier is needed."))
    if len(row.specification) > MAX_CRITERIA or any(
        len(k) > 80 or len(v) > 300 for k, v in row.specification.items()
    ):
        add("specification", _("At most 20 pairs of at most 80 and 300 characters."))
    _check_months(data.months, add)
    _check_criteria(data, add)
    return found


def _check_months(months: Mapping[date, Decimal], add: Any) -> None:
    if not months:
        return
    if any(month.day != 1 for month in months):
        add("months", _("A month is given by its first day."))
    if any(not value.is_finite() or value < 0 or value >= Decimal(10) ** 11 for value in months.values()):
        add("months", _("A quantity is a number from 0 up, with at most 11 digits before the decimal sign."))
    if months_between(min(months), max(months)) + 1 > MAX_MONTHS:
        add("months", _("A need spans at most %(count)d months.") % {"count": MAX_MONTHS})


def _check_criteria(data: LineInput, add: Any) -> None:
    asked = [c.scheme for c in data.certificates]
    if len(asked) > MAX_CRITERIA or len(data.lab_limits) > MAX_CRITERIA:
        add("certificates", _("At most %(count)d criteria of a kind.") % {"count": MAX_CRITERIA})
    if len(set(asked)) < len(asked):
        add("certificates", _("The same certificate is asked for twice."))
    named = {*asked, *(s for c in data.certificates for s in c.also_accepted)}
    if named:
        unknown = named - set(CertificationScheme.objects.filter(pk__in=named).values_list("pk", flat=True))
        for code in sorted(unknown):
            add("certificates", _("There is no certificate “%(code)s”.") % {"code": code[:60]})
    markets = set(data.preferred_markets)
    if markets:
        known = set(Market.objects.filter(pk__in=markets).values_list("pk", flat=True))
        for code in sorted(markets - known):
            add("preferred_markets", _("There is no market “%(code)s”.") % {"code": code[:60]})
    for limit in data.lab_limits:
        if limit.at_most is None and limit.at_least is None:
            add(
                "lab_limits",
                _("Give a limit for “%(name)s”: at most or at least.") % {"name": limit.parameter[:60]},
            )
        elif limit.at_most is not None and limit.at_least is not None and limit.at_least > limit.at_most:
            add(
                "lab_limits",
                _("The limits for “%(name)s” exclude each other.") % {"name": limit.parameter[:60]},
            )
        if any(
            v is not None and (not v.is_finite() or abs(v) >= 10**9) for v in (limit.at_most, limit.at_least)
        ):
            add("lab_limits", _("The limit for “%(name)s” is too large.") % {"name": limit.parameter[:60]})
        if not limit.parameter.strip() or len(limit.parameter) > 120 or len(limit.unit_text) > 30:
            add("lab_limits", _("Name the parameter in at most 120 characters, its unit in at most 30."))
    levels = {*(c.level for c in data.certificates), *(limit.level for limit in data.lab_limits)}
    if levels - set(Level.values):
        add("certificates", _("A criterion is either required or preferred."))


def write_parts(row: NeedLine, data: LineInput) -> None:
    row.months.all().delete()
    NeedMonth.objects.bulk_create(
        NeedMonth(line=row, month=month, quantity=quantity.quantize(Decimal("0.001")))
        for month, quantity in sorted(data.months.items())
        if quantity >= Decimal("0.001")
    )
    row.certificates.all().delete()
    NeedCertificate.objects.bulk_create(
        NeedCertificate(
            line=row, scheme_id=c.scheme, level=c.level, or_equivalent=c.or_equivalent,
            also_accepted=list(dict.fromkeys(c.also_accepted)), must_be_confirmed=c.must_be_confirmed,
        )
        for c in data.certificates
    )  # fmt: skip
    row.lab_limits.all().delete()
    NeedLabLimit.objects.bulk_create(
        NeedLabLimit(
            line=row, parameter=limit.parameter.strip(), at_most=limit.at_most, at_least=limit.at_least,
            unit_text=limit.unit_text.strip(), level=limit.level,
        )
        for limit in data.lab_limits
    )  # fmt: skip


def fill_market(*, need: SourcingNeed, now: datetime | None = None) -> None:
    """Write the certificates that the need's market demands by law into its lines; those of a former market go.

    A row that the buyer asked for itself stays the buyer's own, and excludes whatever the market says.
    """
    NeedCertificate.objects.filter(line__need=need, from_market=True).delete()
    if need.market_id is None:
        return
    own = set(NeedCertificate.objects.filter(line__need=need).values_list("line_id", "scheme_id"))
    NeedCertificate.objects.bulk_create(
        NeedCertificate(
            line_id=line_id, scheme_id=one.scheme, level=Level.REQUIRED, or_equivalent=True,
            also_accepted=[code for code in one.also if code != one.scheme], from_market=True,
        )
        for line_id, asked in market_asks(need=need, now=now).items()
        for one in asked
        if one.weight == "law" and (line_id, one.scheme) not in own
    )  # fmt: skip


def market_asks(*, need: SourcingNeed, now: datetime | None = None) -> dict[UUID, list[Asked]]:
    """What the need's market asks for, by line: laws that bind, things to check, habits. Three queries."""
    if need.market is None:
        return {}
    on = timezone.localtime(now or timezone.now()).date()
    rows = list(need.market.requirements.all())
    lines = NeedLine.objects.filter(need=need).select_related("product_set", "hs__product_set")
    return {line.pk: asked_of(rows, sectors_of(line), on=on) for line in lines}


def sectors_of(line: NeedLine) -> frozenset[str]:
    """The product sectors of a line's set (its HS code's set where none is named); empty when not known."""
    product_set = line.product_set or (line.hs.product_set if line.hs else None)
    return frozenset(product_set.product_sectors) if product_set else frozenset()


def guess_product(*, words: str) -> tuple[HsCode | None, Any]:
    """The HS code and product set that the catalogue's products of these words mostly have; (None, None) if none.

    Two queries. A guess is shown as one and never excludes: the words do.
    """
    from django.db.models import Count

    from companies.models import Product, ProductSet
    from core.text import fold

    plain = fold(words)
    if len(plain) < 3:
        return None, None
    best = (
        Product.objects.offered()
        .filter(search__contains=plain, product_set__isnull=False)
        .values("hs", "product_set")
        .annotate(count=Count("id"))
        .order_by("-count", "product_set", "hs")
        .first()
    )
    if best is None:
        return None, None
    hs = HsCode.objects.filter(pk=best["hs"]).first() if best["hs"] else None
    return hs, ProductSet.objects.filter(pk=best["product_set"]).first()
