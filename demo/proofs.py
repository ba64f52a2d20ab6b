"""Star ratings, certificates and laboratory reports of the simulated market, as rows ready to be copied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from companies.enums import IssuingLevel, Verification
from companies.reference.loader import rule_versions, schemes
from core.months import add_months
from demo.cast import CERTIFICATES
from demo.world import Firm, Offer, World

RATING_COLUMNS = (
    "product_id", "stars", "points", "decision_number", "issued_on", "valid_until", "issuing_level",
    "issuing_province_id", "rule_version_id", "status", "listed_by_id", "confirmed_by_id", "confirmed_at", "created_at",
)  # fmt: skip
CERTIFICATION_COLUMNS = (
    "company_id", "product_id", "scheme_id", "scope", "site", "number", "body", "valid_from", "valid_to", "status",
    "listed_by_id", "checked_by_id", "checked_at", "is_simulated", "created_at",
)  # fmt: skip
LAB_COLUMNS = (
    "product_id", "lot", "parameter", "result", "result_text", "limit", "unit_text", "laboratory", "tested_on",
)  # fmt: skip
POINTS = {3: (50, 69.9), 4: (70, 89.9), 5: (90, 98)}
# Besides the archetype's usual ones: scheme -> chance for a producer of middling quality.
GENERAL = {
    "food_safety_eligibility_vn": 0.45, "haccp_codex": 0.16, "iso_22000": 0.07, "product_self_declaration_vn": 0.3,
    "gs1_barcode": 0.2, "traceability_vn": 0.16, "trademark_vn": 0.12, "fssc_22000": 0.012, "brcgs_food": 0.008,
    "halal_halcert_vn": 0.02, "us_fda_ffr": 0.03, "iso_9001": 0.02, "organic_tcvn_11041": 0.04,
}  # fmt: skip
RARE = {
    "organic_eu", "organic_usda_nop", "brcgs_food", "ifs_food", "fssc_22000", "asc", "bap", "rainforest_alliance",
    "fairtrade", "eu_approved_establishment", "gacc_registration", "gi_eu", "globalgap_ifa", "halal_jakim", "fsc",
    "smeta_sedex", "amfori_bsci", "iso_22000",
}  # fmt: skip
# Invented.
BODIES = ("Chứng nhận Sen Vàng", "Giám định Biển Bạc", "Chứng nhận Hòn Mẫu", "Kiểm định Trúc Xanh")  # fmt: skip
LABORATORIES = ("Phòng thử nghiệm Hòn Mẫu", "Trung tâm phân tích Sen Vàng", "Phòng kiểm nghiệm Biển Bạc")  # fmt: skip
LAB = {
    "dry": (("Độ ẩm", 12.0, 3.0, 18.0, "%"), ("Aflatoxin B1", 1.5, 1.2, 5.0, "µg/kg")),
    "any": (("Chì (Pb)", 0.05, 0.04, 0.2, "mg/kg"), ("E. coli", 2.0, 3.0, 10.0, "CFU/g")),
}
VERSIONS = tuple(sorted(rule_versions(), key=lambda row: row.effective_from))


def plus_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's 28th."""
    month = add_months(day, months)
    return date(month.year, month.month, min(day.day, 28))


def rating_level(day: date, stars: int) -> tuple[str, str | None]:
    """(issuing level, rule version) that held on that day."""
    version = next((row for row in reversed(VERSIONS) if row.effective_from <= day), None)
    if stars == 5:
        return IssuingLevel.CENTRAL, version.code if version else None
    bands = version.rules["star_bands"] if version else []
    level = next((band["issuing_level"] for band in bands if band["star"] == stars), None)
    return level or IssuingLevel.PROVINCE, version.code if version else None


def rating_rows(world: World) -> Iterator[tuple[Any, ...]]:
    """The rating that counts of each product and, for some, an older lapsed one; sets the offers' derived stars."""
    rng = world.rng("ratings")
    for offer in world.offers:
        draw = rng.random()
        age = float(rng.uniform(25, 1060))
        if draw < 0.06:
            age = float(rng.uniform(1110, 1400))  # lapsed
        status = (
            Verification.CONFIRMED
            if draw < 0.85
            else Verification.LISTED
            if draw < 0.96
            else Verification.PENDING
        )
        issued: date | None = world.today - timedelta(days=int(age))
        if status == Verification.LISTED and rng.random() < 0.6:
            issued = None
        if offer.firm.code in CERTIFICATES:  # the named cast's stars are beyond doubt
            status, issued = Verification.CONFIRMED, world.today - timedelta(days=int(rng.uniform(60, 200)))
        yield _rating(world, rng, offer, offer.stars, status, issued)
        offer.stars_confirmed = status == Verification.CONFIRMED
        offer.stars_valid_until = plus_months(issued, 36) if issued else None
        lapsed = offer.stars_valid_until is not None and offer.stars_valid_until < world.today
        if not lapsed and rng.random() < 0.1:
            past = world.today - timedelta(days=int(rng.uniform(1120, 1500)))
            yield _rating(world, rng, offer, max(offer.stars - 1, 3), Verification.CONFIRMED, past)


def _rating(
    world: World, rng: np.random.Generator, offer: Offer, stars: int, status: str, issued: date | None
) -> tuple[Any, ...]:
    level, version = rating_level(issued or world.today, stars)
    province = None if level == IssuingLevel.CENTRAL else offer.firm.province
    number = ""
    if issued:
        office = "QĐ-BNNMT" if stars == 5 else "QĐ-UBND"
        number = f"{int(rng.integers(100, 4999))}/{office}"
    low, high = POINTS[stars]
    points = Decimal(str(round(float(rng.uniform(low, high)), 1))) if issued else None
    confirmed = status == Verification.CONFIRMED
    by = world.ministry_user if level == IssuingLevel.CENTRAL else world.agency_user[offer.firm.province]
    confirmed_at = None
    if confirmed and issued:
        day = datetime(issued.year, issued.month, issued.day, 2, tzinfo=world.now.tzinfo)
        confirmed_at = min(day + timedelta(days=float(rng.uniform(1, 20))), world.now)
    return (
        offer.id, stars, points, number, issued, plus_months(issued, 36) if issued else None, level, province,
        version if issued else None, status, world.agency[offer.firm.province], by if confirmed else None,
        confirmed_at, offer.created_at,
    )  # fmt: skip


class CertificateMaker:
    """Draws the certificates of firms and notes in `world.held` what counts today."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng("certificates")
        self.schemes = {row.code: row for row in schemes()}

    def rows(self) -> Iterator[tuple[Any, ...]]:
        by_firm: dict[UUID, list[Offer]] = {}
        for offer in self.world.offers:
            by_firm.setdefault(offer.firm.id, []).append(offer)
            self.world.held[offer.id] = set()
        for offers in by_firm.values():
            yield from self._of_firm(offers[0].firm, offers)

    def _of_firm(self, firm: Firm, offers: list[Offer]) -> Iterator[tuple[Any, ...]]:
        done: set[tuple[str, UUID | None]] = set()
        if firm.code in CERTIFICATES:
            for code, months, status in CERTIFICATES[firm.code]:
                yield self.row(firm, None, code, offers, status=status, months_left=months)
            return
        for offer in offers:
            for code, chance in self._chances(firm, offer).items():
                product = offer if self.schemes[code].scope == "product" else None
                key = (code, product.id if product else None)
                if key in done:
                    continue
                done.add(key)
                if self.rng.random() < chance:
                    yield self.row(firm, product, code, offers)

    def _chances(self, firm: Firm, offer: Offer) -> dict[str, float]:
        lift = 0.35 + 1.3 * firm.quality + 0.25 * float(np.log1p(firm.size)) + 0.25 * (offer.stars - 3)
        found = {code: (0.1 if code in RARE else 0.3) * lift for code in offer.archetype.schemes}
        sectors = set(offer.archetype.product_sectors)
        for code, chance in GENERAL.items():
            applies = set(self.schemes[code].applies_to)
            if "all" in applies or applies & sectors:
                found[code] = max(found.get(code, 0.0), chance * lift)
        return found

    def row(
        self, firm: Firm, product: Offer | None, code: str, offers: list[Offer], *, status: str = "",
        months_left: int | None = None,
    ) -> tuple[Any, ...]:  # fmt: skip
        """One certificate; expiry as a certificate of this scheme would print it."""
        world, rng, scheme = self.world, self.rng, self.schemes[code]
        status = status or str(
            rng.choice(["confirmed", "pending", "listed", "rejected"], p=[0.66, 0.13, 0.195, 0.015])
        )
        term = scheme.typical_validity_months
        start = world.today - timedelta(days=int(rng.uniform(10, 30.4 * (term or 36) * 1.04)))
        end = plus_months(start, term) if term else None
        if months_left is not None:
            end = plus_months(world.today, months_left)
            start = plus_months(end, -(term or 36))
        if status != Verification.REJECTED and (end is None or end >= world.today):
            for offer in [product] if product else offers:
                sectors = set(offer.archetype.product_sectors)
                if product or "all" in scheme.applies_to or set(scheme.applies_to) & sectors:
                    world.held[offer.id].add(code)
        checked = status in (Verification.CONFIRMED, Verification.REJECTED)
        day = datetime(start.year, start.month, start.day, 3, tzinfo=world.now.tzinfo)
        at = min(day + timedelta(days=12), world.now)
        prefix = {"site": "Cơ sở", "growing_area": "Vùng trồng"}.get(scheme.scope)
        body = BODIES[int(rng.integers(len(BODIES)))]
        by = world.agency_user[firm.province] if checked else None
        return (
            firm.id, product.id if product else None, code, scheme.scope, f"{prefix} {firm.brand}" if prefix else "",
            f"{scheme.short_name[:6].upper()}-{int(rng.integers(10000, 99999))}", body, start, end, status,
            world.agency[firm.province] if status == Verification.LISTED else None, by, at if checked else None, True,
            max(at, firm.created_at),
        )  # fmt: skip


def lab_rows(world: World) -> Iterator[tuple[Any, ...]]:
    """Laboratory reports of about one food product in fourteen."""
    rng = world.rng("lab")
    for offer in world.offers:
        if offer.archetype.sector != "food" or rng.random() > 0.07:
            continue
        lot = f"L{int(rng.integers(1000, 9999))}"
        tested = world.today - timedelta(days=int(rng.uniform(5, 400)))
        house = LABORATORIES[int(rng.integers(len(LABORATORIES)))]
        for name, mean, spread, limit, unit in (*LAB["any"], *(() if offer.archetype.fresh else LAB["dry"])):
            result = Decimal(str(round(max(float(rng.normal(mean, spread)), 0.01), 3)))
            yield offer.id, lot, name, result, "", Decimal(str(limit)), unit, house, tested
