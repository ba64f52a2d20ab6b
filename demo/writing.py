"""The catalogue's part of a simulated market, written with COPY in the order that keys and triggers ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import connection
from psycopg import sql

from companies.models import (
    Certification,
    Commitment,
    Company,
    LabReport,
    Membership,
    MonthlyCapacity,
    PriceTier,
    Product,
    StarRating,
    User,
)
from core.text import vietnamese_sort_key
from demo import proofs
from demo.cast import PASSWORD
from demo.copying import copy_rows
from demo.world import HORIZON, Firm, Offer, World, round_price

COMPANY_COLUMNS = (
    "id", "code", "kind", "name_vi", "name_en", "tax_code", "sells", "buys", "province_id", "commune_id", "lat", "lon",
    "phone", "email", "story_vi", "story_en", "founded_on", "members_count", "verification", "verified_at",
    "verified_by_id", "listed_by_id", "agency_level", "is_simulated", "deliveries_count", "on_time_in_full",
    "sort_key", "created_at",
)  # fmt: skip
PRODUCT_COLUMNS = (
    "id", "company_id", "name_vi", "name_en", "product_set_id", "hs_id", "unit_id", "pack", "pack_content",
    "specification", "gtin", "shelf_life_days", "min_order", "lead_time_days", "price", "price_audience",
    "capacity_audience", "markets", "story_vi", "story_en", "is_simulated", "stars", "stars_confirmed",
    "stars_valid_until", "sort_key", "created_at",
)  # fmt: skip
UNUSABLE = "!simulated-people-cannot-sign-in"
Steps = Callable[[Iterable[Any], str, int], Iterable[Any]]


def write_catalogue(world: World, steps: Steps) -> None:
    """Users, companies, products with their proofs, capacity and promises. `steps` wraps the long parts."""
    ids, now = world.ids, world.now
    copy_rows(User, USER_COLUMNS, _users(world), ids=ids, now=now)
    firms = sorted(world.firms, key=lambda firm: firm.kind != "agency")  # agencies first: others name them
    copy_rows(
        Company, COMPANY_COLUMNS, steps(map(_company, firms), "companies", len(firms)), ids=ids, now=now
    )
    _write_mandates(world)
    copy_rows(Membership, ("user_id", "company_id", "role"), world.memberships, ids=ids, now=now)
    rows = list(proofs.rating_rows(world))  # first: the products' derived stars come of it
    products = steps(map(_product, world.offers), "products", len(world.offers))
    copy_rows(Product, PRODUCT_COLUMNS, products, ids=ids, now=now)
    copy_rows(StarRating, proofs.RATING_COLUMNS, steps(rows, "star ratings", len(rows)), ids=ids, now=now)
    certificates = list(proofs.CertificateMaker(world).rows())
    copy_rows(
        Certification, proofs.CERTIFICATION_COLUMNS, steps(certificates, "certificates", len(certificates)),
        ids=ids, now=now,
    )  # fmt: skip
    copy_rows(LabReport, proofs.LAB_COLUMNS, proofs.lab_rows(world), ids=ids, now=now)
    copy_rows(PriceTier, ("product_id", "from_quantity", "price"), _tiers(world), ids=ids, now=now)
    _write_capacity(world, steps)
    promised = list(_commitments(world))
    copy_rows(Commitment, COMMITMENT_COLUMNS, steps(promised, "commitments", len(promised)), ids=ids, now=now)


USER_COLUMNS = (
    "id", "full_name", "email", "phone", "password", "is_simulated", "is_staff", "is_superuser", "created_at",
)  # fmt: skip


def _users(world: World) -> Iterator[tuple[Any, ...]]:
    password = make_password(PASSWORD)
    for row in world.users:
        yield (
            row["id"], row["full_name"], row["email"], row.get("phone"), password if row.get("password") else UNUSABLE,
            True, row.get("is_staff", False), row.get("is_superuser", False), world.now,
        )  # fmt: skip


def _company(firm: Firm) -> tuple[Any, ...]:
    confirmed = firm.verification == "confirmed"
    return (
        firm.id, firm.code, firm.kind, firm.name_vi, firm.name_en, firm.tax_code, firm.sells, firm.buys, firm.province,
        firm.commune, firm.lat, firm.lon, firm.phone, firm.email, firm.story_vi, firm.story_en, firm.founded_on,
        firm.members_count, firm.verification, firm.created_at + timedelta(days=3) if confirmed else None,
        firm.verified_by if confirmed else None, firm.listed_by, firm.agency_level, True, firm.deliveries, firm.on_time,
        vietnamese_sort_key(firm.name_vi), firm.created_at,
    )  # fmt: skip


def _write_mandates(world: World) -> None:
    through = Company.mandate.through
    rows = [(firm.id, province) for firm in world.firms for province in firm.mandate]
    copy_rows(through, ("company_id", "province_id"), rows, ids=world.ids, now=world.now)


def _product(offer: Offer) -> tuple[Any, ...]:
    kind = offer.archetype
    return (
        offer.id, offer.firm.id, offer.name_vi, offer.name_en, kind.set_code, kind.hs6, offer.unit, offer.pack,
        offer.pack_content, offer.specification, offer.gtin, offer.shelf_life_days, offer.min_order,
        offer.lead_time_days, offer.price, offer.price_audience, offer.capacity_audience, list(offer.markets),
        offer.story_vi, offer.story_en, True, offer.stars, offer.stars_confirmed, offer.stars_valid_until,
        vietnamese_sort_key(offer.name_vi), offer.created_at,
    )  # fmt: skip


def _tiers(world: World) -> Iterator[tuple[Any, ...]]:
    """Lower prices for more, of about one product in eight."""
    rng = world.rng("tiers")
    for offer in world.offers:
        if offer.price is None or offer.min_order is None or rng.random() > 0.12:
            continue
        for times, off in ((4, 0.96), (10, 0.92)):
            yield offer.id, offer.min_order * times, round_price(float(offer.price) * off)


def _write_capacity(world: World, steps: Steps) -> None:
    """A row a month with nothing promised yet; as text blocks, because this is the longest table by far."""
    months = [world.month(at).isoformat() for at in range(HORIZON)]
    columns = ("id", "created_at", "updated_at", "product_id", "month", "stated", "reserved", "bound", "proof",
               "checked_by_id", "checked_at", "correction")  # fmt: skip
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(MonthlyCapacity._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    now = world.now.isoformat()
    # In the order of their keys: the indexes then grow at one end, which halves the time.
    stated = sorted(
        (offer for offer in world.offers if offer.capacity is not None), key=lambda offer: offer.id
    )
    rng = world.rng("capacity keys")
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for at_offer, offer in enumerate(steps(stated, "capacity", len(stated))):
            keys = _growing_keys(rng, at_offer)
            by, at = r"\N", r"\N"
            if offer.capacity_proof != "stated":
                by, at = (
                    str(world.agency_user[offer.firm.province]),
                    (world.now - timedelta(days=40)).isoformat(),
                )
            head, tail = f"{now}\t{now}\t{offer.id}", f"0\t0\t{offer.capacity_proof}\t{by}\t{at}\t"
            copy.write(
                "".join(
                    f"{key}\t{head}\t{month}\t{value:.3f}\t{tail}\n"
                    for key, month, value in zip(keys, months, offer.capacity, strict=True)
                )
            )


def _growing_keys(rng: np.random.Generator, block: int) -> Iterator[str]:
    """HORIZON keys that sort behind those of earlier blocks."""
    drawn = rng.bytes(11 * HORIZON).hex()
    for at in range(HORIZON):
        part = drawn[22 * at : 22 * at + 22]
        yield f"{(block * HORIZON + at) * 5000:08x}-{part[:4]}-4{part[4:7]}-a{part[7:10]}-{part[10:]}"


COMMITMENT_COLUMNS = ("product_id", "month", "quantity", "state", "expires_at", "source_type", "source_id")


def _commitments(world: World) -> Iterator[tuple[Any, ...]]:
    """What simulated contracts bind, and some awards that wait for the supplier's word."""
    rng = world.rng("commitments")
    for offer in world.offers:
        if offer.promised is None or offer.capacity is None:
            continue
        waits = rng.random() < 0.15
        expires = world.now + timedelta(hours=float(rng.uniform(6, 48))) if waits else None
        contract = world.ids()
        for at in np.flatnonzero(offer.promised):
            quantity = Decimal(str(round(float(offer.capacity[at] * offer.promised[at]), 3)))
            if quantity > 0:
                state, source = ("reserved", "demo.award") if waits else ("bound", "demo.contract")
                yield offer.id, world.month(int(at)), quantity, state, expires, source, contract
