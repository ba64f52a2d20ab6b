"""Where a page answers those who may not act with words instead of a status: nothing has changed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.enums import CapacityProof
from companies.models import Certification, Membership, MonthlyCapacity
from tenders.enums import InvitationStatus
from tenders.models import Invitation
from tests.leaks.routes import ask


def test_a_viewer_of_the_buyer_takes_no_invitation_back(world):
    ask(world, "buyer_viewer", reverse("invitations:invitation-revoke", args=[world.invitation.pk]), "POST")
    assert Invitation.objects.get(pk=world.invitation.pk).status == InvitationStatus.ACCEPTED
    ask(world, "buyer", reverse("invitations:invitation-revoke", args=[world.invitation.pk]), "POST")
    assert Invitation.objects.get(pk=world.invitation.pk).status == InvitationStatus.REVOKED


def test_a_viewer_of_the_supplier_answers_no_invitation(world):
    address = reverse("invitations:invitation-answer", args=[world.quiet_invitation.pk])
    ask(world, "supplier_viewer", address, "POST", {"answer": "decline"})
    assert Invitation.objects.get(pk=world.quiet_invitation.pk).status != InvitationStatus.DECLINED
    ask(world, "supplier", address, "POST", {"answer": "decline"})
    assert Invitation.objects.get(pk=world.quiet_invitation.pk).status == InvitationStatus.DECLINED


def test_a_viewer_deletes_no_certificate(world):
    address = reverse("proofs:proof-delete", args=["certificate", world.certification.pk])
    ask(world, "supplier_viewer", address, "POST")
    assert Certification.objects.filter(pk=world.certification.pk).exists()
    ask(world, "supplier", address, "POST")
    assert not Certification.objects.filter(pk=world.certification.pk).exists()


def test_a_viewer_gives_nobody_a_role(world):
    address = reverse("accounts:member-change", args=[world.colleague.pk])
    ask(world, "supplier_viewer", address, "POST", {"role": "owner"})
    assert Membership.objects.get(pk=world.colleague.pk).role == "viewer"
    ask(world, "supplier", address, "POST", {"role": "editor"})
    assert Membership.objects.get(pk=world.colleague.pk).role == "editor"


@pytest.mark.parametrize("role", ["supplier", "supplier_viewer", "other_agency", "buyer"])
def test_only_its_agency_checks_a_capacity(world, role):
    address = reverse("supplier:capacity-check", args=[world.product.pk])
    ask(world, role, address, "POST")
    assert not MonthlyCapacity.objects.filter(product=world.product, proof=CapacityProof.CHECKED).exists()
    ask(world, "agency", address, "POST")
    assert MonthlyCapacity.objects.filter(product=world.product, proof=CapacityProof.CHECKED).exists()
