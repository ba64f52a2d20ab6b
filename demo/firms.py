"""Producers, buyers and agencies of the simulated market, with the people who act for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import numpy as np
from django.utils.text import slugify
from numpy.typing import NDArray

from companies.enums import AgencyLevel, CompanyKind, Role, Verification
from demo.archetypes import PROVINCE_WEIGHT, SECTOR_SHARE
from demo.names import names_no_product, plain
from demo.world import Firm, World

PRODUCER_KINDS = {
    CompanyKind.COOPERATIVE: 0.62,
    CompanyKind.HOUSEHOLD: 0.15,
    CompanyKind.ENTERPRISE: 0.165,
    CompanyKind.COOPERATIVE_GROUP: 0.055,
    CompanyKind.EXPORTER: 0.01,
}
KIND_SIZE = {
    CompanyKind.COOPERATIVE: 1.0,
    CompanyKind.HOUSEHOLD: 0.45,
    CompanyKind.ENTERPRISE: 1.6,
    CompanyKind.COOPERATIVE_GROUP: 0.7,
    CompanyKind.EXPORTER: 2.5,
}
POINTS_OF_SALE, IN_HANOI = 676, 115
OTHER_BUYERS = {CompanyKind.SUPERMARKET: 60, CompanyKind.DISTRIBUTOR: 90, CompanyKind.EXPORTER: 50}
BIG_CITIES = {"01": 0.3, "79": 0.34, "31": 0.1, "48": 0.1, "92": 0.08, "75": 0.08}


def add_person(
    world: World,
    *,
    name: str,
    email: str,
    company: UUID | None = None,
    role: str = Role.OWNER,
    **more: object,
) -> UUID:
    """A simulated user, who cannot sign in unless `password` is given; member of `company`."""
    user = world.ids()
    world.users.append({"id": user, "full_name": name, "email": email, **more})
    if company is not None:
        world.memberships.append((user, company, role))
    return user


def add_agencies(world: World) -> None:
    """The 34 provincial agencies with their mandates, and the ministry."""
    long_ago = world.now - timedelta(days=900)
    for province, (vi, en) in world.province_names.items():
        code = f"sct-{slugify(plain(vi))}"
        firm = Firm(
            id=world.ids(), code=code, kind=CompanyKind.AGENCY, name_vi=f"Sở Công Thương {vi}",
            name_en=f"{en} Department of Industry and Trade", brand=vi, province=province, commune=None,
            lat=None, lon=None, created_at=long_ago, agency_level=AgencyLevel.PROVINCE, mandate=(province,),
        )  # fmt: skip
        cast = province == "33"
        email = "agency@hungyen.example" if cast else f"{code}@simulated.example"
        name = "Đỗ Minh Hưng" if cast else world.names.person()
        world.agency_user[province] = add_person(
            world, name=name, email=email, company=firm.id, password=cast
        )
        world.agency[province] = firm.id
        firm.owner = world.agency_user[province]
        world.firms.append(firm)
    ministry = Firm(
        id=world.ids(), code="bo-nong-nghiep-va-moi-truong", kind=CompanyKind.AGENCY,
        name_vi="Bộ Nông nghiệp và Môi trường", name_en="Ministry of Agriculture and Environment", brand="",
        province="01", commune=None, lat=None, lon=None, created_at=long_ago, agency_level=AgencyLevel.CENTRAL,
        mandate=tuple(world.province_names),
    )  # fmt: skip
    world.ministry_user = add_person(
        world, name="Vũ Thị Bảo", email="bo@offtake.example", company=ministry.id, password=True
    )
    ministry.owner = world.ministry_user
    world.firms.append(ministry)
    for firm in world.firms:
        firm.verified_by = world.ministry_user


def place_in(world: World, rng: np.random.Generator, province: str) -> tuple[str, str, float, float]:
    """A commune of the province and a position within about 3 km of its own."""
    choices = world.communes[province]
    code, name, lat, lon = choices[int(rng.integers(len(choices)))]
    return code, name, round(lat + rng.normal(0, 0.014), 5), round(lon + rng.normal(0, 0.014), 5)


def new_firm(world: World, rng: np.random.Generator, kind: str, province: str) -> Firm:
    """A company with an invented name in some commune of the province; traits drawn, not yet a trader."""
    commune, place, lat, lon = place_in(world, rng, province)
    if not names_no_product(place):
        place = world.province_names[province][0]
    if not names_no_product(place):
        place = world.names.pick(("Thượng", "Hạ", "Đông", "Tây"))
    vi, en, brand = world.names.company(kind, place)
    slug = slugify(plain(vi))[:48].strip("-")
    founded = date(int(rng.integers(2003, 2026)), int(rng.integers(1, 13)), int(rng.integers(1, 29)))
    return Firm(
        id=world.ids(), code=f"{slug}-{len(world.firms) + 1}", kind=kind, name_vi=vi, name_en=en, brand=brand,
        province=province, commune=commune, lat=lat, lon=lon,
        created_at=world.now - timedelta(days=float(rng.uniform(20, 1500)), hours=float(rng.uniform(0, 24))),
        founded_on=founded, quality=float(rng.beta(2.2, 2.8)), charm=float(rng.beta(2, 2)),
        email=f"lienhe@{slug}.example",
    )  # fmt: skip


def add_producers(world: World, count: int) -> None:
    """Producers by province, kind and sector in the market's proportions; most found by their agency, many claimed."""
    rng = world.rng("producers")
    codes = sorted(PROVINCE_WEIGHT)
    weights = np.array([PROVINCE_WEIGHT[code] for code in codes])
    provinces = rng.choice(codes, size=count, p=weights / weights.sum())
    kinds = rng.choice(list(PRODUCER_KINDS), size=count, p=_shares(PRODUCER_KINDS.values()))
    sectors = rng.choice(list(SECTOR_SHARE), size=count, p=_shares(SECTOR_SHARE.values()))
    for at in range(count):
        kind, province = str(kinds[at]), str(provinces[at])
        firm = new_firm(world, rng, kind, province)
        firm.sells, firm.sector = True, str(sectors[at])
        firm.buys = kind == CompanyKind.EXPORTER or (kind == CompanyKind.ENTERPRISE and rng.random() < 0.04)
        firm.size = float(np.exp(rng.normal(0, 0.55))) * KIND_SIZE[CompanyKind(kind)]
        if kind in (CompanyKind.COOPERATIVE, CompanyKind.COOPERATIVE_GROUP):
            firm.members_count = int(np.clip(np.exp(rng.normal(3.3, 0.7)), 7, 900))
        _stand(world, rng, firm)
        _record(rng, firm)
        _story(firm, world.province_names[province])
        world.firms.append(firm)


def _shares(values: Iterable[float]) -> NDArray[np.float64]:
    shares = np.array(list(values), dtype=np.float64)
    return shares / shares.sum()


def _stand(world: World, rng: np.random.Generator, firm: Firm) -> None:
    """Who listed, claimed and confirmed it."""
    draw = rng.random()
    firm.verification = (
        Verification.CONFIRMED if draw < 0.8 else Verification.LISTED if draw < 0.92 else Verification.PENDING
    )
    if rng.random() < 0.7:
        firm.listed_by = world.agency[firm.province]
    if firm.verification == Verification.CONFIRMED:
        firm.verified_by = world.agency_user[firm.province]
    if firm.verification != Verification.LISTED and rng.random() < 0.55:
        firm.owner = add_person(
            world, name=world.names.person(), email=f"{firm.code}@simulated.example", company=firm.id
        )


def _record(rng: np.random.Generator, firm: Firm) -> None:
    """Deliveries so far; two in five have none, and then no share either."""
    if rng.random() < 0.4:
        return
    firm.deliveries = int(np.clip(np.exp(rng.normal(2.0 + 0.5 * np.log(firm.size), 1.0)), 1, 240))
    kept = float(np.clip(rng.beta(9 + 6 * firm.quality, 1.6), 0.3, 1))
    firm.on_time = round(round(kept * firm.deliveries) / firm.deliveries, 4)


def _story(firm: Firm, province: tuple[str, str]) -> None:
    year = firm.founded_on.year if firm.founded_on else 2020
    members = f" {firm.members_count} hộ thành viên cùng làm." if firm.members_count else ""
    firm.story_vi = f"{firm.name_vi} bắt đầu từ năm {year} ở {province[0]}.{members} (Dữ liệu mô phỏng.)"
    joined = f" {firm.members_count} member households work together." if firm.members_count else ""
    firm.story_en = f"{firm.name_en} began in {year} in {province[1]}.{joined} (Simulated data.)"


def add_buyers(world: World, scale: float) -> None:
    """Points of sale (115 of 676 in Hanoi at full scale), supermarkets, distributors and exporters."""
    rng = world.rng("buyers")
    shops, hanoi = max(round(POINTS_OF_SALE * scale), 12), max(round(IN_HANOI * scale), 2)
    others = sorted(set(PROVINCE_WEIGHT) - {"01"})
    weights = _shares(PROVINCE_WEIGHT[code] for code in others)
    places = ["01"] * hanoi + [str(code) for code in rng.choice(others, size=shops - hanoi, p=weights)]
    wanted = [(CompanyKind.POINT_OF_SALE, place) for place in places]
    for kind, count in OTHER_BUYERS.items():
        cities = rng.choice(
            list(BIG_CITIES), size=max(round(count * scale), 4), p=_shares(BIG_CITIES.values())
        )
        wanted += [(kind, str(city)) for city in cities]
    for kind, province in wanted:
        firm = new_firm(world, rng, kind, province)
        firm.buys = True
        firm.verified_by = world.agency_user[province]
        firm.owner = add_person(
            world, name=world.names.person(), email=f"{firm.code}@simulated.example", company=firm.id
        )
        _story(firm, world.province_names[province])
        world.firms.append(firm)
