"""Products of the simulated market: names, packs, prices, capacity by month and what is promised of it."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from companies.enums import Audience, CapacityProof, CompanyKind
from demo.archetypes import Archetype, archetypes
from demo.names import names_no_product, plain
from demo.world import HORIZON, Firm, Offer, World, round_price, round_quantity

FIVE_STARS, FOUR_STARS = 126 / 17500, 0.271
STATED = 0.85  # share of products whose capacity is known
PROMISED = 0.09  # share of these of which contracts bind a part
ADJECTIVES = (
    ("đặc biệt", "special"), ("loại 1", "grade 1"), ("thượng hạng", "top grade"), ("truyền thống", "traditional"),
    ("chọn lọc", "selected"), ("cao cấp", "premium"),
)  # fmt: skip
# Unit of the product -> packs (Vietnamese and English read the same) with the content in base units.
PACKS: dict[str, tuple[tuple[str, str], ...]] = {
    "KGM": (
        ("Túi 500 g", "0.5"), ("Hộp 250 g", "0.25"), ("Túi 1 kg", "1"), ("Thùng 10 kg", "10"), ("Hũ 300 g", "0.3"),
        ("Bao 25 kg", "25"), ("Hộp 200 g", "0.2"),
    ),
    "LTR": (("Chai 500 ml", "0.5"), ("Chai 1 lít", "1"), ("Chai 330 ml", "0.33"), ("Can 5 lít", "5")),
    "H87": (("Thùng 20 cái", "20"), ("Hộp 1 cái", "1"), ("Thùng 100 cái", "100")),
}  # fmt: skip
FRESH_PACKS = (("Thùng 10 kg", "10"), ("Sọt 20 kg", "20"), ("Thùng 5 kg", "5"))
MARKETS = ("eu", "us", "jp", "cn", "kr", "sg", "my", "ae_gcc", "au")
HOME_MARKETS = ("vn_modern_trade", "vn_traditional")


def add_offers(world: World, producers: list[Firm], count: int) -> None:
    """`count` products over the producers, at least one each; stars in the programme's proportions.

    Raises:
        ValueError: fewer products than producers.
    """
    if count < len(producers):
        raise ValueError("every producer has at least one product")
    rng = world.rng("offers")
    appeal = np.array([firm.size**0.5 for firm in producers]) * np.exp(rng.normal(0, 0.7, len(producers)))
    more = rng.multinomial(count - len(producers), appeal / appeal.sum())
    mixes: dict[tuple[str, str], tuple[list[Archetype], NDArray[np.float64]]] = {}
    made: list[Offer] = []
    for firm, extra in zip(producers, more, strict=True):
        main: Archetype | None = None
        for _ in range(1 + int(extra)):
            if main is None or rng.random() < 0.4:
                main = _archetype(rng, firm, mixes)
            made.append(new_offer(world, rng, firm, main))
    _give_stars(rng, made)
    world.offers += made


def _archetype(
    rng: np.random.Generator,
    firm: Firm,
    mixes: dict[tuple[str, str], tuple[list[Archetype], NDArray[np.float64]]],
) -> Archetype:
    key = (firm.province, firm.sector)
    if key not in mixes:
        choices = [row for row in archetypes().values() if row.sector == firm.sector]
        weights = np.array([row.weight_in(firm.province) for row in choices])
        mixes[key] = choices, weights / weights.sum()
    choices, weights = mixes[key]
    return choices[int(rng.choice(len(choices), p=weights))]


def new_offer(world: World, rng: np.random.Generator, firm: Firm, archetype: Archetype) -> Offer:
    """One product of a firm; price and packaging follow its quality loosely. Three stars until given more."""
    vi, en, pack, content = _name(world, rng, firm, archetype)
    low, high = archetype.price
    place = np.clip(0.18 + 0.5 * firm.quality + rng.normal(0, 0.17), 0.0, 1.25)
    price: Decimal | None = round_price(low * (high / low) ** place)
    unit = archetype.unit
    factor = 1.0
    if unit == "KGM" and not archetype.fresh and content and content <= 1 and rng.random() < 0.06:
        unit, factor = "NMP", float(content)  # sold by the pack
        price = round_price(float(price or 0) * factor)
    if rng.random() < 0.08:
        price = None
    capacity = _capacity(rng, firm, archetype, factor, world.first_month.month)
    offer = Offer(
        id=world.ids(), firm=firm, archetype=archetype, name_vi=vi, name_en=en, stars=3,
        created_at=firm.created_at + (world.now - firm.created_at) * float(rng.beta(0.5, 1.6)) * 0.98,
        unit=unit, pack=pack, pack_content=content, price=price, capacity=capacity,
        capacity_proof=_proof(rng, firm), packaging=float(np.clip(0.6 * rng.beta(2, 2) + 0.4 * firm.charm, 0, 1)),
        story_vi=f"{vi}, làm tại {world.province_names[firm.province][0]}. (Dữ liệu mô phỏng.)",
        story_en=f"{en}, made in {world.province_names[firm.province][1]}. (Simulated data.)",
    )  # fmt: skip
    _terms(rng, offer)
    return offer


def _name(
    world: World, rng: np.random.Generator, firm: Firm, archetype: Archetype
) -> tuple[str, str, str, Decimal | None]:
    vi, en = archetype.names[min(int(rng.exponential(0.9)), len(archetype.names) - 1)]
    packs = FRESH_PACKS if archetype.fresh and archetype.unit == "KGM" else PACKS.get(archetype.unit, ())
    pack, content = "", None
    if archetype.price[1] > 2_000_000:  # dear things come in small packs
        packs = tuple(row for row in packs if float(row[1]) <= 0.5) or packs
    if packs:
        name, size = packs[int(rng.integers(len(packs)))]
        pack, content = name, Decimal(size)
    draw = rng.random()
    if draw < 0.5:
        vi, en = f"{vi} {firm.brand}", f"{en} {plain(firm.brand)}"
    elif draw < 0.75:
        place = world.province_names[firm.province]
        if names_no_product(place[0]):
            vi, en = f"{vi} {place[0]}", f"{en} from {place[1]}"
    if rng.random() < 0.22:
        fitting = [row for row in ADJECTIVES if row[0] not in vi]
        more = fitting[int(rng.integers(len(fitting)))]
        vi, en = f"{vi} {more[0]}", f"{en}, {more[1]}"
    if pack and not archetype.fresh and rng.random() < 0.15:
        vi = f"{vi} ({pack.lower()})"
    return vi, en, pack, content


def _capacity(
    rng: np.random.Generator, firm: Firm, archetype: Archetype, factor: float, first: int
) -> NDArray[np.float64] | None:
    """(HORIZON,) in the product's unit: a small skewed peak, the archetype's season, some years better than others."""
    if rng.random() > STATED:
        return None
    low, high = archetype.capacity
    peak = low * (high / low) ** 0.33 * float(np.exp(rng.normal(0, 0.75))) * firm.size**0.7
    peak = float(np.clip(peak, low * 0.25, high * 1.6)) / factor
    return season(archetype, peak, first, years=np.exp(rng.normal(0.03, 0.08, 3)))


def season(
    archetype: Archetype, peak: float, first: int, years: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """(HORIZON,) monthly quantities from calendar month `first` on; `peak` is that of a month of weight 10."""
    months = (np.arange(HORIZON) + first - 1) % 12
    year = (np.arange(HORIZON) + first - 1) // 12
    growth = np.ones(HORIZON) if years is None else years[year]
    raw = peak * np.array(archetype.weights, dtype=float)[months] / 10 * growth
    step = 10.0 ** np.floor(np.log10(np.maximum(raw, 1.0)) - 1)
    rounded: NDArray[np.float64] = np.maximum(np.round(raw / step) * step, 0.0)
    return np.where((raw > 0) & (rounded == 0), 1.0, rounded)


def _proof(rng: np.random.Generator, firm: Firm) -> str:
    draw = rng.random()
    if firm.deliveries >= 8 and draw < 0.45:
        return CapacityProof.DELIVERED
    return CapacityProof.CHECKED if draw < 0.25 + 0.2 * firm.quality else CapacityProof.STATED


def _terms(rng: np.random.Generator, offer: Offer) -> None:
    """Audience, shelf life, minimum order, lead time, GTIN, markets, specification, promises."""
    archetype, firm = offer.archetype, offer.firm
    draw = rng.random()
    offer.price_audience = (
        Audience.VERIFIED_BUYERS if draw < 0.66 else Audience.PUBLIC if draw < 0.93 else Audience.ON_REQUEST
    )
    offer.capacity_audience = Audience.PUBLIC if rng.random() < 0.3 else Audience.VERIFIED_BUYERS
    if archetype.shelf_life_days:
        offer.shelf_life_days = max(int(archetype.shelf_life_days * rng.uniform(0.7, 1.15)) // 5 * 5, 3)
    if offer.capacity is not None and rng.random() < 0.7:
        offer.min_order = round_quantity(float(offer.capacity.max()) * rng.uniform(0.02, 0.25))
    if rng.random() < 0.85:
        base = 3 if archetype.fresh else 10
        offer.lead_time_days = int(np.clip(base * np.exp(rng.normal(0.2, 0.5)), 1, 60))
    if not archetype.fresh and archetype.unit in ("KGM", "LTR") and rng.random() < 0.35:
        offer.gtin = _gtin(rng)
    offer.markets = _markets(rng, firm)
    offer.specification = _specification(rng, archetype)
    if offer.capacity is not None and firm.deliveries and rng.random() < PROMISED:
        start, length = int(rng.integers(0, 10)), int(rng.integers(3, 13))
        share = np.zeros(HORIZON)
        share[start : start + length] = rng.uniform(0.15, 0.75)
        offer.promised = share


def _gtin(rng: np.random.Generator) -> str:
    """A GTIN-13 of the prefix 952, which GS1 keeps for demonstrations, with its check digit."""
    digits = [9, 5, 2, *(int(d) for d in rng.integers(0, 10, 9))]
    total = sum(d * (3 if at % 2 else 1) for at, d in enumerate(digits))
    return "".join(map(str, [*digits, -total % 10]))


def _markets(rng: np.random.Generator, firm: Firm) -> tuple[str, ...]:
    found = {market for market in HOME_MARKETS if rng.random() < 0.25 + 0.35 * firm.quality}
    abroad = 0.5 if firm.kind == CompanyKind.EXPORTER else 0.03 + 0.08 * firm.quality * firm.size
    if rng.random() < abroad:
        found |= {str(code) for code in rng.choice(MARKETS, size=int(rng.integers(1, 4)), replace=False)}
    return tuple(sorted(found))


def _specification(rng: np.random.Generator, archetype: Archetype) -> dict[str, str]:
    pairs: dict[str, str] = {}
    if rng.random() < 0.5:
        pairs["Loại"] = str(rng.choice(["A", "B", "1", "Xuất khẩu"]))
    if not archetype.fresh and archetype.sector == "food" and rng.random() < 0.5:
        pairs["Độ ẩm"] = f"≤ {int(rng.integers(8, 19))} %"
    if archetype.sector == "food" and rng.random() < 0.3:
        pairs["Vụ"] = str(int(rng.choice([2025, 2026])))
    return pairs


def _give_stars(rng: np.random.Generator, offers: list[Offer]) -> None:
    """Exact counts of five and four stars; the better the firm, the likelier."""
    count = len(offers)
    rank = np.argsort(
        [-(offer.firm.quality + 0.3 * np.log(offer.firm.size) + rng.gumbel(0, 0.22)) for offer in offers]
    )
    five, four = max(round(count * FIVE_STARS), 1), round(count * FOUR_STARS)
    for at in rank[:five]:
        offers[at].stars = 5
    for at in rank[five : five + four]:
        offers[at].stars = 4
