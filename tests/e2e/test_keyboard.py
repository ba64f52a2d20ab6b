"""Keyboard all the way: signing in, and the page of matches."""

import pytest

from tests.e2e.walk import settle, visit

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  return {
    name: (at.getAttribute("aria-label") || at.textContent || at.name || "").trim().replace(/\\s+/g, " "),
    tag: at.tagName,
    seen: at === document.body || (box.width > 0 && box.height > 0),
    outlined: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""


def tab_until(page, found, limit=120):
    """Press Tab until `found(focused)`; every stop on the way can be seen."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["seen"], focused
        assert focused["outlined"], focused
        if found(focused):
            return focused
    raise AssertionError("never reached")


def test_sign_in_by_keyboard_alone(browser, live_server, world):
    with visit(browser, live_server, language="en") as (page, watch):
        page.goto("/")
        tab_until(page, lambda at: at["name"] == "Sign in")
        page.keyboard.press("Enter")
        page.wait_for_url("**/accounts/sign-in/**")
        address = page.get_by_role("textbox").first
        tab_until(page, lambda at: at["tag"] == "INPUT")
        assert address.evaluate("at => at === document.activeElement")
        page.keyboard.type("lan@mayxanh.example")
        page.keyboard.press("Tab")
        page.keyboard.type("not the password")
        page.keyboard.press("Enter")

        # The fault is told in words, what was typed is kept, and the keyboard stands at the message.
        page.locator(".form-errors").wait_for()
        assert page.evaluate("document.activeElement.classList.contains('form-errors')")
        assert page.get_by_role("textbox").first.input_value() == "lan@mayxanh.example"
        tab_until(page, lambda at: at["tag"] == "INPUT")
        page.keyboard.press("Tab")
        page.keyboard.type("offtake-demo")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/")
        # The browser itself notes the answer 422 to the first try.
        watch.faults[:] = [fault for fault in watch.faults if "422" not in fault]


def test_match_page_by_keyboard_alone(browser, live_server, world):
    with visit(browser, live_server, world.buyer, language="en") as (page, _watch):
        page.goto(f"/matches/{world.need.pk}/")
        tab_until(page, lambda at: at["name"].startswith("Save: HTX Bến Sông"))
        page.keyboard.press("Enter")
        page.get_by_role("status").get_by_text("HTX Bến Sông").first.wait_for()
        settle(page)
        # The list was drawn anew; the keyboard did not fall back to the top of the page.
        assert page.evaluate("document.activeElement.closest('article.match') !== null")
        tab_until(page, lambda at: at["tag"] == "SUMMARY" and at["name"].startswith("Dismiss"))
        page.keyboard.press("Enter")
        tab_until(page, lambda at: at["tag"] == "SELECT")
        page.keyboard.press("End")
        tab_until(page, lambda at: at["name"].startswith("Put aside"))
        page.keyboard.press("Enter")
        page.get_by_text("1 put aside").wait_for()
