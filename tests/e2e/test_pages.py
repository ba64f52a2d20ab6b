"""Each page, as the person who uses it: both languages, light and dark, desktop and phone, weight."""

from collections import defaultdict

import pytest

from frontend.home.figures import forget_figures
from tests.e2e.pages import NOT_PAGES, PAGES, routes
from tests.e2e.walk import DESKTOP, PHONE, axe_faults, open_page, sideways, untranslated, visit, weighing
from tests.e2e.world import build_world

pytestmark = pytest.mark.browser

FIRST_VISIT = 250_000  # bytes over the wire
LATER_VISIT = 40_000


@pytest.fixture
def world(transactional_db):
    forget_figures()
    yield build_world()
    forget_figures()


def people():
    return sorted({page.who for page in PAGES})


def pages_of(who):
    return [page for page in PAGES if page.who == who]


def test_every_route_is_declared_as_a_page_or_as_something_else():
    known = {page.name for page in PAGES} | set(NOT_PAGES)
    assert sorted(set(routes()) - known) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_have_no_fault_that_axe_or_the_console_knows(browser, live_server, world, language):
    faults = defaultdict(list)
    for who in people():
        person = getattr(world, who) if who else None
        with visit(browser, live_server, person, language=language) as (page, watch):
            for one in pages_of(who):
                found = faults_of(page, watch, one.address(world), language)
                if found:
                    faults[f"{who or 'visitor'} {one.address(world)}"] = found
    assert dict(faults) == {}


def faults_of(page, watch, address, language):
    """Everything that is wrong with one page, on a desktop by day and on a phone by night."""
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    status = open_page(page, address)
    if status != 200:
        watch.faults.clear()
        return [f"answers {status}"]
    found = [f"desktop, light: {fault}" for fault in axe_faults(page)]
    if page.get_attribute("html", "lang") != language:
        found.append("is in the other language")
    found += [f"shows {mark}" for mark in untranslated(page)]
    if sideways(page) > 0:
        found.append(f"is {sideways(page)} px too wide for a desktop")
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    if sideways(page) > 0:
        found.append(f"is {sideways(page)} px too wide for a phone")
    found += [f"phone, dark: {fault}" for fault in axe_faults(page)]
    found += watch.faults
    watch.faults.clear()
    return found


def test_pages_weigh_little(browser, live_server, world):
    heavy = {}
    for one in PAGES:
        address = one.address(world)
        with visit(browser, live_server, one.user(world)) as (page, _watch):
            with weighing(page) as first:
                open_page(page, address)
            with weighing(page) as later:
                open_page(page, address)
        print(f"{one.who} {address}: first {sum(first):,.0f} B, later {sum(later):,.0f} B")
        if sum(first) > FIRST_VISIT or sum(later) > LATER_VISIT:
            heavy[address] = (sum(first), sum(later))
    assert heavy == {}
