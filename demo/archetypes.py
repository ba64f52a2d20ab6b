"""The 92 typical products that the simulated market is made of, and where each is at home."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from companies.reference.loader import product_sets

DATA = Path(__file__).parent / "data"

# Share of the products, in per cent: Red River Delta 30, Mekong Delta 20, South Central Coast 14, Central
# Highlands 12.5, northern mountains 11.5, North Central Coast 8.5, South East 3.5.
REGIONS: dict[str, dict[str, float]] = {
    "red_river_delta": {"01": 10, "22": 3.5, "24": 4.5, "31": 4, "33": 4, "37": 4},
    "mekong_delta": {"82": 4.2, "86": 5, "91": 4.4, "92": 3.7, "96": 2.7},
    "south_central_coast": {"48": 5, "51": 4.5, "56": 4.5},
    "central_highlands": {"66": 4.3, "68": 4.5, "52": 3.7},
    "northern_mountains": {
        "04": 0.8, "08": 1.5, "11": 0.7, "12": 0.7, "14": 1.8, "15": 1.6, "19": 1.8, "20": 1.1, "25": 1.5,
    },
    "north_central_coast": {"38": 2.2, "40": 2.2, "42": 1.6, "44": 1.3, "46": 1.2},
    "south_east": {"75": 1.2, "79": 1.4, "80": 0.9},
}  # fmt: skip
PROVINCE_WEIGHT = {code: weight for region in REGIONS.values() for code, weight in region.items()}
REGION_OF = {code: name for name, region in REGIONS.items() for code in region}

SECTOR_SHARE = {
    "food": 0.783, "beverages": 0.058, "herbal": 0.062, "handicraft": 0.066, "ornamental": 0.012, "tourism": 0.019,
}  # fmt: skip

# Found in their home provinces only: their name is a place's, or they need its sea, height or old trees.
PLACE_BOUND = frozenset(
    {
        "pomelo_dien", "custard_apple", "plum_moc_chau", "lychee_fresh", "shallot_vinh_chau", "garlic_ly_son",
        "mud_crab_ca_mau", "shrimp_black_tiger", "pangasius_fillet", "honey_mint_ha_giang", "rice_noodle_chu",
        "pia_cake", "crispy_rice_ninh_binh", "persimmon_hanging", "smoked_buffalo", "squid_cake_ha_long",
        "dried_squid", "dried_shrimp_ca_mau", "sour_shrimp_hue", "fish_sauce_phu_quoc", "fish_sauce_central",
        "soy_paste_ban", "star_anise", "sea_salt", "tea_shan_tuyet", "tea_thai_nguyen", "tea_oolong",
        "tea_lotus_scented", "artichoke_tea", "coffee_robusta_green", "coffee_arabica_specialty",
        "coconut_makapuno", "coconut_candy", "coconut_nectar", "mulberry_juice", "ngoc_linh_ginseng", "cajuput_oil",
        "sedge_basket", "ceramic_bat_trang", "lotus_silk_scarf", "ornamental_fish", "longan_dried", "edible_birds_nest",
        "seng_cu_rice", "glutinous_rice_highland", "mango_hoa_loc", "st25_rice", "coconut_fresh",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Archetype:
    """A typical product; quantities in `unit`, prices in VND per `unit`, `weights` for January to December."""

    code: str
    names: tuple[tuple[str, str], ...]  # (Vietnamese, English)
    words: str
    set_code: str
    sector: str
    product_sectors: tuple[str, ...]
    hs6: str | None
    unit: str
    provinces: tuple[str, ...]
    weights: tuple[int, ...]
    shelf_life_days: int | None
    price: tuple[float, float]
    capacity: tuple[float, float]
    schemes: tuple[str, ...]

    def weight_in(self, province: str) -> float:
        """How usual it is there: 1 at home, little in the same region, next to nothing elsewhere."""
        if province in self.provinces:
            return 1.0
        if self.code in PLACE_BOUND:
            return 0.0
        near = {REGION_OF[home] for home in self.provinces}
        return 0.05 if REGION_OF[province] in near else 0.004

    @property
    def fresh(self) -> bool:
        return self.shelf_life_days is not None and self.shelf_life_days <= 60


@cache
def archetypes() -> dict[str, Archetype]:
    """All of them by code, from `demo/data/` (see NOTICE.md there)."""
    rows = json.loads((DATA / "product_archetypes.json").read_text(encoding="utf-8"))["archetypes"]
    variants = json.loads((DATA / "variants.json").read_text(encoding="utf-8"))
    sets = {row.code: row for row in product_sets()}
    found = {}
    for row in rows:
        names = tuple((vi, en) for vi, en in (name.split("|") for name in variants[row["code"]]))
        group = sets[row["ocop_set"]]
        found[row["code"]] = Archetype(
            code=row["code"],
            names=names,
            words=names[0][0],
            set_code=row["ocop_set"],
            sector=group.sector,
            product_sectors=tuple(group.product_sectors),
            hs6=row["hs6"],
            unit=row["unit"],
            provinces=tuple(row["province_codes"]),
            weights=tuple(row["monthly_supply_weights"]),
            shelf_life_days=row["shelf_life_days"],
            price=(row["price_vnd_min"], row["price_vnd_max"]),
            capacity=(row["capacity_per_month_min"], row["capacity_per_month_max"]),
            schemes=tuple(code for code in row["common_certifications"] if code != "ocop_star"),
        )
    return found
