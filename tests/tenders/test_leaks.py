"""What a rival may not learn of a need: the ceiling price, a withheld buyer, who else was invited, hidden needs.

Each test plants data that could leak and fetches everything that the person can reach.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from core.models import Event
from tenders.models import SourcingNeed
from tenders.services.amendments import amend_need, change_ceiling
from tenders.services.invitations import invite_supplier
from tests.factories.needs import NOW, longan_line, make_published
from tests.people import api_of, client_of

CEILING = Decimal("431277")
CEILING_TEXTS = ("431277", "431.277", "431,277", "ceiling")


def everything(user: Any, need: SourcingNeed, extra: tuple[str, ...] = ()) -> str:
    """All that a person can fetch about a need, API and HTML, lists, filters and details, in one text."""
    paths = [
        "/api/v1/open-needs/", f"/api/v1/open-needs/{need.pk}/", f"/api/v1/open-needs/{need.pk}/amendments/",
        f"/api/v1/open-needs/{need.pk}/receives/?price=100000", "/api/v1/open-needs/?q=long",
        f"/api/v1/open-needs/?company={need.company.code}", "/api/v1/invitations/", "/api/v1/needs/",
        f"/api/v1/needs/{need.pk}/", f"/api/v1/needs/{need.pk}/invitations/", f"/api/v1/needs/{need.pk}/check/",
    ]  # fmt: skip
    pages = [
        "/needs/open/", f"/needs/{need.pk}/", f"/needs/{need.pk}/?price=100000", "/needs/", "/invitations/", "/",
        f"/invitations/need/{need.pk}/", f"/needs/open/?company={need.company.code}", *extra,
    ]  # fmt: skip
    api, browser = api_of(user), client_of(user)
    found = [f"{path} {api.get(path).content.decode()}" for path in paths]
    found += [f"{path} {browser.get(path).content.decode()}" for path in pages]
    # The paths themselves name the buyer's code; they are not what was learned.
    return "\n".join(found).replace(need.company.code, "")


def others(people: SimpleNamespace) -> dict[str, Any]:
    return {
        "rival buyer": people.rival_user, "supplier": people.supplier_user, "rival supplier": people.other_user,
        "agency": people.agency_user, "visitor": None,
    }  # fmt: skip


def test_nobody_else_learns_the_ceiling_price(people: SimpleNamespace) -> None:
    need = make_published(
        people.buyer, people.lan, lines=[longan_line(ceiling_price=CEILING, ceiling_excludes=True)],
        changes={"visibility": "public"},
    )  # fmt: skip
    invitation = invite_supplier(need=need, supplier=people.supplier, actor=people.lan, now=NOW)
    change_ceiling(need=need, line=need.lines.get(), actor=people.lan, price=CEILING, now=NOW)
    amend_need(need=need, actor=people.lan, reason="Đổi", changes={"payment_days": 10}, now=NOW)
    pages = (f"/invitations/{invitation.pk}/", f"/api/v1/invitations/{invitation.pk}/")
    for who, user in others(people).items():
        seen = everything(user, need, pages).lower()
        assert str(need.number).lower() in seen, who  # the need itself is read
        assert not [text for text in CEILING_TEXTS if text in seen], who
    assert "431277" not in "".join(str(event.payload) for event in Event.objects.all())
    assert "431277" not in str([row.changes for row in need.amendments.all()])


def test_the_leak_test_would_see_a_leak(people: SimpleNamespace) -> None:
    need = make_published(
        people.buyer, people.lan, lines=[longan_line(ceiling_price=CEILING)], changes={"visibility": "public"}
    )
    assert "431277" in everything(people.lan, need)
    assert "Blue Cloud" in everything(people.supplier_user, need)


def test_withheld_buyer_is_not_told_to_others(people: SimpleNamespace) -> None:
    need = make_published(
        people.buyer, people.lan,
        changes={"visibility": "public", "name_withheld": True, "delivery_place": "Kho Mây Xanh Gia Lâm"},
    )  # fmt: skip
    amend_need(
        need=need, actor=people.lan, reason="x", changes={"delivery_place": "Kho Mây Xanh Long Biên"}, now=NOW
    )
    names = ("mây xanh", "blue cloud", "may-xanh", str(people.buyer.pk), str(people.lan.pk))
    for who, user in others(people).items():
        seen = everything(user, need).lower()
        assert need.number.lower() in seen, who
        assert not [name for name in names if name in seen], who


def test_invited_supplier_learns_the_withheld_buyer_and_no_other_does(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan, changes={"visibility": "public", "name_withheld": True})
    invite_supplier(need=need, supplier=people.supplier, actor=people.lan, now=NOW)
    assert "Blue Cloud" in everything(people.supplier_user, need)
    assert "Blue Cloud" not in everything(people.other_user, need)


def test_nobody_learns_who_else_was_invited(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan, changes={"visibility": "public"})
    invitation = invite_supplier(
        need=need, supplier=people.supplier, actor=people.lan, message="Riêng cho bạn", now=NOW
    )
    for who, user in others(people).items():
        if who == "supplier":
            continue
        seen = everything(
            user, need, (f"/invitations/{invitation.pk}/", f"/api/v1/invitations/{invitation.pk}/")
        )
        for text in ("Riêng cho bạn", "Ben Song", "HTX Bến Sông", str(people.supplier.pk)):
            assert text not in seen, (who, text)


@pytest.mark.parametrize(
    ("visibility", "seen_by"),
    [
        ("public", {"rival buyer", "supplier", "rival supplier", "agency", "visitor"}),
        ("verified", {"supplier", "rival supplier", "agency"}),
        ("invited", {"supplier"}),
    ],
)
def test_needs_are_shown_to_those_for_whom_they_are_meant(
    people: SimpleNamespace, visibility: str, seen_by: set[str]
) -> None:
    need = make_published(people.buyer, people.lan, changes={"visibility": visibility})
    invite_supplier(need=need, supplier=people.supplier, actor=people.lan, now=NOW)
    for who, user in others(people).items():
        expected = who in seen_by
        listed = [row["id"] for row in api_of(user).get("/api/v1/open-needs/").json()["results"]]
        assert (str(need.pk) in listed) is expected, who
        assert (api_of(user).get(f"/api/v1/open-needs/{need.pk}/").status_code == 200) is expected, who
        assert (client_of(user).get(f"/needs/{need.pk}/").status_code == 200) is expected, who


def test_order_of_open_needs_does_not_follow_withheld_buyers(people: SimpleNamespace) -> None:
    """Two worlds that differ only in which buyer posted which need look the same to a visitor."""
    from django.db import transaction

    worlds = []
    for first, second in ((people.buyer, people.rival), (people.rival, people.buyer)):
        with transaction.atomic():
            actors = {people.buyer.pk: people.lan, people.rival.pk: people.rival_user}
            changes = {"visibility": "public", "name_withheld": True}
            for at, (company, words) in enumerate(((first, "Vải sấy"), (second, "Mít sấy"))):
                make_published(
                    company,
                    actors[company.pk],
                    changes={**changes, "title": words},
                    now=NOW + timedelta(minutes=at),
                )
            rows = api_of().get("/api/v1/open-needs/").json()["results"]
            worlds.append([(row["title"], row["company"], row["delivery_place"]) for row in rows])
            transaction.set_rollback(True)
    assert worlds[0] == worlds[1]
    assert len(worlds[0]) == 2
