from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from companies.enums import LinkPurpose
from companies.models import TaskLink
from companies.notices import paste_text
from companies.services import links
from core.errors import DomainError
from tests.factories.people import make_company


@pytest.fixture
def link(db):
    company = make_company()
    return links.create_link(
        purpose=LinkPurpose.INVITATION,
        company=company,
        object_id=company.pk,
        expires_at=timezone.now() + timedelta(days=3),
        created_by=None,
    )


def test_link_url_resolves_to_its_link(link, settings):
    url = links.link_url(link=link)
    assert url.startswith(f"{settings.SITE_URL}/l/")
    signed = url.rstrip("/").rpartition("/")[2]
    assert links.resolve_link(signed=signed, now=timezone.now()) == link


def test_forged_links_are_refused(link):
    signed = links.sign(link)
    changed = ("B" if signed[0] != "B" else "C") + signed[1:]
    for wrong in [changed, signed[:-1], "x", "", "..", "a.b"]:
        with pytest.raises(DomainError) as refused:
            links.resolve_link(signed=wrong, now=timezone.now())
        assert (refused.value.code, refused.value.status) == ("link-forged", 404)


@pytest.mark.parametrize(("late", "opens"), [(-1, True), (0, False), (1, False)])
def test_link_ends_at_its_deadline(link, late, opens):
    then = link.expires_at + timedelta(microseconds=late)
    if opens:
        assert links.resolve_link(signed=links.sign(link), now=then) == link
    else:
        with pytest.raises(DomainError) as refused:
            links.resolve_link(signed=links.sign(link), now=then)
        assert refused.value.code == "link-expired"


def test_grant_is_for_its_task_only(link):
    session: dict = {}
    links.grant(session=session, link=link)
    granted = {"session": session, "purpose": LinkPurpose.INVITATION}
    assert links.granted_link(**granted, object_id=link.object_id) == link
    assert links.granted_link(**granted, object_id=link.pk) is None
    assert (
        links.granted_link(session=session, purpose=LinkPurpose.MEMBERSHIP, object_id=link.object_id) is None
    )
    assert links.granted_link(session={}, purpose=LinkPurpose.INVITATION, object_id=link.object_id) is None


def test_revoked_link_stops_also_where_it_was_opened(link):
    session: dict = {}
    links.grant(session=session, link=link)
    links.revoke_link(link=TaskLink.objects.get(pk=link.pk))
    assert (
        links.granted_link(session=session, purpose=LinkPurpose.INVITATION, object_id=link.object_id) is None
    )
    with pytest.raises(DomainError) as refused:
        links.resolve_link(signed=links.sign(link), now=timezone.now())
    assert refused.value.code == "link-revoked"


def test_grants_of_a_browser_are_bounded(link):
    session: dict = {}
    for _ in range(links.MOST_GRANTS + 5):
        other = links.create_link(
            purpose=LinkPurpose.INVITATION,
            company=None,
            object_id=link.object_id,
            expires_at=link.expires_at,
            created_by=None,
        )
        links.grant(session=session, link=other)
    assert len(session[links.SESSION_KEY]) == links.MOST_GRANTS
    assert session[links.SESSION_KEY][-1] == str(other.pk)


def test_paste_text_is_short_and_carries_the_link():
    context = {
        "buyer": "Siêu thị Mây Xanh",
        "company": "HTX Bến Sông",
        "what": "long nhãn sấy",
        "quantity": "2 t/tháng",
        "deadline": "05/12/2026",
        "url": "https://offtake.example/l/abc/",
    }
    for language in ("vi", "en"):
        text = paste_text("invitation", context, language=language)
        assert all(context[name] in text for name in context)
        assert len(text) < 400
    assert "Siêu thị" in text
    assert "2 t/tháng" not in paste_text("invitation", {**context, "quantity": ""})
