"""The same act by the API and by the pages gets the same verdict and leaves the same rows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from companies.models import Company
from tenders.enums import NeedStatus
from tenders.models import SourcingNeed
from tests.factories.needs import make_draft, make_published
from tests.people import api_of, client_of, company_of


@pytest.fixture
def people(buyer: Any, rival_buyer: Any, supplier: Any) -> SimpleNamespace:
    from tests.factories.people import make_member

    company = company_of(buyer)
    return SimpleNamespace(
        buyer=company, lan=buyer, rival_user=rival_buyer, supplier_user=supplier, supplier=company_of(supplier),
        viewer=make_member(company, role="viewer"),
    )  # fmt: skip


def _verdict(status: int) -> str:
    """Three words for what became of it."""
    if status == 404:
        return "not there"
    return "done" if status in {200, 201, 302} else "refused"


def by_page(user: Any, need: SourcingNeed, act: str, data: dict[str, str]) -> str:
    status = client_of(user).post(f"/needs/{need.pk}/{act}/", data).status_code
    return _verdict(status)


def by_api(user: Any, need: SourcingNeed, act: str, data: dict[str, str]) -> str:
    status = api_of(user).post(f"/api/v1/needs/{need.pk}/{act}/", data, format="json").status_code
    return _verdict(status)


@pytest.mark.parametrize("act", ["publish", "close", "cancel", "duplicate"])
@pytest.mark.parametrize("who", ["lan", "viewer", "rival_user", "supplier_user"])
def test_acts_on_a_need_get_the_same_verdict(people: SimpleNamespace, act: str, who: str) -> None:
    user = getattr(people, who)
    make = make_draft if act == "publish" else make_published
    found = []
    for way in (by_api, by_page):
        need = make(people.buyer, people.lan)
        verdict = way(user, need, act, {"reason": "Đổi kế hoạch"})
        need.refresh_from_db()
        found.append((verdict, need.status, SourcingNeed.objects.filter(status=NeedStatus.DRAFT).count()))
        SourcingNeed.objects.all().delete()
    assert found[0] == found[1]


def test_cancelling_without_a_reason_is_refused_by_both(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    assert by_api(people.lan, need, "cancel", {"reason": ""}) == "refused"
    assert by_page(people.lan, need, "cancel", {"reason": ""}) == "refused"
    need.refresh_from_db()
    assert need.status == NeedStatus.PUBLISHED


def test_answering_an_invitation_gets_the_same_verdict(people: SimpleNamespace) -> None:
    from tenders.services.invitations import invite_supplier

    supplier: Company = people.supplier
    found = []
    for way in ("api", "page"):
        need = make_published(people.buyer, people.lan)
        invitation = invite_supplier(need=need, supplier=supplier, actor=people.lan)
        statuses = []
        for user in (people.rival_user, people.lan, people.supplier_user):
            if way == "api":
                path = f"/api/v1/invitations/{invitation.pk}/answer/"
                status = api_of(user).post(path, {"answer": "accept"}, format="json").status_code
            else:
                path = f"/invitations/{invitation.pk}/answer/"
                status = client_of(user).post(path, {"answer": "accept"}).status_code
            statuses.append(_verdict(status))
        invitation.refresh_from_db()
        found.append((statuses, invitation.status, invitation.answered_by))
    assert found[0] == found[1]
    assert found[0] == (["not there", "not there", "done"], "accepted", people.supplier_user)
