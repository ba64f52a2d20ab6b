"""Bytes over the wire: a first visit to any page, and a later one."""

import pytest

from tests.e2e.pages import pages_of, people
from tests.e2e.walk import open_page, visit, weighing

pytestmark = pytest.mark.browser

FIRST_VISIT = 250_000
LATER_VISIT = 40_000


def test_pages_weigh_little(browser, live_server, world):
    heavy = {}
    for who in people():
        with visit(browser, live_server, getattr(world, who) if who else None) as (page, _watch):
            for one in pages_of(who):
                address = one.address(world)
                page.goto("about:blank")
                page.context.new_cdp_session(page).send("Network.clearBrowserCache")
                with weighing(page) as first:
                    open_page(page, address)
                with weighing(page) as later:
                    open_page(page, address)
                print(f"{who or 'visitor'} {address}: first {sum(first):,.0f}, later {sum(later):,.0f}")
                if sum(first) > FIRST_VISIT or sum(later) > LATER_VISIT:
                    heavy[address] = (sum(first), sum(later))
    assert heavy == {}
