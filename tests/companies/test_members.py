from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from companies.enums import Role
from companies.models import ApiToken, MemberInvitation, Membership, TaskLink, User
from companies.querysets import forget_standing
from companies.services import links, members
from companies.services.tokens import create_token
from core.errors import DomainError
from tests.factories.people import make_member, make_user
from tests.people import company_of


def invite(owner, address="0911222333", role=Role.EDITOR, now=None):
    return members.invite_member(
        company=company_of(owner), actor=owner, role=role, address=address, now=now or timezone.now()
    )


def test_membership_is_made_when_the_invitation_is_accepted(supplier):
    invitation = invite(supplier)
    company = company_of(supplier)
    assert company.memberships.count() == 1
    person = make_user(phone="+84911222333")
    row = members.accept_invitation(link=invitation.link, user=person, now=timezone.now())
    assert (row.company, row.role, row.user) == (company, Role.EDITOR, person)
    invitation.refresh_from_db()
    assert invitation.accepted_by == person


def test_invitation_is_accepted_once(supplier):
    invitation = invite(supplier)
    person, other = make_user(), make_user()
    first = members.accept_invitation(link=invitation.link, user=person, now=timezone.now())
    assert members.accept_invitation(link=invitation.link, user=person, now=timezone.now()) == first
    with pytest.raises(DomainError) as refused:
        members.accept_invitation(link=invitation.link, user=other, now=timezone.now())
    assert refused.value.code == "invitation-over"
    assert not other.memberships.exists()


def test_invitation_lapses_and_can_be_withdrawn(supplier):
    late = invite(supplier, now=timezone.now() - timedelta(days=15))
    with pytest.raises(DomainError) as refused:
        members.accept_invitation(link=late.link, user=make_user(), now=timezone.now())
    assert refused.value.code == "link-expired"
    withdrawn = invite(supplier, address="a@b.example")
    members.revoke_invitation(invitation=withdrawn, actor=supplier)
    with pytest.raises(DomainError) as refused:
        members.accept_invitation(link=withdrawn.link, user=make_user(), now=timezone.now())
    assert refused.value.code == "link-revoked"


def test_inviting_the_same_person_again_replaces_the_link(supplier):
    first = invite(supplier)
    second = invite(supplier, role=Role.VIEWER)
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert MemberInvitation.objects.open().get() == second


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_owners_manage_members(supplier, rival_supplier, role):
    company = company_of(supplier)
    for actor in [make_member(company, role=role), rival_supplier]:
        with pytest.raises(DomainError) as refused:
            members.invite_member(
                company=company, actor=actor, role=Role.OWNER, address="0911222333", now=timezone.now()
            )
        assert refused.value.status == 403
        with pytest.raises(DomainError):
            members.change_role(membership=supplier.memberships.get(), role=Role.VIEWER, actor=actor)
        with pytest.raises(DomainError):
            members.revoke_membership(membership=supplier.memberships.get(), actor=actor)


def test_last_owner_cannot_go_or_step_down(supplier):
    mine = supplier.memberships.get()
    make_member(mine.company, role=Role.EDITOR)
    for act in (
        lambda: members.revoke_membership(membership=mine, actor=supplier),
        lambda: members.change_role(membership=mine, role=Role.EDITOR, actor=supplier),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "last-owner"
    second = make_member(mine.company, role=Role.OWNER)
    members.revoke_membership(membership=mine, actor=supplier)
    assert list(Membership.objects.active().filter(company=mine.company, role=Role.OWNER)) == [
        second.memberships.get()
    ]


def test_inactive_owner_does_not_count(supplier):
    mine = supplier.memberships.get()
    second = make_member(mine.company, role=Role.OWNER)
    User.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(DomainError) as refused:
        members.revoke_membership(membership=mine, actor=supplier)
    assert refused.value.code == "last-owner"


def test_revoking_ends_tokens_links_and_open_invitations_of_the_member(supplier):
    company = company_of(supplier)
    second = make_member(company, role=Role.OWNER)
    tied, _raw = create_token(user=second, name="ERP", company=company)
    free, _raw = create_token(user=second, name="own")
    link = links.create_link(
        purpose="invitation",
        company=company,
        object_id=company.pk,
        expires_at=timezone.now() + timedelta(days=1),
        created_by=supplier,
        user=second,
    )
    way_back = members.invite_member(
        company=company, actor=second, role=Role.OWNER, address="0911222333", now=timezone.now()
    )
    members.revoke_membership(membership=second.memberships.get(), actor=supplier)
    assert ApiToken.objects.get(pk=tied.pk).revoked_at is not None
    assert ApiToken.objects.get(pk=free.pk).revoked_at is None
    assert TaskLink.objects.get(pk=link.pk).revoked_at is not None
    with pytest.raises(DomainError):
        members.accept_invitation(link=way_back.link, user=second, now=timezone.now())


def test_join_as_new_person_makes_an_unconfirmed_account(supplier):
    invitation = invite(supplier)
    user, row = members.join_as_new_person(
        link=invitation.link, full_name="Lê Thị Mới", language="vi", now=timezone.now()
    )
    assert (user.phone, user.phone_confirmed_at) == ("+84911222333", None)
    assert row.company == company_of(supplier)


def test_join_as_new_person_never_enters_an_existing_account(supplier, buyer):
    invitation = invite(supplier, address=buyer.email)
    with pytest.raises(DomainError) as refused:
        members.join_as_new_person(
            link=invitation.link, full_name="Kẻ khác", language="vi", now=timezone.now()
        )
    assert refused.value.code == "sign-in-first"


def test_role_changes_work_at_once(supplier):
    company = company_of(supplier)
    editor = make_member(company, role=Role.EDITOR)
    assert editor.has_perm("companies.change_company", company)
    members.change_role(membership=editor.memberships.get(), role=Role.VIEWER, actor=supplier)
    forget_standing(editor)
    assert not editor.has_perm("companies.change_company", company)


def test_invitation_leaves_once_with_its_link(supplier, outbox):
    invitation = invite(supplier)
    assert members.unsent_invitations(now=timezone.now()) == [str(invitation.pk)]
    assert members.send_invitation(invitation_id=str(invitation.pk))
    assert not members.send_invitation(invitation_id=str(invitation.pk))
    assert [message.address for message in outbox] == ["+84911222333"]
    assert links.link_url(link=invitation.link) in outbox[0].body
    assert members.unsent_invitations(now=timezone.now()) == []


def test_withdrawn_invitation_does_not_leave(supplier, outbox):
    invitation = invite(supplier)
    members.revoke_invitation(invitation=invitation, actor=supplier)
    assert not members.send_invitation(invitation_id=str(invitation.pk))
    assert outbox == []


def test_invitation_to_a_phone_is_left_to_the_owner_where_only_mail_leaves(supplier, settings, mailoutbox):
    settings.MESSAGE_SENDER = "companies.sending.MailSender"
    assert not members.send_invitation(invitation_id=str(invite(supplier).pk))
    assert members.send_invitation(invitation_id=str(invite(supplier, address="a@b.example").pk))
    assert [mail.to for mail in mailoutbox] == [["a@b.example"]]
