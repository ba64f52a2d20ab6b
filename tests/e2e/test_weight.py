"""Bytes over the wire of a first visit. Later visits to every page are weighed in test_pages.py."""

import pytest

from tests.e2e.pages import PAGES
from tests.e2e.walk import open_page, visit, weighing

pytestmark = pytest.mark.browser

FIRST_VISIT = 250_000
# What a page adds to the shared files was largest on these when all pages were measured.
HEAVIEST = {
    "home:index",
    "api-docs",
    "styleguide:index",
    "catalogue:product-list",
    "supplier:product-edit",
    "matches:need-matches",
    "needs:need-create",
    "needs:need-edit",
}


def test_first_visit_to_the_heaviest_pages_weighs_little(browser, live_server, world):
    heavy = {}
    chosen = {one.name: one for one in PAGES if one.name in HEAVIEST}
    assert set(chosen) == HEAVIEST
    for one in chosen.values():
        with visit(browser, live_server, one.user(world)) as (page, _watch), weighing(page) as weights:
            open_page(page, one.address(world))
        print(f"{one.name}: {sum(weights):,.0f}")
        if sum(weights) > FIRST_VISIT:
            heavy[one.name] = sum(weights)
    assert heavy == {}
