"""Inviting, the text and its link, opening, answering, taking back."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from companies.services import links
from core.errors import DomainError
from core.models import Event
from tenders.models import Invitation
from tenders.services.invitations import (
    answer_invitation,
    invite_supplier,
    open_invitation,
    revoke_invitation,
)
from tenders.services.publishing import close_need
from tenders.services.texts import invitation_text
from tests.factories.needs import DEADLINE, NOW, make_draft, make_published
from tests.factories.people import make_product
from tests.people import api_of, client_of


def invite(people: SimpleNamespace, **fields: object) -> Invitation:
    need = make_published(people.buyer, people.lan, **fields)  # type: ignore[arg-type]
    return invite_supplier(need=need, supplier=people.supplier, actor=people.lan, now=NOW)


def test_invite_supplier_links_until_the_deadline(people: SimpleNamespace) -> None:
    invitation = invite(people)
    assert invitation.status == "sent"
    assert invitation.link is not None and invitation.link.expires_at == DEADLINE
    assert Event.objects.get(kind="invitation.sent").payload["notify"]["companies"] == [
        str(people.supplier.pk)
    ]


def test_second_invitation_returns_the_live_one(people: SimpleNamespace) -> None:
    first = invite(people)
    again = invite_supplier(need=first.need, supplier=people.supplier, actor=people.lan, message="?", now=NOW)
    assert again.pk == first.pk
    assert Event.objects.filter(kind="invitation.sent").count() == 1
    revoke_invitation(invitation=first, actor=people.lan, now=NOW)
    assert (
        invite_supplier(need=first.need, supplier=people.supplier, actor=people.lan, now=NOW).pk != first.pk
    )


def test_what_cannot_be_invited_is_refused(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    foreign = make_product(people.other)
    draft = make_draft(people.buyer, people.lan)
    cases = [
        ({"supplier": people.rival}, "not-a-supplier"),
        ({"supplier": people.buyer}, "own-company"),
        ({"product": foreign}, "other-supplier"),
        ({"line": draft.lines.get()}, "other-need"),
        ({"need": draft}, "need-draft"),
        ({"actor": people.viewer}, "not-allowed"),
        ({"actor": people.rival_user}, "not-allowed"),
        ({"now": DEADLINE}, "deadline-passed"),
        ({"message": "x" * 1001}, "invalid"),
    ]
    for changes, code in cases:
        given = {"need": need, "supplier": people.supplier, "actor": people.lan, "now": NOW, **changes}
        with pytest.raises(DomainError) as refused:
            invite_supplier(**given)
        assert refused.value.code == code, changes
    assert Invitation.objects.count() == 0


def test_open_and_answer_are_noted_once_and_told_to_the_buyer(people: SimpleNamespace) -> None:
    invitation = invite(people)
    open_invitation(invitation=invitation, actor=people.supplier_user, now=NOW)
    open_invitation(invitation=invitation, actor=people.supplier_user, now=NOW + timedelta(hours=1))
    answered = answer_invitation(
        invitation=invitation, answer="accept", note="Có hàng", actor=people.supplier_user, now=NOW
    )
    assert (answered.status, answered.opened_at, answered.answer_note) == ("accepted", NOW, "Có hàng")
    answer_invitation(
        invitation=invitation, answer="accept", note="Có hàng", actor=people.supplier_user, now=NOW
    )
    assert Event.objects.filter(kind="invitation.opened").count() == 1
    told = Event.objects.get(kind="invitation.accepted").payload["notify"]["companies"]
    assert told == [str(people.buyer.pk)]
    assert (
        answer_invitation(invitation=invitation, answer="decline", actor=people.supplier_user, now=NOW).status
        == "declined"
    )


@pytest.mark.parametrize(("delay", "allowed"), [(-1, True), (0, False), (1, False)])
def test_answer_is_taken_until_the_deadline_to_the_microsecond(
    people: SimpleNamespace, delay: int, allowed: bool
) -> None:
    invitation = invite(people)
    moment = DEADLINE + timedelta(microseconds=delay)
    try:
        answer_invitation(invitation=invitation, answer="accept", actor=people.supplier_user, now=moment)
    except DomainError as error:
        assert error.code == "deadline-passed" and not allowed
    else:
        assert allowed


def test_only_the_invited_or_the_link_may_answer(people: SimpleNamespace) -> None:
    invitation = invite(people)
    other = invite_supplier(need=invitation.need, supplier=people.other, actor=people.lan, now=NOW)
    for actor in (people.lan, people.other_user, people.viewer, people.agency_user):
        with pytest.raises(DomainError) as refused:
            answer_invitation(invitation=invitation, answer="accept", actor=actor, now=NOW)
        assert refused.value.code == "not-allowed"
    with pytest.raises(DomainError):  # another invitation's link is none for this one
        answer_invitation(
            invitation=invitation, answer="accept", actor=people.other_user, link=other.link, now=NOW
        )
    assert (
        answer_invitation(invitation=invitation, answer="accept", link=invitation.link, now=NOW).answered_by
        is None
    )


def test_revoked_invitation_is_gone_for_the_supplier(people: SimpleNamespace) -> None:
    invitation = invite(people, changes={"visibility": "invited"})
    api = api_of(people.supplier_user)
    assert api.get(f"/api/v1/invitations/{invitation.pk}/").status_code == 200
    revoke_invitation(invitation=invitation, actor=people.lan, now=NOW)
    assert api.get(f"/api/v1/invitations/{invitation.pk}/").status_code == 404
    assert api.get(f"/api/v1/open-needs/{invitation.need_id}/").status_code == 404
    with pytest.raises(DomainError) as refused:
        answer_invitation(invitation=invitation, answer="accept", actor=people.supplier_user, now=NOW)
    assert refused.value.code == "invitation-revoked"


def test_text_names_the_buyer_the_product_and_no_price(people: SimpleNamespace) -> None:
    invitation = invite(people, changes={"name_withheld": True})
    for language, words in [
        ("vi", ["Siêu thị Mây Xanh", "Long nhãn sấy", "2\u00a0tấn", "1/3/2090"]),
        ("en", ["Blue Cloud", "1 Mar 2090"]),
    ]:
        text = invitation_text(invitation=invitation, link="https://x.example/l/1/", language=language)
        assert all(word in text for word in [*words, "https://x.example/l/1/"]), text
        assert "420" not in text


def test_link_opens_the_invitation_without_signing_in(people: SimpleNamespace) -> None:
    invitation = invite(people, changes={"visibility": "invited", "name_withheld": True})
    assert invitation.link is not None
    path = f"/l/{links.sign(invitation.link)}/"
    browser = client_of()
    page = browser.get(path, follow=True)
    assert page.status_code == 200
    html = page.content.decode()
    assert "Blue Cloud" in html and "Long nhãn sấy" in html and "We will quote" in html
    assert "420" not in html and "Vuon Doi" not in html
    answered = browser.post(
        f"/invitations/{invitation.pk}/answer/", {"answer": "accept", "note": "Có"}, follow=True
    )
    assert "The buyer is told that you will quote" in answered.content.decode()
    invitation.refresh_from_db()
    assert (invitation.status, invitation.answered_by) == ("accepted", None)
    # The link opens this one task and nothing else.
    for other in (
        f"/needs/{invitation.need_id}/",
        "/invitations/",
        "/desk/",
        f"/invitations/need/{invitation.need_id}/",
    ):
        assert browser.get(other).status_code in {302, 404}
    assert Client().get(f"/invitations/{invitation.pk}/").status_code == 404


def test_link_stops_at_once_when_revoked_or_the_need_is_closed(people: SimpleNamespace) -> None:
    for stop in ("revoke", "close"):
        invitation = invite(people)
        assert invitation.link is not None
        browser = client_of()
        browser.get(f"/l/{links.sign(invitation.link)}/", follow=True)
        assert browser.get(f"/invitations/{invitation.pk}/").status_code == 200
        if stop == "revoke":
            revoke_invitation(invitation=invitation, actor=people.lan)
        else:
            close_need(need=invitation.need, actor=people.lan)
        assert browser.get(f"/invitations/{invitation.pk}/").status_code == 404
        posted = browser.post(f"/invitations/{invitation.pk}/answer/", {"answer": "accept"})
        assert posted.status_code == 404


def test_suppliers_list_is_its_own_and_costs_the_same_for_one_and_three(people: SimpleNamespace) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts: dict[str, list[int]] = {"api": [], "html": []}
    for more in (1, 2):
        for _ in range(more):
            invite(people)
        for name, client, path in [
            ("api", api_of(people.supplier_user), "/api/v1/invitations/"),
            ("html", client_of(people.supplier_user), "/invitations/"),
        ]:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            counts[name].append(len(queries))
    assert counts["api"][0] == counts["api"][1]
    assert counts["html"][0] == counts["html"][1]
    assert len(api_of(people.supplier_user).get("/api/v1/invitations/").json()["results"]) == 3
    assert api_of(people.other_user).get("/api/v1/invitations/").json()["results"] == []


def test_buyer_sees_its_invitations_with_texts_by_the_api(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    api = api_of(people.lan)
    sent = api.post(f"/api/v1/needs/{need.pk}/invitations/", {"company": people.supplier.code}, format="json")
    assert sent.status_code == 201, sent.json()
    body = sent.json()
    assert "/l/" in body["link"] and body["link"] in body["text_vi"]
    listed = api.get(f"/api/v1/needs/{need.pk}/invitations/").json()["results"]
    assert [row["id"] for row in listed] == [body["id"]]
    supplier = api_of(people.supplier_user)
    seen = supplier.post(f"/api/v1/invitations/{body['id']}/open/").json()
    assert seen["status"] == "opened" and seen["need"]["company"]["name"] == "Blue Cloud"
    answered = supplier.post(
        f"/api/v1/invitations/{body['id']}/answer/", {"answer": "decline"}, format="json"
    ).json()
    assert answered["status"] == "declined"
    revoked = api.post(f"/api/v1/needs/{need.pk}/invitations/{body['id']}/revoke/").json()
    assert revoked["status"] == "revoked"
