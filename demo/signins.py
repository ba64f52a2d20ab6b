"""The simulated people who can sign in, one a role, and the sample need."""

from __future__ import annotations

from dataclasses import dataclass

from companies.models import User
from demo.cast import BUYER_CODE
from tenders.models import SourcingNeed

ROLES = (
    ("buyer", "lan@mayxanh.example"),
    ("supplier", "htx@bensong.example"),
    ("agency", "agency@hungyen.example"),
    ("ministry", "bo@offtake.example"),
    ("staff", "admin@offtake.example"),
)


@dataclass(frozen=True)
class SignIn:
    role: str
    email: str
    phone: str | None
    company: str


def signins() -> list[SignIn]:
    """One a role, as far as these people are there and simulated."""
    people = {
        user.email: user
        for user in User.objects.filter(
            email__in=[email for _, email in ROLES], is_simulated=True, is_active=True
        ).prefetch_related("memberships__company")
    }
    found = []
    for role, email in ROLES:
        if email in people:
            companies = [
                row.company.name_vi for row in people[email].memberships.all() if row.revoked_at is None
            ]
            found.append(SignIn(role, email, people[email].phone, companies[0] if companies else "Offtake"))
    return found


def sample_need() -> SourcingNeed | None:
    """Mây Xanh's simulated need for dried longan."""
    needs = SourcingNeed.objects.filter(company__code=BUYER_CODE, is_simulated=True)
    return needs.order_by("published_at", "pk").first()
