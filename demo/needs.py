"""Sourcing needs of the simulated market: past ones of the last 24 months, a few open now, and the sample need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from companies.enums import CompanyKind
from companies.reference.loader import schemes
from core.months import add_months, first_day
from demo.archetypes import Archetype, archetypes
from demo.cast import BUYER_CODE, RIVAL_BUYER_CODE
from demo.copying import copy_rows
from demo.world import Firm, World, round_price, round_quantity
from tenders.models import NeedCertificate, NeedLine, NeedMonth, SourcingNeed
from tenders.services.lines import fill_market

OPEN_SHARE = 20 / 500
BUYER_MIX = {
    CompanyKind.SUPERMARKET: 0.34,
    CompanyKind.DISTRIBUTOR: 0.26,
    CompanyKind.EXPORTER: 0.2,
    CompanyKind.POINT_OF_SALE: 0.2,
}
VOLUME = {
    CompanyKind.SUPERMARKET: 2.0,
    CompanyKind.DISTRIBUTOR: 2.6,
    CompanyKind.EXPORTER: 4.0,
    CompanyKind.POINT_OF_SALE: 0.3,
}
EXPORT_MARKETS = ("eu", "us", "jp", "cn", "kr", "sg", "my", "au")
REQUIRED_CHOICES = {  # scheme -> chance by kind of buyer
    "haccp_codex": {"supermarket": 0.26, "distributor": 0.12, "exporter": 0.34, "point_of_sale": 0.02},
    "food_safety_eligibility_vn": {
        "supermarket": 0.3,
        "distributor": 0.25,
        "exporter": 0.1,
        "point_of_sale": 0.12,
    },
    "vietgap_crop": {"supermarket": 0.35, "distributor": 0.15, "exporter": 0.2, "point_of_sale": 0.1},
}
PREFERRED_CHOICES = (
    "iso_22000",
    "traceability_vn",
    "haccp_codex",
    "gs1_barcode",
    "vietgap_crop",
    "organic_tcvn_11041",
)


@dataclass(slots=True)
class Line:
    id: UUID
    position: int
    archetype: Archetype
    words: str
    unit: str
    months: list[tuple[date, Decimal]]
    ceiling: Decimal | None = None
    ceiling_excludes: bool = False
    required_stars: int | None = None
    preferred_stars: int | None = None
    stars_must_be_confirmed: bool = False
    shelf_life_days: int | None = None
    min_share: int = 0
    max_suppliers: int | None = None
    partial: bool = True
    markets: tuple[str, ...] = ()
    certificates: list[tuple[str, str, bool]] = field(default_factory=list)  # scheme, level, or equivalent
    specification: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Need:
    id: UUID
    firm: Firm
    title: str
    published_at: datetime
    lines: list[Line]
    closed_at: datetime | None = None
    deadline: datetime | None = None
    market: str | None = None
    description: str = ""
    place: str = ""
    visibility: str = "verified"
    name_withheld: bool = False
    quote_mode: str = "direct"
    payment_days: int = 30
    discount: Decimal = Decimal(0)
    returns: Decimal = Decimal(0)
    deliveries: int = 2
    number: str = ""


@dataclass(slots=True)
class NeedBook:
    needs: list[Need]
    sample: Need
    rivals: Need


def make_needs(world: World, count: int) -> NeedBook:
    """`count` needs in order of publication: past ones that are closed, a few open ones, and the sample need."""
    rng = world.rng("needs")
    supply = _typical_capacity(world)
    still_open = max(round(count * OPEN_SHARE) - 2, 2)
    needs = []
    named = {BUYER_CODE, RIVAL_BUYER_CODE}
    buyers = {kind: [f for f in world.buyers if f.kind == kind and f.code not in named] for kind in BUYER_MIX}
    for at in range(count - 2):
        kind = CompanyKind(str(rng.choice(list(BUYER_MIX), p=list(BUYER_MIX.values()))))
        firms = buyers[kind]
        firm = firms[int(len(firms) * rng.beta(1, 2.2))]  # some buyers buy often
        age = rng.uniform(1.5, 24) if at < still_open else rng.uniform(75, 728)
        published = world.now - timedelta(days=float(age))
        need = _need(world, rng, firm, published, supply)
        if at < still_open:
            need.deadline = published + timedelta(days=float(rng.uniform(28, 50)))
        else:
            need.closed_at = published + timedelta(days=float(rng.uniform(21, 50)))
            need.deadline = need.closed_at - timedelta(days=7)
        needs.append(need)
    sample, rivals = _sample(world), _rivals(world)
    needs += [sample, rivals]
    needs.sort(key=lambda row: row.published_at)
    for number, need in enumerate(needs, start=1):
        need.number = f"NM-{need.published_at.year}-{number:04d}"
    return NeedBook(needs, sample, rivals)


def _typical_capacity(world: World) -> dict[str, tuple[int, float, float]]:
    """Archetype -> (products, median mean month in the archetype's unit, median price)."""
    found: dict[str, list[tuple[float, float]]] = {}
    for offer in world.offers:
        if offer.capacity is None or offer.unit != offer.archetype.unit or offer.price is None:
            continue
        busy = offer.capacity[offer.capacity > 0]
        found.setdefault(offer.archetype.code, []).append((float(busy.mean()), float(offer.price)))
    least = 8 if len(world.offers) > 3000 else 3
    return {
        code: (len(rows), float(np.median([r[0] for r in rows])), float(np.median([r[1] for r in rows])))
        for code, rows in found.items()
        if len(rows) >= least and archetypes()[code].unit in ("KGM", "LTR", "H87")
    }


def _need(
    world: World,
    rng: np.random.Generator,
    firm: Firm,
    published: datetime,
    supply: dict[str, tuple[int, float, float]],
) -> Need:
    codes = sorted(supply)
    weights = np.array([supply[code][0] ** 0.7 for code in codes])
    market = (
        str(rng.choice(EXPORT_MARKETS)) if firm.kind == CompanyKind.EXPORTER and rng.random() < 0.75 else None
    )
    if firm.kind == CompanyKind.SUPERMARKET and rng.random() < 0.35:
        market = "vn_modern_trade"
    count = 1 + int(rng.random() < 0.22) + int(rng.random() < 0.08)
    chosen = rng.choice(codes, size=count, replace=False, p=weights / weights.sum())
    lines = [
        _line(world, rng, firm, published, archetypes()[str(code)], supply[str(code)], at, market)
        for at, code in enumerate(chosen, start=1)
    ]
    title = lines[0].words
    if count > 1:
        english = title == lines[0].archetype.names[0][1]
        title += f" and {count - 1} more" if english else f" và {count - 1} mặt hàng khác"
    place = world.province_names[firm.province][0]
    return Need(
        id=world.ids(), firm=firm, title=title, published_at=published, lines=lines, market=market,
        place=f"Kho {firm.brand}, {place}", visibility=str(rng.choice(["verified", "public"], p=[0.6, 0.4])),
        name_withheld=bool(rng.random() < 0.1), payment_days=int(rng.choice([7, 15, 30, 45, 60])),
        discount=Decimal(int(rng.choice([0, 0, 3, 5, 8]))), returns=Decimal(int(rng.choice([0, 0, 2, 5]))),
        deliveries=int(rng.choice([1, 2, 4, 8])), description="Nhu cầu mô phỏng.",
    )  # fmt: skip


def _line(
    world: World, rng: np.random.Generator, firm: Firm, published: datetime, kind: Archetype,
    typical: tuple[int, float, float], position: int, market: str | None,
) -> Line:  # fmt: skip
    vi, en = kind.names[0]
    words = en if market in EXPORT_MARKETS and rng.random() < 0.3 else vi
    _, volume, price = typical
    volume *= VOLUME[CompanyKind(firm.kind)] * float(np.exp(rng.normal(0, 0.6)))
    unit, per = (
        ("TNE", 1000) if kind.unit == "KGM" and volume > 3000 and rng.random() < 0.4 else (kind.unit, 1)
    )
    start = add_months(first_day(published.date()), int(rng.integers(1, 4)))
    months = [
        (month, Decimal(round_quantity(volume * share)) / per)
        for month, share in _shape(rng, kind, start, int(rng.integers(3, 13)))
    ]
    line = Line(id=world.ids(), position=position, archetype=kind, words=words, unit=unit, months=months)
    if rng.random() < 0.65:
        line.ceiling = round_price(price * float(rng.uniform(0.95, 1.5))) * per
        line.ceiling_excludes = bool(rng.random() < 0.06)
    draw = rng.random()
    if draw < 0.3:
        line.required_stars = 3
    elif draw < 0.36:
        line.required_stars = 4
    line.stars_must_be_confirmed = line.required_stars is not None and bool(rng.random() < 0.2)
    line.preferred_stars = 4 if rng.random() < 0.4 else 5 if rng.random() < 0.05 else None
    if kind.shelf_life_days and rng.random() < 0.2:
        line.shelf_life_days = int(kind.shelf_life_days * rng.uniform(0.4, 0.75))
    line.max_suppliers = int(rng.choice([2, 3, 4, 5])) if rng.random() < 0.3 else None
    line.min_share = int(rng.choice([5, 10])) if rng.random() < 0.06 else 0
    line.markets = (market,) if market and rng.random() < 0.5 else ()
    line.certificates = _certificates(rng, firm, kind)
    return line


def _shape(
    rng: np.random.Generator, kind: Archetype, start: date, count: int
) -> Iterator[tuple[date, float]]:
    """Months with their share of the volume: level, or somewhat following the season; none in dead months."""
    follows = float(rng.uniform(0, 0.7))
    mean = float(np.mean([w for w in kind.weights if w]))
    given = 0
    for at in range(24):
        month = add_months(start, at)
        weight = kind.weights[month.month - 1]
        if weight == 0:
            continue
        yield month, (1 - follows) + follows * weight / mean
        given += 1
        if given >= count or at >= 11:
            return


@cache
def _sectors_by_scheme() -> dict[str, set[str]]:
    return {row.code: set(row.applies_to) for row in schemes()}


def _certificates(rng: np.random.Generator, firm: Firm, kind: Archetype) -> list[tuple[str, str, bool]]:
    applies = _sectors_by_scheme()
    sectors = set(kind.product_sectors)
    found: dict[str, tuple[str, bool]] = {}
    for code, chances in REQUIRED_CHOICES.items():
        if applies[code] & sectors and rng.random() < chances.get(firm.kind, 0) and code not in found:
            found[code] = ("required", bool(rng.random() < 0.85))
    for code in rng.choice(PREFERRED_CHOICES, size=int(rng.integers(0, 3)), replace=False):
        if ("all" in applies[str(code)] or applies[str(code)] & sectors) and str(code) not in found:
            found[str(code)] = ("preferred", True)
    return [(code, *rest) for code, rest in found.items()]


def _sample(world: World) -> Need:
    """Mây Xanh's 2 t of dried longan pulp a month, August to December, HACCP or equivalent."""
    year = world.today.year + (0 if world.today.month <= 4 else 1)
    need = _longan(
        world, BUYER_CODE, [date(year, month, 1) for month in range(8, 13)], Decimal(2000), days=(4, 38)
    )
    need.title = "Long nhãn sấy, 2 tấn mỗi tháng"
    need.description = "Long nhãn sấy đóng túi cho chuỗi siêu thị, giao về kho trung tâm hai lần mỗi tháng."
    need.place, need.market, need.discount = "Kho trung tâm Mây Xanh, Hà Nội", "vn_modern_trade", Decimal(5)
    line = need.lines[0]
    line.ceiling, line.preferred_stars, line.shelf_life_days, line.max_suppliers = Decimal(560000), 4, 180, 3
    line.certificates = [("haccp_codex", "required", True), ("traceability_vn", "preferred", True)]
    line.specification = {"Độ ẩm": "≤ 18 %"}
    return need


def _rivals(world: World) -> Need:
    """What the other supermarket asks HTX Bến Sông to quote for: 300 kg a month over four months."""
    months = [add_months(world.first_month, ahead) for ahead in range(3, 7)]
    need = _longan(world, RIVAL_BUYER_CODE, months, Decimal(300), days=(2, 20))
    need.title, need.description = (
        "Long nhãn sấy cho giỏ quà",
        "Long nhãn sấy loại A, đóng túi 500 g cho giỏ quà.",
    )
    need.visibility, need.place = "invited", "Kho Phiên Chợ, Hà Nội"
    need.lines[0].required_stars = 4
    return need


def _longan(
    world: World, buyer: str, months: list[date], quantity: Decimal, *, days: tuple[int, int]
) -> Need:
    """A need for dried longan that was published `days[0]` ago and takes quotes for `days[1]` more."""
    firm = next(row for row in world.firms if row.code == buyer)
    line = Line(
        id=world.ids(), position=1, archetype=archetypes()["longan_dried"], words="Long nhãn sấy", unit="KGM",
        months=[(month, quantity) for month in months],
    )  # fmt: skip
    return Need(
        id=world.ids(), firm=firm, title="", lines=[line], published_at=world.now - timedelta(days=days[0]),
        deadline=world.now + timedelta(days=days[1]), payment_days=45, returns=Decimal(2),
    )  # fmt: skip


def write_needs(world: World, book: NeedBook) -> None:
    """COPY the needs with their lines, months and certificates; later numbers go on from theirs.

    The open ones also get what their market demands by law, as the service fills it in.
    """
    ids, now = world.ids, world.now
    copy_rows(SourcingNeed, NEED_COLUMNS, map(_need_row, book.needs), ids=ids, now=now)
    pairs = [(need, line) for need in book.needs for line in need.lines]
    copy_rows(NeedLine, LINE_COLUMNS, (_line_row(need, line) for need, line in pairs), ids=ids, now=now)
    months = ((line.id, month, quantity) for _, line in pairs for month, quantity in line.months)
    copy_rows(NeedMonth, ("line_id", "month", "quantity"), months, ids=ids, now=now)
    wishes = ((line.id, *row) for _, line in pairs for row in line.certificates)
    columns = ("line_id", "scheme_id", "level", "or_equivalent")
    copy_rows(NeedCertificate, columns, wishes, ids=ids, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('tenders_need_number', %s)", [len(book.needs)])
    for need in SourcingNeed.objects.filter(status="published", market__isnull=False):
        fill_market(need=need, now=now)


NEED_COLUMNS = (
    "id", "number", "company_id", "created_by_id", "title", "description", "status", "quote_mode", "visibility",
    "name_withheld", "market_id", "quote_deadline", "discount_percent", "payment_days", "returns_percent",
    "delivery_place", "delivery_province_id", "delivery_commune_id", "deliveries_per_month", "incoterm_id",
    "published_at", "closed_at", "is_simulated", "created_at",
)  # fmt: skip
LINE_COLUMNS = (
    "id", "need_id", "position", "hs_id", "product_words", "product_set_id", "specification", "unit_id",
    "required_stars", "preferred_stars", "stars_must_be_confirmed", "ceiling_price", "ceiling_excludes",
    "min_shelf_life_days", "preferred_markets", "min_share_percent", "max_suppliers", "partial_allowed", "created_at",
)  # fmt: skip


def _need_row(need: Need) -> tuple[Any, ...]:
    export = need.market in EXPORT_MARKETS
    return (
        need.id, need.number, need.firm.id, need.firm.owner, need.title, need.description,
        "closed" if need.closed_at else "published", need.quote_mode, need.visibility, need.name_withheld, need.market,
        need.deadline, need.discount, need.payment_days, need.returns, need.place, need.firm.province,
        need.firm.commune, need.deliveries, "FOB" if export else None, need.published_at, need.closed_at, True,
        need.published_at - timedelta(days=2),
    )  # fmt: skip


def _line_row(need: Need, line: Line) -> tuple[Any, ...]:
    kind = line.archetype
    return (
        line.id, need.id, line.position, kind.hs6, line.words, kind.set_code, line.specification, line.unit,
        line.required_stars, line.preferred_stars, line.stars_must_be_confirmed, line.ceiling, line.ceiling_excludes,
        line.shelf_life_days, list(line.markets), line.min_share, line.max_suppliers, line.partial,
        need.published_at - timedelta(days=2),
    )  # fmt: skip
