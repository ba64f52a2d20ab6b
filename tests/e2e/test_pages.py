"""Each page, as the person who uses it: both languages, light and dark, desktop and phone, weight."""

from collections import defaultdict

import pytest

from tests.e2e.pages import NOT_PAGES, PAGES, pages_of, people, routes
from tests.e2e.walk import DESKTOP, PHONE, axe_faults, open_page, sideways, untranslated, visit, weighing

pytestmark = pytest.mark.browser

LATER_VISIT = 40_000  # bytes over the wire, what every page shares being in the browser's cache


def test_every_route_is_declared_as_a_page_or_as_something_else():
    known = {page.name for page in PAGES} | set(NOT_PAGES)
    assert sorted(set(routes()) - known) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_have_no_fault_that_axe_or_the_console_knows(browser, live_server, world, language):
    faults = defaultdict(list)
    for who in people():
        person = getattr(world, who) if who else None
        with visit(browser, live_server, person, language=language) as (page, watch):
            for place, one in enumerate(pages_of(who)):
                found = faults_of(page, watch, one.address(world), language, is_first=place == 0)
                if found:
                    faults[f"{who or 'visitor'} {one.address(world)}"] = found
    assert dict(faults) == {}


def faults_of(page, watch, address, language, *, is_first):
    """Everything that is wrong with one page: wide and narrow, light and dark, in this language."""
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light" if language == "vi" else "dark")
    with weighing(page) as weights:
        status = open_page(page, address)
    if status != 200:
        watch.faults.clear()
        return [f"answers {status}"]
    found = [f"desktop: {fault}" for fault in axe_faults(page)]
    if not is_first and sum(weights) > LATER_VISIT:
        found.append(f"weighs {sum(weights):,.0f} bytes")
    if page.get_attribute("html", "lang") != language:
        found.append("is in the other language")
    found += [f"shows {mark}" for mark in untranslated(page)]
    if sideways(page) > 0:
        found.append(f"is {sideways(page)} px too wide for a desktop")
    page.set_viewport_size(PHONE)
    if sideways(page) > 0:
        found.append(f"is {sideways(page)} px too wide for a phone")
    if language == "vi":
        page.emulate_media(color_scheme="dark")
        found += [f"phone, dark: {fault}" for fault in axe_faults(page)]
    found += watch.faults
    watch.faults.clear()
    return found
