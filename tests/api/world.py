"""A small world with one row of everything that a path of the API can name, all within one person's reach."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from companies.models import (
    ApiToken,
    CapacityStatement,
    CertificationScheme,
    Company,
    CompanyClaim,
    Document,
    Membership,
    Notification,
    Product,
    User,
)
from companies.services.certifications import record_certification, record_lab_report
from companies.services.ratings import record_rating
from tenders.services.invitations import invite_supplier
from tests.factories.people import (
    make_agency,
    make_capacity,
    make_commune,
    make_company,
    make_hs,
    make_member,
    make_need,
    make_product,
    make_user,
)

RAW_TOKEN = "contract-test-token"


@dataclass
class World:
    """`ids[name]` are values for a path's parameter, by the path's first segment."""

    user: User
    company: Company
    product: Product
    ids: dict[str, list[str]] = field(default_factory=dict)

    def parameters(self, path: str) -> dict[str, str] | None:
        """Values that exist for `/api/v1/<collection>/{id}/...`, or None where the path has no parameter."""
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if not names:
            return None
        segments = [part for part in path.removeprefix("/api/v1/").split("/") if part]
        values: dict[str, str] = {}
        for position, segment in enumerate(segments):
            if segment.startswith("{"):
                key = "/".join(part for part in segments[:position] if not part.startswith("{"))
                values[segment[1:-1]] = str(
                    self.ids.get(key, self.ids.get(segments[position - 1], ["none"]))[0]
                )
        return values


def make_world() -> World:
    """An exporter that buys and sells, its owner (also staff), a province's agency, a need, a match, and the rest."""
    company = make_company(kind="exporter", province="33", commune=make_commune("33"))
    user = make_member(company, is_staff=True)
    agency = make_agency("33")
    colleague = make_member(company, role="editor")
    scheme = CertificationScheme.objects.create(
        code="haccp_codex", name_vi="HACCP", name_en="HACCP", kind="food_safety", issuer_type="accredited_cb",
        scope="site", legal_status="voluntary",
    )  # fmt: skip
    product = make_product(company, hs=make_hs())
    for month in (8, 9):
        make_capacity(product, date(2027, month, 1), 900)
    token = ApiToken.objects.create(
        user=user,
        name="contract",
        prefix=RAW_TOKEN[:8],
        token_hash=hashlib.sha256(RAW_TOKEN.encode()).hexdigest(),
    )
    draft = make_need(company, published=False)
    published = make_need(company)
    rating = record_rating(
        product=product,
        actor=user,
        listed_by=company,
        stars=4,
        decision_number="1/QĐ",
        issued_on=date(2026, 1, 1),
    )
    certification = record_certification(
        company=company, actor=user, listed_by=company, scheme=scheme, number="1"
    )
    report = record_lab_report(
        product=product, actor=user, lot="1", parameter="Ẩm độ", result=Decimal(12), laboratory="Q1",
        tested_on=date(2026, 1, 1),
    )  # fmt: skip
    claimed = make_company(province="33", verification="listed")
    claim = CompanyClaim.objects.create(company=claimed, user=make_user(), proof="Giấy đăng ký HTX số 12")
    document = Document.objects.create(
        company=company,
        uploaded_by=user,
        original_name="a.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
    )
    notice = Notification.objects.create(
        user=user, company=company, event_id=user.pk, kind="rating.confirmed"
    )
    statement = CapacityStatement.objects.create(
        product=product, method="monthly", inputs={}, months={"2027-10": "100"}, stated_by=user
    )
    buyer = make_company(kind="supermarket", province="33")
    invitation = invite_supplier(need=make_need(buyer), supplier=company, actor=user)
    sent = invite_supplier(need=published, supplier=claimed, actor=user)
    world = World(user=user, company=company, product=product)
    world.ids = {
        "companies": [company.pk],
        "products": [product.pk],
        "needs": [draft.pk, published.pk],
        "ratings": [rating.pk],
        "certifications": [certification.pk],
        "lab-reports": [report.pk],
        "claims": [claim.pk],
        "documents": [document.pk],
        "me/tokens": [token.pk],
        "me/notifications": [notice.pk],
        "members": [Membership.objects.get(user=colleague).pk],
        "statements": [statement.pk],
        "agency": [agency.pk],
        "lines": [published.lines.get().pk],
        "open-needs": [published.pk],
        "invitations": [invitation.pk],
        "needs/invitations": [sent.pk],
    }
    return world


def later(days: int) -> str:
    """An instant in the future, as the API reads it."""
    return (timezone.now() + timedelta(days=days)).isoformat()
