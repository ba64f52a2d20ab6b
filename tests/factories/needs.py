"""Needs as a buyer would post them, and the reference rows that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from companies.models import CertificationScheme, Company, Market, MarketRequirement, User
from tenders.models import SourcingNeed
from tenders.services.inputs import CertificateInput, LineInput
from tenders.services.needs import create_need
from tenders.services.publishing import publish_need
from tests.factories.people import make_hs, make_product_set, make_province, make_unit

NOW = datetime(2090, 2, 1, 3, 0, tzinfo=UTC)
DEADLINE = datetime(2090, 3, 1, 10, 0, tzinfo=UTC)
AUGUST_TO_DECEMBER = {date(2090, month, 1): Decimal(2000) for month in range(8, 13)}
SECTORS = {"ocop_set_07": (7, ["processed_food"]), "ocop_set_02": (2, ["livestock", "aquaculture"])}


def make_scheme(
    code: str = "haccp_codex", *, satisfied_by: tuple[str, ...] = (), **fields: Any
) -> CertificationScheme:
    """A certification scheme; `satisfied_by` names schemes that count as equivalent."""
    scheme, _ = CertificationScheme.objects.get_or_create(
        code=code,
        defaults={
            "name_vi": f"Chứng nhận {code}", "name_en": f"Certificate {code}", "kind": "food_safety",
            "issuer_type": "body", "scope": "site", "legal_status": "voluntary",
            "short_name": {"haccp_codex": "HACCP", "iso_22000": "ISO 22000"}.get(code, code), **fields,
        },
    )  # fmt: skip
    for giver in satisfied_by:
        make_scheme(giver).satisfies.add(scheme)
    return scheme


def make_market(code: str = "vn_modern_trade", *, kind: str = "domestic", **fields: Any) -> Market:
    market, _ = Market.objects.get_or_create(
        code=code,
        defaults={"name_vi": f"Thị trường {code}", "name_en": f"Market {code}", "kind": kind, **fields},
    )
    return market


def make_requirement(
    market: Market,
    scheme: str,
    *,
    basis: str = "law",
    sectors: tuple[str, ...] = ("processed_food",),
    **fields: Any,
) -> MarketRequirement:
    return MarketRequirement.objects.create(
        market=market, scheme=make_scheme(scheme), basis=basis, sectors=list(sectors), **fields
    )


def longan_line(**fields: Any) -> LineInput:
    """2 t of dried longan pulp a month from August to December 2090, "HACCP or equivalent" required."""
    number, sectors = SECTORS["ocop_set_07"]
    product_set = make_product_set("ocop_set_07", number=number, product_sectors=sectors)
    make_hs("081340", product_set=product_set)
    make_unit("KGM")
    make_scheme("haccp_codex", satisfied_by=("iso_22000",))
    defaults: dict[str, Any] = {
        "product_words": "Long nhãn sấy",
        "hs": "081340",
        "product_set": "ocop_set_07",
        "unit": "KGM",
        "months": AUGUST_TO_DECEMBER,
        "certificates": [CertificateInput(scheme="haccp_codex")],
        "ceiling_price": Decimal(420000),
    }
    return LineInput(**{**defaults, **fields})


def make_draft(
    company: Company,
    actor: User,
    *,
    lines: list[LineInput] | None = None,
    changes: Mapping[str, Any] | None = None,
    now: datetime = NOW,
) -> SourcingNeed:
    """A draft that may be published at `NOW`, written by the service."""
    make_province("01")
    fields: dict[str, Any] = {
        "quote_deadline": DEADLINE,
        "delivery_place": "Kho Gia Lâm",
        "delivery_province": "01",
        "discount_percent": Decimal(3),
        "payment_days": 30,
    }
    return create_need(
        company=company,
        actor=actor,
        changes={**fields, **(changes or {})},
        lines=[longan_line()] if lines is None else lines,
        now=now,
    )


def make_published(company: Company, actor: User, **fields: Any) -> SourcingNeed:
    """The same, published at `NOW`."""
    now = fields.get("now", NOW)
    return publish_need(need=make_draft(company, actor, **fields), actor=actor, now=now)
