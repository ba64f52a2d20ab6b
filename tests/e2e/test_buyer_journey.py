"""A buyer posts a need, reads why, saves and invites; the supplier opens the link from the text and answers."""

import re

import pytest

from tenders.models import Invitation, SourcingNeed
from tests.e2e.walk import DESKTOP, PHONE, axe_faults, settle, sideways, visit

pytestmark = pytest.mark.browser


def sound(page):
    assert sideways(page) <= 0
    if page.viewport_size == DESKTOP:  # each page at both widths: test_pages.py
        assert axe_faults(page) == []


def post_need(page):
    """From my work to the published need."""
    page.goto("/desk/")
    page.get_by_role("link", name="Post a need").click()
    page.get_by_label("Product", exact=True).fill("long nhãn sấy")
    page.get_by_label("In each month").fill("2")
    page.get_by_label("Unit", exact=True).first.select_option("TNE")
    page.get_by_label("From month").fill("2027-08")
    page.get_by_label("To month").fill("2027-12")
    certificate = page.get_by_label("Certificate", exact=True).first
    certificate.select_option(value="haccp_codex")
    assert page.get_by_label("or equivalent").first.is_checked()
    # What remains is counted while the form is being filled.
    page.locator("#live .funnel").first.wait_for()
    settle(page)
    sound(page)
    page.get_by_label("Delivery place", exact=True).fill("Kho Gia Lâm, Hà Nội")
    page.get_by_role("button", name="Review and publish").click()
    page.wait_for_url("**/review/")
    assert "2\u00a0t" in page.get_by_role("main").inner_text()
    sound(page)
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url(re.compile(r"/(matches|needs)/[0-9a-f-]{36}/$"))


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_buyer_posts_reads_why_saves_and_invites_and_supplier_answers(
    browser, live_server, world, settings, viewport
):
    settings.SITE_URL = live_server.url
    with visit(browser, live_server, world.buyer, language="en", viewport=viewport) as (page, _watch):
        post_need(page)
        need = SourcingNeed.objects.filter(company=world.buyer_company, status="published").latest(
            "created_at"
        )
        page.goto(f"/matches/{need.pk}/")

        # Why: words, points that add up, months, and what each requirement cost.
        first = page.locator("article.match").first
        assert first.get_by_role("heading").inner_text() == "HTX Bến Sông"
        assert "Covers 45% of the need" in first.inner_text()
        points = first.locator(".contrib b").all_inner_texts()
        score = int(first.locator(".score").inner_text())
        assert sum(int(text.replace("−", "-").replace("+", "")) for text in points) == score
        chart = page.locator("figure.chart > svg:visible").get_attribute("aria-label")
        assert "Aug 2027" in chart
        assert "HACCP" in page.locator("ol.funnel").inner_text()
        assert page.get_by_role("heading", name="Capacity not stated").is_visible()
        sound(page)

        # Save two; the chart then speaks of those two; put one aside with a reason.
        for name in ("HTX Bến Sông", "HTX Vườn Đồi"):
            page.get_by_role("button", name=re.compile(rf"^Save ?: {name}$")).click()
            page.get_by_role("button", name=re.compile(rf"^Saved ?: {name}$")).wait_for()
        settle(page)
        legend = page.locator("figure.chart .legend").inner_text()
        assert "HTX Bến Sông" in legend
        assert "HTX Nắng Hanh" not in legend
        aside = page.locator("article.match", has_text="HTX Lò Than")
        aside.locator("details.dismiss summary").click()
        aside.get_by_label("Why?").select_option("capacity")
        aside.get_by_role("button", name="Put aside").click()
        page.get_by_text("1 put aside").wait_for()
        settle(page)
        sound(page)

        page.get_by_role("button", name="Invite the 2 saved suppliers").click()
        page.get_by_text("2 suppliers are invited to quote.").wait_for()
        settle(page)
        page.goto(f"/invitations/need/{need.pk}/")
        sound(page)
        card = page.locator("article", has_text="HTX Bến Sông")
        text = card.get_by_label("Vietnamese").first.input_value()

    # The text for a chat: Vietnamese, with the link, without a price.
    assert "long nhãn sấy" in text
    link = re.search(r"https?://\S+", text).group()
    assert link.startswith(live_server.url)
    assert "₫" not in text
    with visit(browser, live_server, viewport=PHONE) as (page, _watch):
        page.goto(link)
        main = page.get_by_role("main").inner_text()
        assert "Siêu thị Mây Xanh" in main
        assert "2\u00a0tấn" in main
        assert page.get_by_role("navigation").count() == 0
        assert sideways(page) <= 0
        assert axe_faults(page) == []
        page.get_by_role("button", name="Chúng tôi sẽ báo giá").click()
        page.wait_for_load_state("load")
        sound(page)
    invitation = Invitation.objects.get(need=need, company=world.supplier_company)
    assert invitation.status == "accepted"
    assert invitation.opened_at is not None

    # The link opens this one task and nothing else; the buyer sees the answer.
    with visit(browser, live_server, viewport=PHONE) as (page, watch):
        page.goto(link)
        assert page.goto("/desk/").url.startswith(f"{live_server.url}/accounts/sign-in/")
        assert page.goto(f"/matches/{need.pk}/").url.startswith(f"{live_server.url}/accounts/sign-in/")
        watch.faults.clear()
    with visit(browser, live_server, world.buyer, language="en", viewport=viewport) as (page, _watch):
        page.goto("/desk/")
        assert "1 will quote" in page.get_by_role("main").inner_text()


def test_invited_supplier_finds_the_invitation_on_its_desk(browser, live_server, world):
    with visit(browser, live_server, world.supplier, language="en", viewport=PHONE) as (page, _watch):
        page.goto("/desk/")
        page.get_by_role("link", name="Answer", exact=True).click()
        page.wait_for_url("**/invitations/**")
        assert "May Xanh" in page.get_by_role("main").inner_text()
        page.get_by_role("button", name="Decline").click()
        page.wait_for_load_state("load")
    world.invitation.refresh_from_db()
    assert world.invitation.status == "declined"
