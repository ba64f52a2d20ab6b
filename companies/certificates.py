"""Which certificates count for a product on a day: one rule for filters, facets and pages.

A certificate that names a product counts for it alone; a company's, a site's or a growing area's counts for the
company's products of the sectors that the scheme applies to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from companies.enums import Verification
from companies.models import Certification, Product


def valid_on(day: date) -> Q:
    """Certificates that hold on the day: begun, not ended, not rejected."""
    return (
        ~Q(status=Verification.REJECTED)
        & (Q(valid_from__isnull=True) | Q(valid_from__lte=day))
        & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    )


def holds_any(schemes: Iterable[Any], day: date) -> Q:
    """Products with a valid certificate of one of the schemes, for `Product.objects.filter(...)`."""
    held = Certification.objects.filter(
        valid_on(day), company=OuterRef("company_id"), scheme__in=list(schemes)
    )
    of_product = Q(product=OuterRef("pk"))
    of_sector = Q(product__isnull=True) & (
        Q(scheme__applies_to__contains=["all"])
        | Q(scheme__applies_to__overlap=OuterRef("product_set__product_sectors"))
    )
    no_sector = Q(product_set__isnull=True) | Q(product_set__product_sectors=[])
    return Q(Exists(held.filter(of_product | of_sector))) | (
        no_sector & Q(Exists(held.filter(product__isnull=True)))
    )


# The same rule for a count by scheme: `p` are products (id, company_id, sectors), `c` certifications, `s` schemes.
COUNTS_FOR_SQL = """
    c.company_id = p.company_id AND (
        c.product_id = p.id OR (c.product_id IS NULL AND (
            'all' = ANY(s.applies_to) OR coalesce(cardinality(p.sectors), 0) = 0 OR s.applies_to && p.sectors)))
    AND c.status <> 'rejected' AND (c.valid_from IS NULL OR c.valid_from <= %s)
    AND (c.valid_to IS NULL OR c.valid_to >= %s)
"""


def counts_for(certificate: Certification, product: Product) -> bool:
    """The same rule for rows at hand (`certificate.scheme` and `product.product_set` loaded); validity aside."""
    if certificate.product_id is not None:
        return bool(certificate.product_id == product.pk)
    named: set[Any] = set(certificate.scheme.applies_to)
    sectors = set(product.product_set.product_sectors) if product.product_set else set()
    return "all" in named or not sectors or bool(named & sectors)
