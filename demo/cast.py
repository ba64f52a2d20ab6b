"""The named cast: people who can sign in, and dried longan cooperatives that make the sample need instructive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np

from companies.enums import CapacityProof, CompanyKind, Role
from demo.archetypes import archetypes
from demo.firms import add_person, new_firm
from demo.names import plain
from demo.offers import new_offer, season
from demo.world import HORIZON, Firm, Offer, World

PASSWORD = "offtake-demo"  # noqa: S105 - of the simulated people, printed on purpose
BUYER_CODE, RIVAL_BUYER_CODE, SUPPLIER_CODE = "sieu-thi-may-xanh", "sieu-thi-phien-cho", "htx-ben-song"


@dataclass(frozen=True)
class Grower:
    """A maker of dried longan: `tonnes` for August to December; certificates as (scheme, months left, status)."""

    code: str
    kind: str
    name_vi: str
    name_en: str
    province: str
    stars: int
    price: int | None  # thousand VND a kg
    tonnes: tuple[float, ...] | None
    certificates: tuple[tuple[str, int, str], ...]
    deliveries: int
    on_time: float | None
    proof: str = CapacityProof.STATED
    lead_days: int = 12
    min_order: int = 100
    markets: tuple[str, ...] = ("vn_modern_trade",)


C, E, H, G = (
    CompanyKind.COOPERATIVE,
    CompanyKind.ENTERPRISE,
    CompanyKind.HOUSEHOLD,
    CompanyKind.COOPERATIVE_GROUP,
)
SAFE = ("food_safety_eligibility_vn", 20, "confirmed")
GROWERS = (
    Grower("htx-ben-song", C, "HTX Bến Sông", "Ben Song Cooperative", "33", 5, 520, (2.4, 2.2, 2.0, 1.6, 1.6),
           (("haccp_codex", 26, "confirmed"), ("iso_22000", 20, "confirmed"), SAFE), 46, 0.9565,
           CapacityProof.DELIVERED, 10),
    Grower("htx-do-xua", C, "HTX Đò Xưa", "Do Xua Cooperative", "33", 4, 455, (2.0, 1.9, 1.2, 0.8, 0.7),
           (("haccp_codex", 11, "confirmed"), SAFE), 21, 0.9048, CapacityProof.DELIVERED, 14),
    Grower("htx-ban-may", C, "HTX Bản Mây", "Ban May Cooperative", "14", 4, 430, (2.6, 2.4, 2.0, 2.0, 2.0),
           (("haccp_codex", 30, "confirmed"), SAFE), 9, 0.7778, CapacityProof.CHECKED, 20),
    Grower("cong-ty-nang-dong", E, "Công ty TNHH Nắng Đông", "Nang Dong Co., Ltd", "33", 3, 395, (5, 5, 4, 3, 3),
           (("iso_22000", 30, "confirmed"), SAFE), 64, 0.8906, CapacityProof.CHECKED, 9, 500),
    Grower("htx-bo-lanh", C, "HTX Bờ Lành", "Bo Lanh Cooperative", "33", 4, 480, (1.2, 1.1, 0.8, 0.5, 0.5),
           (("fssc_22000", 24, "confirmed"), SAFE), 30, 1.0, CapacityProof.DELIVERED, 8, 50),
    Grower("htx-anh-nguyen", C, "HTX Ánh Nguyên", "Anh Nguyen Cooperative", "14", 3, 360, (1.5, 1.4, 0.9, 0.6, 0.6),
           (("haccp_codex", 18, "listed"), SAFE), 0, None, CapacityProof.STATED, 25),
    Grower("cong-ty-doi-thinh", E, "Công ty CP Đồi Thịnh", "Doi Thinh JSC", "14", 4, 560, (4, 4, 3.5, 3, 3),
           (("brcgs_food", 10, "confirmed"), ("iso_22000", 22, "confirmed"), SAFE), 80, 0.9625, CapacityProof.DELIVERED,
           15, 1000, ("eu", "us", "vn_modern_trade")),
    Grower("htx-cau-gio", C, "HTX Cầu Gió", "Cau Gio Cooperative", "14", 4, None, None,
           (("haccp_codex", 22, "confirmed"), SAFE), 5, 1.0),
    Grower("htx-san-vang", C, "HTX Sân Vàng", "San Vang Cooperative", "33", 4, 410, (3, 3, 2.5, 2, 2),
           (SAFE,), 17, 0.9412),
    Grower("htx-lang-am", C, "HTX Làng Ấm", "Lang Am Cooperative", "33", 3, 420, (0.9, 0.9, 0.6, 0.4, 0.4),
           (("haccp_codex", -2, "confirmed"), SAFE), 12, 0.8333),
    Grower("ho-tam-hien", H, "Hộ kinh doanh Nguyễn Thị Tâm Hiền", "Nguyen Thi Tam Hien Household Business", "33", 3,
           340, (0.3, 0.3, 0.2, 0.1, 0.1), (SAFE,), 3, 1.0),
    Grower("to-hop-tac-xom-do", G, "Tổ hợp tác Xóm Đò", "Xom Do Producers' Group", "33", 3, 350,
           (0.4, 0.4, 0.2, 0.2, 0.2), (SAFE,), 0, None),
)  # fmt: skip
CERTIFICATES = {row.code: row.certificates for row in GROWERS}


def add_cast(world: World) -> tuple[list[Firm], list[Offer]]:
    """The named buyers and growers with their products, and the staff; returns the growers and their products."""
    rng = world.rng("cast")
    world.names.taken |= {row.name_vi for row in GROWERS} | {"Siêu thị Mây Xanh", "Siêu thị Phiên Chợ"}
    _add_buyer(world, rng, BUYER_CODE, "Siêu thị Mây Xanh", "May Xanh Supermarkets", "Trần Thị Lan",
               "lan@mayxanh.example", "+84900000001")  # fmt: skip
    _add_buyer(world, rng, RIVAL_BUYER_CODE, "Siêu thị Phiên Chợ", "Phien Cho Supermarkets", "Lê Văn Đối",
               "rival@buyer.example", None)  # fmt: skip
    add_person(
        world, name="Quản Trị", email="admin@offtake.example", password=True, is_staff=True, is_superuser=True
    )
    firms, offers = [], []
    for row in GROWERS:
        firm = _grower(world, rng, row)
        firms.append(firm)
        offers.append(_dried_longan(world, rng, firm, row))
    world.firms += firms
    offers += _other_products(world, rng, firms[0])
    return firms, offers


def _add_buyer(
    world: World,
    rng: np.random.Generator,
    code: str,
    vi: str,
    en: str,
    person: str,
    email: str,
    phone: str | None,
) -> None:
    firm = new_firm(world, rng, CompanyKind.SUPERMARKET, "01")
    firm.code, firm.name_vi, firm.name_en, firm.brand = code, vi, en, vi.removeprefix("Siêu thị ")
    firm.buys, firm.email, firm.verified_by = True, email, world.agency_user["01"]
    firm.story_vi, firm.story_en = f"{vi}, Hà Nội. (Dữ liệu mô phỏng.)", f"{en}, Hanoi. (Simulated data.)"
    firm.owner = add_person(world, name=person, email=email, phone=phone, company=firm.id, password=True)
    world.firms.append(firm)


def _grower(world: World, rng: np.random.Generator, row: Grower) -> Firm:
    firm = new_firm(world, rng, row.kind, row.province)
    firm.code, firm.name_vi, firm.name_en = row.code, row.name_vi, row.name_en
    firm.brand = " ".join(row.name_vi.split()[-2:])
    firm.sells, firm.verified_by = True, world.agency_user[row.province]
    firm.created_at = world.now - timedelta(days=500 + len(world.firms) % 90)
    firm.deliveries, firm.on_time = row.deliveries, row.on_time
    firm.quality, firm.size = 0.3 + 0.12 * row.stars, 1.5
    firm.email = f"lienhe@{row.code}.example"
    if row.kind == C:
        firm.members_count = 20 + 7 * row.stars
    place = world.province_names[row.province]
    firm.story_vi = f"{row.name_vi} sấy long nhãn ở {place[0]}. (Dữ liệu mô phỏng.)"
    firm.story_en = f"{row.name_en} dries longan in {place[1]}. (Simulated data.)"
    people = {SUPPLIER_CODE: ("Nguyễn Văn Bền", "htx@bensong.example", "+84900000003"),
              "htx-bo-lanh": ("Phạm Thị Thu", "rival@supplier.example", None)}  # fmt: skip
    name, email, phone = people.get(row.code, (world.names.person(), f"{row.code}@simulated.example", None))
    firm.email = email if row.code in people else firm.email
    firm.owner = add_person(
        world,
        name=name,
        email=email,
        phone=phone,
        company=firm.id,
        role=Role.OWNER,
        password=row.code in people,
    )
    return firm


def _dried_longan(world: World, rng: np.random.Generator, firm: Firm, row: Grower) -> Offer:
    kind = archetypes()["longan_dried"]
    offer = new_offer(world, rng, firm, kind)
    offer.name_vi, offer.name_en = f"Long nhãn sấy {firm.brand}", f"Dried longan pulp {plain(firm.brand)}"
    offer.unit, offer.pack, offer.pack_content = "KGM", "Túi 500 g", Decimal("0.5")
    offer.price = None if row.price is None else Decimal(row.price * 1000)
    offer.price_audience = offer.capacity_audience = "verified_buyers"
    offer.stars, offer.capacity_proof, offer.lead_time_days = row.stars, row.proof, row.lead_days
    offer.min_order, offer.shelf_life_days, offer.markets = Decimal(row.min_order), 365, row.markets
    offer.specification = {"Loại": "A" if row.stars > 3 else "B", "Độ ẩm": "≤ 18 %"}
    offer.created_at, offer.promised, offer.capacity = firm.created_at, None, None
    if row.tonnes is not None:
        first = world.first_month.month
        months = season(kind, row.tonnes[0] * 1000, first)
        for at in range(HORIZON):
            calendar = (first - 1 + at) % 12 + 1
            if calendar >= 8:
                months[at] = row.tonnes[calendar - 8] * 1000
        offer.capacity = months
    return offer


def _other_products(world: World, rng: np.random.Generator, firm: Firm) -> list[Offer]:
    found = []
    for code, stars in (("longan_fresh", 4), ("honey_multiflora", 3)):
        offer = new_offer(world, rng, firm, archetypes()[code])
        vi, en = archetypes()[code].names[0]
        offer.name_vi, offer.name_en, offer.stars = f"{vi} {firm.brand}", f"{en} {plain(firm.brand)}", stars
        offer.created_at = firm.created_at
        found.append(offer)
    return found
