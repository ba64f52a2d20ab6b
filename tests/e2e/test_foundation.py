"""The pages that need no other area: home, more, desk, API reference, errors."""

import pytest

from frontend.home.figures import forget_figures
from tests.e2e.walk import PHONE, sideways, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def fresh_figures():
    forget_figures()
    yield
    forget_figures()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_language_button_changes_the_page_without_javascript(browser, live_server, language):
    other = {"vi": "English", "en": "Tiếng Việt"}[language]
    with visit(browser, live_server, language=language, java_script_enabled=False) as (page, _watch):
        page.goto("/")
        page.get_by_role("button", name=other).click()
        assert page.get_attribute("html", "lang") != language


def test_bottom_bar_and_more_page_on_a_phone(browser, live_server, buyer):
    with visit(browser, live_server, buyer, viewport=PHONE, language="en") as (page, _watch):
        page.goto("/desk/")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="More").click()
        page.wait_for_url("**/more/")
        assert page.get_by_role("heading", name="More").is_visible()
        assert page.get_by_role("main").get_by_role("link", name="My work").is_visible()
        assert sideways(page) == 0


def test_skip_link_is_the_first_stop_of_the_keyboard(browser, live_server, supplier):
    with visit(browser, live_server, supplier, language="en") as (page, _watch):
        page.goto("/desk/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
