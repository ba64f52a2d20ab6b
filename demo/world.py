"""What the simulated market consists of while it is being made: plain objects, written to the database at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.months import add_months, first_day
from demo.archetypes import Archetype
from demo.copying import Ids
from demo.names import NameGiver

HORIZON = 24  # months of capacity, the current one first


@dataclass(slots=True)
class Firm:
    """A company. `quality`, `charm` are 0..1 and stand nowhere in the database; `size` is around 1."""

    id: UUID
    code: str
    kind: str
    name_vi: str
    name_en: str
    brand: str
    province: str
    commune: str | None
    lat: float | None
    lon: float | None
    created_at: datetime
    sells: bool = False
    buys: bool = False
    verification: str = "confirmed"
    owner: UUID | None = None
    email: str = ""
    phone: str = ""
    tax_code: str = ""
    story_vi: str = ""
    story_en: str = ""
    founded_on: date | None = None
    members_count: int | None = None
    listed_by: UUID | None = None
    verified_by: UUID | None = None
    agency_level: str = ""
    mandate: tuple[str, ...] = ()
    deliveries: int = 0
    on_time: float | None = None
    quality: float = 0.5
    charm: float = 0.5
    size: float = 1.0
    sector: str = "food"


@dataclass(slots=True)
class Offer:
    """A product. `packaging` 0..1 stands nowhere in the database. `capacity`: its unit, by month, None = not stated."""

    id: UUID
    firm: Firm
    archetype: Archetype
    name_vi: str
    name_en: str
    stars: int
    created_at: datetime
    unit: str
    pack: str
    pack_content: Decimal | None
    price: Decimal | None
    capacity: NDArray[np.float64] | None
    capacity_proof: str
    packaging: float
    price_audience: str = "verified_buyers"
    capacity_audience: str = "verified_buyers"
    shelf_life_days: int | None = None
    min_order: Decimal | None = None
    lead_time_days: int | None = None
    gtin: str = ""
    markets: tuple[str, ...] = ()
    specification: dict[str, str] = field(default_factory=dict)
    story_vi: str = ""
    story_en: str = ""
    stars_confirmed: bool = True
    stars_valid_until: date | None = None
    promised: NDArray[np.float64] | None = None  # share of each month that contracts bind already


@dataclass(slots=True)
class World:
    """One market in the making. Each part draws from its own generator, so that parts do not disturb each other."""

    seed: int
    now: datetime
    today: date
    ids: Ids
    names: NameGiver
    communes: dict[str, list[tuple[str, str, float, float]]]  # province -> (code, name, lat, lon)
    province_names: dict[str, tuple[str, str]]
    firms: list[Firm] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    users: list[dict[str, Any]] = field(default_factory=list)
    memberships: list[tuple[UUID, UUID, str]] = field(default_factory=list)  # user, company, role
    agency_user: dict[str, UUID] = field(default_factory=dict)  # province -> the person who confirms
    agency: dict[str, UUID] = field(default_factory=dict)
    ministry_user: UUID | None = None
    held: dict[UUID, set[str]] = field(default_factory=dict)  # product -> schemes that count today

    def rng(self, part: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, *part.encode()])

    @property
    def first_month(self) -> date:
        return first_day(self.today)

    def month(self, offset: int) -> date:
        return add_months(self.first_month, offset)

    @property
    def producers(self) -> list[Firm]:
        return [firm for firm in self.firms if firm.sells]

    @property
    def buyers(self) -> list[Firm]:
        return [firm for firm in self.firms if firm.buys]


def round_price(value: float) -> Decimal:
    """To two and a half significant figures, as prices are quoted: 412,345 -> 410,000."""
    if value <= 0:
        raise ValueError("a price is positive")
    step = 10 ** max(int(np.floor(np.log10(value))) - 1, 2) // 2
    return Decimal(max(round(value / step) * step, step))


def round_quantity(value: float) -> Decimal:
    """Two significant figures, at least 1: 1,234 -> 1,200."""
    if value < 1:
        return Decimal(1)
    step = 10 ** max(int(np.floor(np.log10(value))) - 1, 0)
    return Decimal(round(value / step) * step)
