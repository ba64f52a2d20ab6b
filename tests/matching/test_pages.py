"""The pages "Matches of a need" and "Needs that fit me", without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.enums import Role
from companies.models import User
from matching.enums import MatchState
from matching.models import Match, MatchFeedback
from matching.services import feedback
from tests.factories.people import make_member
from tests.matching.world import line_of, offer, posted_need
from tests.people import client_of

pytestmark = pytest.mark.django_db


def page(person: Any, need: Any, query: str = "") -> Any:
    return client_of(person).get(reverse("matches:need-matches", args=[need.pk]) + query)


def act(person: Any, need: Any, product: Any, name: str, **more: Any) -> Any:
    data = {"line": str(line_of(need).pk), "product": str(product.pk), **more}
    return client_of(person).post(reverse(f"matches:match-{name}", args=[need.pk]), data)


def test_page_says_who_matches_and_why(buyer: User) -> None:
    need = posted_need(buyer)
    offer("HTX Bến Sông", stars=4)
    offer("HTX Không Giấy", haccp=False)
    offer("HTX Chưa Nói", kilograms=None)
    text = page(buyer, need).content.decode()
    assert "HTX Bến Sông" in text
    assert "Covers all 5 months in full" in text
    assert "Required: HACCP or equivalent" in text
    assert "HTX Không Giấy" not in text
    assert text.index("Capacity not stated") < text.index("HTX Chưa Nói")
    assert "style=" not in text
    assert "<script>" not in text


def test_points_on_a_card_add_up_to_its_score(buyer: User) -> None:
    need = posted_need(buyer)
    offer(stars=4)
    text = page(buyer, need).content.decode()
    score = int(re.search(r'<strong class="score">(\d+)</strong>', text)[1])  # type: ignore[index]
    bars = re.search(r'<ul class="contrib".*?</ul>', text, re.S)[0]  # type: ignore[index]
    points = [int(p.replace("−", "-").replace("+", "")) for p in re.findall(r"<b>([^<]*)</b>", bars)]
    assert sum(points) == score


def test_acts_without_javascript_come_back_to_the_card(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    saved = act(buyer, need, product, "save")
    assert saved.status_code == 302
    assert saved.url.endswith(f"#m-{product.pk}")
    assert Match.objects.get().state == MatchState.SAVED
    act(buyer, need, product, "dismiss", reason="distance", note="xa quá")
    assert "xa quá" in page(buyer, need).content.decode()
    act(buyer, need, product, "restore")
    act(buyer, need, product, "invite")
    assert need.invitations.count() == 1


def test_saved_suppliers_are_invited_together(buyer: User) -> None:
    need = posted_need(buyer)
    first, second, third = offer(), offer(), offer()
    for product in (first, second):
        feedback.save_match(line=line_of(need), product=product, actor=buyer)
    client_of(buyer).post(reverse("matches:invite-saved", args=[need.pk]), {"line": str(line_of(need).pk)})
    assert set(need.invitations.values_list("company", flat=True)) == {first.company_id, second.company_id}
    assert third.company_id not in need.invitations.values_list("company", flat=True)


def test_htmx_gets_the_list_alone(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    reply = client_of(buyer).post(
        reverse("matches:match-save", args=[need.pk]),
        {"line": str(line_of(need).pk), "product": str(product.pk)},
        headers={"HX-Request": "true"},
    )
    text = reply.content.decode()
    assert reply.status_code == 200
    assert text.lstrip().startswith('<div id="matches"')
    assert 'hx-swap-oob="true"' in text
    assert "<html" not in text


def test_showing_is_recorded_once_and_opening_leads_on(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    page(buyer, need)
    page(buyer, need)
    assert MatchFeedback.objects.filter(act="shown").count() == 1
    link = reverse("matches:match-open", args=[need.pk, line_of(need).pk, product.pk])
    assert client_of(buyer).get(link).status_code == 302
    assert Match.objects.get().opened_at is not None


def test_empty_list_says_which_requirement_to_relax(buyer: User) -> None:
    need = posted_need(buyer)
    offer(haccp=False)
    text = page(buyer, need).content.decode()
    assert "No supplier meets all that is required" in text
    assert "1 product more" in text


def test_filters_narrow_the_list(buyer: User) -> None:
    need = posted_need(buyer)
    offer("HTX Ba Sao", stars=3)
    offer("HTX Năm Sao", stars=5)
    text = page(buyer, need, "?stars=5").content.decode()
    cards = re.findall(r'<article class="match.*?</article>', text, re.S)
    assert len(cards) == 1
    assert "HTX Năm Sao" in cards[0]
    assert "Nobody passes these filters" in page(buyer, need, "?state=invited").content.decode()
    assert page(buyer, need, "?stars=x&top=-1&state=nonsense").status_code == 200


@pytest.mark.parametrize("person", ["rival_buyer", "supplier", "agency", "visitor"])
def test_another_buyers_need_is_not_there(buyer: User, person: str, request: pytest.FixtureRequest) -> None:
    need, product = posted_need(buyer), offer("HTX Bí Mật")
    other = request.getfixturevalue(person)
    replies = [page(other, need), act(other, need, product, "save"), act(other, need, product, "invite")]
    replies.append(
        client_of(other).get(reverse("matches:match-open", args=[need.pk, line_of(need).pk, product.pk]))
    )
    expected = 302 if person == "visitor" else 404
    assert [r.status_code for r in replies] == [expected] * 4
    assert all("HTX Bí Mật" not in r.content.decode() for r in replies)
    assert not Match.objects.exists()


def test_a_viewer_sees_no_buttons_and_may_not_act(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    viewer = make_member(need.company, role=Role.VIEWER)
    assert "Invite to quote" not in page(viewer, need).content.decode()
    assert act(viewer, need, product, "save").status_code == 403


def test_queries_are_the_same_for_one_and_three_products(buyer: User) -> None:
    need = posted_need(buyer)
    offer()
    page(buyer, need)
    with CaptureQueriesContext(connection) as one:
        page(buyer, need)
    offer()
    offer(kilograms=None)
    page(buyer, need)
    with CaptureQueriesContext(connection) as three:
        page(buyer, need)
    assert len(one) == len(three)


def test_supplier_reads_what_fits_and_what_is_missing(buyer: User, supplier: User) -> None:
    company = supplier.memberships.get().company
    offer(company=company, haccp=False)
    need = posted_need(buyer)
    text = client_of(supplier).get(reverse("matches:fit")).content.decode()
    assert need.title in text
    assert "HACCP (or what counts for it) is missing" in text
    assert "420" not in text


def test_withheld_buyer_is_not_named_to_suppliers(buyer: User, supplier: User) -> None:
    offer(company=supplier.memberships.get().company)
    need = posted_need(buyer)
    need.name_withheld = True
    need.save(update_fields=["name_withheld"])
    text = client_of(supplier).get(reverse("matches:fit")).content.decode()
    assert need.title in text
    assert "May Xanh" not in text
    assert "Mây Xanh" not in text
