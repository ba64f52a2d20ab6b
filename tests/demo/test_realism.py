"""A market of full size has the programme's proportions; the same seed makes the same market. Nothing is written."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from companies.reference.loader import load_reference
from core.text import fold
from demo.archetypes import REGION_OF, archetypes
from demo.market import Sizes, _make, new_world
from demo.needs import make_needs
from demo.world import World, round_price, round_quantity

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def reference(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference()
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def nation(reference: None, django_db_blocker: Any) -> World:
    with django_db_blocker.unblock():
        return made(Sizes(), seed=1)


def made(sizes: Sizes, *, seed: int) -> World:
    world = new_world(seed, NOW)
    _make(world, sizes)
    return world


def test_stars_are_in_the_programmes_proportions(nation: World) -> None:
    stars = Counter(offer.stars for offer in nation.offers)
    assert sum(stars.values()) == 17500
    assert abs(stars[5] - 126) <= 2  # the named cast's own come on top
    assert stars[4] / 17500 == pytest.approx(0.271, abs=0.002)
    assert stars[3] / 17500 == pytest.approx(0.722, abs=0.002)


def test_food_is_78_per_cent_and_every_sector_is_there(nation: World) -> None:
    sectors = Counter(offer.archetype.sector for offer in nation.offers)
    assert sectors["food"] / 17500 == pytest.approx(0.783, abs=0.02)
    assert set(sectors) == {"food", "beverages", "herbal", "handicraft", "ornamental", "tourism"}


def test_regions_follow_the_programmes_order(nation: World) -> None:
    regions = Counter(REGION_OF[offer.firm.province] for offer in nation.offers)
    assert [name for name, _ in regions.most_common(4)] == [
        "red_river_delta",
        "mekong_delta",
        "south_central_coast",
        "central_highlands",
    ]
    assert len({offer.firm.province for offer in nation.offers}) == 34


def test_points_of_sale_are_over_670_with_115_in_hanoi(nation: World) -> None:
    places = [firm.province for firm in nation.firms if firm.kind == "point_of_sale"]
    assert len(places) > 670
    assert places.count("01") == 115


def test_capacity_is_small_skewed_seasonal_and_often_unknown(nation: World) -> None:
    stated = [offer for offer in nation.offers if offer.capacity is not None]
    assert len(stated) / 17500 == pytest.approx(0.85, abs=0.02)
    rice = [float(offer.capacity.max()) for offer in stated if offer.archetype.code == "st25_rice"]  # type: ignore[union-attr]
    assert np.mean(rice) > 1.15 * np.median(rice)
    lychee = [offer.capacity for offer in stated if offer.archetype.code == "lychee_fresh"]
    assert all(row[0] == 0 and row[7] > 0 for row in lychee)  # type: ignore[index]  # November none, June some


def test_products_grow_where_they_are_at_home(nation: World) -> None:
    for code in ("garlic_ly_son", "fish_sauce_phu_quoc", "longan_dried", "tea_thai_nguyen"):
        provinces = {offer.firm.province for offer in nation.offers if offer.archetype.code == code}
        assert provinces <= set(archetypes()[code].provinces), code


def test_company_names_are_all_different(nation: World) -> None:
    names = [firm.name_vi for firm in nation.firms]
    assert len(set(names)) == len(names)
    assert len({firm.code for firm in nation.firms}) == len(names)
    assert sum(fold(name) != name.lower() for name in names) / len(names) > 0.99  # with diacritics


def test_some_records_are_missing_as_in_life(nation: World) -> None:
    new = sum(firm.deliveries == 0 for firm in nation.producers) / len(nation.producers)
    assert new == pytest.approx(0.4, abs=0.03)
    assert all((firm.deliveries == 0) == (firm.on_time is None) for firm in nation.producers)
    assert sum(offer.price is None for offer in nation.offers) / 17500 == pytest.approx(0.08, abs=0.01)


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_market(reference: None) -> None:
    small = Sizes(120, 260, 40)

    def told(seed: int) -> list[Any]:
        world = made(small, seed=seed)
        needs = make_needs(world, small.needs).needs
        return [
            [(offer.id, offer.name_vi, offer.price, offer.stars) for offer in world.offers],
            [(firm.code, firm.lat, firm.deliveries) for firm in world.firms],
            [(need.number, need.published_at, need.lines[0].months) for need in needs],
        ]

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_sizes_too_small_for_the_cast_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 60 companies"):
        Sizes(20, 200, 50)
    with pytest.raises(ValueError, match="more than companies"):
        Sizes(300, 300, 50)


@pytest.mark.parametrize(
    ("value", "price"), [(412_345, 410_000), (52_300, 52_500), (950, 950), (7_030_000, 7_050_000)]
)
def test_round_price_keeps_two_and_a_half_figures(value: float, price: int) -> None:
    assert round_price(value) == price


@pytest.mark.parametrize(("value", "quantity"), [(1234, 1200), (0.3, 1), (77, 77), (8.4, 8)])
def test_round_quantity_keeps_two_figures(value: float, quantity: int) -> None:
    assert round_quantity(value) == quantity
