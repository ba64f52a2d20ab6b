"""A membership, session or token that has ended opens nothing any more: asked of every address, not of one."""

from __future__ import annotations

from django.urls import reverse

from companies.models import Membership
from companies.services.accounts import end_sessions
from companies.services.members import revoke_membership
from companies.services.tokens import create_token, revoke_token
from tests.leaks.routes import ask
from tests.leaks.test_content import addresses, text_of
from tests.leaks.world import SECRETS, World
from tests.people import api_of


def _told(world: World, asked: list[str], role: str = "supplier") -> list[str]:
    import re

    insiders = [
        secret
        for secret in SECRETS
        if secret.name
        in {
            "price on request", "capacity on request", "unpublished product", "need for the invited",
            "invitation's words", "document", "lab report", "supplier's contacts",
        }
    ]  # fmt: skip
    texts = {address: text_of(ask(world, role, address)) for address in asked}
    return [
        f"{address}: {secret.name}"
        for address, text in texts.items()
        for secret in insiders
        if any(re.search(word, text.replace(address, ""), re.IGNORECASE) for word in secret.found(world)[:1])
    ]


def _asked(world: World) -> list[str]:
    return [
        reverse("product-list") + "?company=htx-ben-song",
        reverse("product-capacity", args=[world.hidden_product.pk]),
        reverse("invitation-list"),
        reverse("open-need-list"),
        reverse("lab-report-list"),
        reverse("document-list"),
        reverse("document-file", args=[world.document.pk]),
        reverse("catalogue:document", args=[world.document.pk]),
        reverse("company-detail", args=[world.supplier_company.pk]),
        reverse("supplier:product-list"),
        reverse("desk:home"),
    ]


def test_a_member_whose_membership_ended_reads_nothing_of_the_company(world):
    """Neither what belongs to the company nor the documents that the person uploaded for it."""
    asked = _asked(world)
    assert _told(world, asked)
    row = Membership.objects.get(user=world.people["supplier"], company=world.supplier_company)
    Membership.objects.filter(pk=world.colleague.pk).update(role="owner")
    revoke_membership(membership=row, actor=world.people["staff"])
    assert _told(world, asked) == []
    assert ask(world, "supplier", reverse("document-file", args=[world.document.pk])).status_code == 404


def test_sessions_that_were_ended_open_no_page(world):
    end_sessions(user=type(world.people["buyer"]).objects.get(pk=world.people["buyer"].pk))
    own = [
        one
        for one in addresses(world)
        if one.startswith(("/needs/", "/matches/", "/api/v1/needs/", "/api/v1/me/"))
    ]
    assert len(own) > 10
    for address in own:
        as_visitor = ask(world, "visitor", address).status_code
        assert ask(world, "buyer", address).status_code == as_visitor, address


def test_a_revoked_token_opens_no_address(world):
    token, raw = create_token(user=world.people["buyer"], name="Máy")
    client = api_of(None, token=raw)
    assert client.get(reverse("need-list")).status_code == 200
    revoke_token(token=token, actor=world.people["buyer"])
    for address in addresses(world):
        if address.startswith("/api/v1/") and "reference" not in address:
            assert client.get(address).status_code == 401, address
