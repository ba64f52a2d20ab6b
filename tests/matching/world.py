"""A small market around one need: 500 kg of dried longan pulp a month for five months, HACCP or equivalent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from companies.enums import Verification
from companies.models import Certification, Company, Product, User
from core.months import add_months, first_day
from tenders.models import NeedLine, SourcingNeed
from tests.factories.needs import longan_line, make_published, make_scheme
from tests.factories.people import make_capacity, make_company, make_hs, make_product, make_product_set


def the_months() -> list[date]:
    """The five months after this one."""
    start = first_day(timezone.localdate())
    return [add_months(start, n) for n in range(1, 6)]


def posted_need(buyer: User, *, kilograms: int = 500, **line: Any) -> SourcingNeed:
    """A published need of the buyer's company."""
    company = buyer.memberships.get().company
    months = {month: Decimal(kilograms) for month in the_months()}
    now = timezone.now()
    return make_published(
        company,
        buyer,
        lines=[longan_line(months=months, **line)],
        changes={"quote_deadline": now + timedelta(days=20)},
        now=now,
    )


def line_of(need: SourcingNeed) -> NeedLine:
    """The need's first line."""
    return need.lines.select_related("need__company").get(position=1)


def offer(
    name: str = "",
    *,
    company: Company | None = None,
    kilograms: int | None = 500,
    haccp: bool = True,
    stars: int | None = 3,
    **fields: Any,
) -> Product:
    """A supplier's dried longan pulp; `kilograms` None = capacity not stated."""
    number, sectors = 7, ["processed_food"]
    product_set = make_product_set("ocop_set_07", number=number, product_sectors=sectors)
    company = company or make_company(**({"name_vi": name, "name_en": name} if name else {}))
    defaults: dict[str, Any] = {
        "name_vi": "Long nhãn sấy",
        "name_en": "Dried longan pulp",
        "hs": make_hs("081340", product_set=product_set),
        "product_set": product_set,
        "stars": stars,
        "stars_confirmed": stars is not None,
        "lead_time_days": 7,
    }
    product = make_product(company, **{**defaults, **fields})
    if kilograms is not None:
        for month in the_months():
            make_capacity(product, month, kilograms)
    if haccp:
        certify(company)
    return product


def certify(company: Company, scheme: str = "haccp_codex", **fields: Any) -> Certification:
    """A confirmed certificate without an end."""
    scheme_row = make_scheme(scheme, applies_to=["all"])
    return Certification.objects.create(
        company=company,
        scheme=scheme_row,
        **{"status": Verification.CONFIRMED, "checked_at": timezone.now(), **fields},
    )
