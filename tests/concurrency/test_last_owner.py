from __future__ import annotations

import threading

import pytest
from django.db import connection

from companies.enums import Role
from companies.models import Company, Membership, User
from companies.services import claims, members
from core.errors import DomainError
from tests.factories.people import make_agency, make_company, make_member, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def race(*acts):
    """Run the acts at once, each in its own connection; the codes of those refused."""
    barrier = threading.Barrier(len(acts))
    refused: list[str] = []

    def run(act):
        try:
            barrier.wait(timeout=20)
            act()
        except DomainError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.fixture(autouse=True)
def no_broker(settings):
    settings.EVENT_TASKS = []


def two_owners():
    company = make_company()
    first, second = make_member(company), make_member(company)
    return company, [
        lambda: members.revoke_membership(
            membership=second.memberships.get(), actor=User.objects.get(pk=first.pk)
        ),
        lambda: members.revoke_membership(
            membership=first.memberships.get(), actor=User.objects.get(pk=second.pk)
        ),
    ]


def owners_left(company):
    return Membership.objects.active().filter(company=company, role=Role.OWNER).count()


def test_two_owners_cannot_remove_each_other_at_once():
    for _ in range(5):
        company, acts = two_owners()
        refused = race(*acts)
        assert owners_left(company) == 1
        assert refused in (["last-owner"], ["not-allowed"])


def test_without_the_lock_both_owners_go(monkeypatch):
    """The negative control: the same race with the company's lock off, both past the check before either writes."""
    barrier = threading.Barrier(2)
    check = members._must_not_be_last_owner

    def check_then_wait(row):
        check(row)
        barrier.wait(timeout=20)

    monkeypatch.setattr(members, "_must_not_be_last_owner", check_then_wait)
    monkeypatch.setattr(
        members,
        "_locked",
        lambda membership, gone_is_error=True: Membership.objects.select_related("user", "company").get(
            pk=membership.pk
        ),
    )
    company, acts = two_owners()
    assert race(*acts) == []
    assert owners_left(company) == 0


def test_two_claims_confirmed_at_once_make_one_owner():
    agency = make_member(make_agency("33"))
    company = make_company(verification="listed")
    rows = [claims.claim_company(company=company, actor=make_user(), proof="Tôi") for _ in range(2)]
    acts = [
        lambda row=row: claims.confirm_claim(claim=row, actor=User.objects.get(pk=agency.pk)) for row in rows
    ]
    refused = race(*acts)
    assert owners_left(Company.objects.get(pk=company.pk)) == 1
    assert refused in (["claim-decided"], ["company-has-owner"])
