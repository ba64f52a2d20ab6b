"""The matching API: the same answers as the page, and nothing for those whom it does not concern."""

from __future__ import annotations

from typing import Any

import pytest

from companies.enums import Role
from companies.models import User
from matching.enums import MatchState
from matching.models import Match
from tests.factories.people import make_member
from tests.matching.world import line_of, offer, posted_need
from tests.people import api_of

pytestmark = pytest.mark.django_db


def body(need: Any, product: Any, **more: Any) -> dict[str, Any]:
    return {"line": str(line_of(need).pk), "product": str(product.pk), **more}


def test_matches_sum_explain_and_are_recorded(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    reply = api_of(buyer).get(f"/api/v1/needs/{need.pk}/matches/")
    assert reply.status_code == 200
    line = reply.json()["lines"][0]
    ranked = line["ranked"][0]
    assert ranked["product"]["id"] == str(product.pk)
    assert sum(ranked["contributions"].values()) == pytest.approx(ranked["score"], abs=1e-9)
    assert "Covers all 5 months in full" in ranked["explanation"]
    assert Match.objects.get().rank_shown == 1


def test_price_is_in_no_answer(buyer: User) -> None:
    need = posted_need(buyer)
    offer(price=123_457)
    text = api_of(buyer).get(f"/api/v1/needs/{need.pk}/matches/").content.decode()
    assert "123457" not in text
    assert "ceiling_price" not in text


def test_acts_move_the_match(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    api, url = api_of(buyer), f"/api/v1/needs/{need.pk}/matches/"
    assert api.post(f"{url}save/", body(need, product)).json()["state"] == MatchState.SAVED
    assert api.post(f"{url}dismiss/", body(need, product, reason="price")).json()["dismiss_reason"] == "price"
    assert api.post(f"{url}restore/", body(need, product)).json()["state"] == MatchState.SHOWN
    invited = api.post(f"{url}invite/", body(need, product, message="Chào HTX"))
    assert (invited.status_code, invited.json()["state"]) == (201, MatchState.INVITED)
    assert need.invitations.get().pk.hex in invited.json()["invitation"].replace("-", "")


def test_refusals_have_the_one_shape(buyer: User) -> None:
    need, product = posted_need(buyer), offer(haccp=False)
    api, url = api_of(buyer), f"/api/v1/needs/{need.pk}/matches/"
    refused = api.post(f"{url}save/", body(need, product))
    assert (refused.status_code, refused.json()["code"]) == (409, "not-eligible")
    bad = api.post(f"{url}dismiss/", body(need, product, reason="nonsense"))
    assert (bad.status_code, list(bad.json()["fields"])) == (400, ["reason"])


@pytest.mark.parametrize(
    "person", ["rival_buyer", "supplier", "rival_supplier", "agency", "ministry", "visitor"]
)
def test_a_need_of_another_buyer_does_not_exist(
    buyer: User, person: str, request: pytest.FixtureRequest
) -> None:
    need, product = posted_need(buyer), offer()
    other = api_of(request.getfixturevalue(person))
    missing = 401 if person == "visitor" else 404
    url = f"/api/v1/needs/{need.pk}/matches/"
    assert other.get(url).status_code == missing
    for act in ("save", "dismiss", "restore", "invite"):
        reply = other.post(f"{url}{act}/", body(need, product, reason="price"))
        assert reply.status_code == missing
        assert need.number not in reply.content.decode()
    assert not Match.objects.exists()


def test_a_viewer_of_the_buyer_reads_and_may_not_act(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    viewer = make_member(need.company, role=Role.VIEWER)
    url = f"/api/v1/needs/{need.pk}/matches/"
    assert api_of(viewer).get(url).status_code == 200
    assert api_of(viewer).post(f"{url}save/", body(need, product)).status_code == 403


def test_staff_reading_does_not_count_as_showing_it_to_the_buyer(buyer: User, staff: User) -> None:
    need = posted_need(buyer)
    offer()
    assert api_of(staff).get(f"/api/v1/needs/{need.pk}/matches/").status_code == 200
    assert not Match.objects.exists()


def test_a_line_of_another_need_is_not_found(buyer: User) -> None:
    need, other, product = posted_need(buyer), posted_need(buyer), offer()
    reply = api_of(buyer).post(f"/api/v1/needs/{need.pk}/matches/save/", body(other, product))
    assert reply.status_code == 404


def test_fitting_needs_name_what_is_missing(buyer: User, supplier: User) -> None:
    company = supplier.memberships.get().company
    offer(company=company, haccp=False)
    need = posted_need(buyer)
    rows = api_of(supplier).get("/api/v1/my/fitting-needs/").json()["results"]
    assert [(r["number"], r["fits"], r["missing"][0]["reason"]) for r in rows] == [
        (need.number, False, "certificate")
    ]
    assert "420000" not in str(rows)


def test_live_count_tells_the_cost_of_each_requirement(buyer: User) -> None:
    offer()
    offer(haccp=False)
    query = {"product_words": "long nhãn", "unit": "KGM", "required_certificates": "haccp_codex"}
    found = api_of(buyer).get("/api/v1/match-count/", query).json()
    assert found["remaining"] == 1
    assert {c["reason"]: c["would_return"] for c in found["criteria"]}["certificate"] == 1
    assert api_of(buyer).get("/api/v1/match-count/").json()["remaining"] is None
    assert api_of(buyer).get("/api/v1/match-count/", {"unit": "nonsense"}).status_code == 400


def test_ranker_info_names_the_prior_while_nothing_is_learned(buyer: User) -> None:
    found = api_of(buyer).get("/api/v1/ranker/").json()
    assert (found["version"], found["needs"], found["sha256"]) == ("prior", 0, "")
