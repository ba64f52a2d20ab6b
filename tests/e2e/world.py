"""A small market with one of each thing that a page can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from companies.enums import CapacityProof, Verification
from companies.models import (
    CatalogueImport,
    Certification,
    CertificationScheme,
    Company,
    CompanyClaim,
    HsCode,
    LabReport,
    Product,
    ProductSet,
    StarRating,
    Unit,
    User,
)
from companies.reference.loader import load_reference
from companies.services import imports
from core.months import first_day, month_range
from tenders.enums import Level, Visibility
from tenders.models import Invitation, NeedCertificate, SourcingNeed
from tests.companies.importing.sheets import xlsx
from tests.factories.people import (
    make_agency,
    make_capacity,
    make_company,
    make_member,
    make_need,
    make_product,
    make_user,
)

NEED_MONTHS = tuple(month_range(date(2027, 8, 1), 5))


@dataclass
class World:
    """Who is there and what they have."""

    buyer: User
    supplier: User
    agency: User
    staff: User
    newcomer: User
    buyer_company: Company
    supplier_company: Company
    unclaimed: Company
    product: Product
    need: SourcingNeed
    draft: SourcingNeed
    public_need: SourcingNeed
    invitation: Invitation
    claim: CompanyClaim
    rating: StarRating
    certificate: Certification
    lab_report: LabReport
    catalogue_import: CatalogueImport


def build_world() -> World:
    """Five cooperatives with dried longan, a buyer with needs in every state, an agency with a queue."""
    load_reference()
    kg = Unit.objects.get(code="KGM")
    hs = HsCode.objects.filter(code="081340").first()
    fruit = ProductSet.objects.filter(hs_codes=hs).first() or ProductSet.objects.first()
    haccp = CertificationScheme.objects.get(code="haccp_codex")
    buyer_company = make_company(
        kind="supermarket", province="01", name_vi="Siêu thị Mây Xanh", name_en="May Xanh", is_simulated=True
    )
    agency_company = make_agency("33", name_vi="Sở Công Thương Hưng Yên", name_en="Hung Yen DOIT")
    names = ("HTX Bến Sông", "HTX Vườn Đồi", "HTX Nắng Hanh", "HTX Lò Than", "HTX Chưa Khai")
    companies = [make_company(name_vi=name, name_en="", is_simulated=True) for name in names]
    products: list[Product] = []
    months = month_range(first_day(timezone.localdate()), 24)
    for place, company in enumerate(companies):
        product = make_product(
            company,
            name_vi=f"Long nhãn sấy {company.name_vi.removeprefix('HTX ')}",
            name_en="Dried longan pulp",
            unit=kg,
            product_set=fruit,
            hs=hs,
            price=Decimal(340_000 + 20_000 * place),
            stars=5 - min(place, 2),
            stars_confirmed=place < 2,
            stars_valid_until=timezone.localdate() + timedelta(days=60 + 200 * place),
            story_vi="Nhãn hái buổi sáng, sấy ba mươi giờ trên lò than.",
            specification={"độ ẩm": "≤ 18 %"},
            is_simulated=True,
        )
        products.append(product)
        if place < 4:
            for month in months:
                make_capacity(product, month, 900 - 200 * place, proof=CapacityProof.STATED)
        Certification.objects.create(
            company=company,
            scheme=haccp,
            number=f"VN-{place}",
            body="Vinacontrol",
            valid_from=date(2025, 1, 1),
            valid_to=timezone.localdate() + timedelta(days=80 + 300 * place),
            status=Verification.CONFIRMED if place else Verification.PENDING,
            checked_at=timezone.now() if place else None,
        )
    unclaimed = make_company(name_vi="HTX Chưa Có Người Nhận", verification=Verification.LISTED)
    make_product(unclaimed, name_vi="Mật ong hoa nhãn", unit=kg, product_set=fruit, stars=3)
    need = _need(buyer_company, kg, hs, haccp, title="Long nhãn sấy, 2 tấn mỗi tháng")
    _need(buyer_company, kg, hs, haccp, title="Long nhãn sấy cho siêu thị mới")
    draft = make_need(buyer_company, title="Gạo nếp cái hoa vàng", published=False, line={"unit": kg})
    public_need = make_need(
        make_company(kind="distributor", province="01", name_vi="Phân phối Sao Mai"),
        title="Mật ong hoa nhãn",
        visibility=Visibility.PUBLIC,
        line={"unit": kg, "product_words": "mật ong"},
    )
    newcomer = make_user(full_name="Người Mới")
    agency = make_member(agency_company, email="agency@hungyen.example", full_name="Đỗ Minh Hưng")
    sheet = xlsx(("a", [["Tên sản phẩm", "Chủ thể", "Hạng sao"], ["Tương Bần", "HTX Tương Bần", "4 sao"]]))
    return World(
        buyer=make_member(buyer_company, email="lan@mayxanh.example", full_name="Nguyễn Thị Lan"),
        supplier=make_member(companies[0], phone="+84900000003", full_name="Trần Văn Bến"),
        agency=agency,
        staff=make_user(email="admin@offtake.example", is_staff=True, is_superuser=True),
        newcomer=newcomer,
        buyer_company=buyer_company,
        supplier_company=companies[0],
        unclaimed=unclaimed,
        product=products[0],
        need=need,
        draft=draft,
        public_need=public_need,
        invitation=Invitation.objects.create(need=need, company=companies[0], message="Mời HTX báo giá."),
        claim=CompanyClaim.objects.create(company=unclaimed, user=newcomer, proof="Giấy đăng ký HTX số 12"),
        rating=StarRating.objects.create(
            product=products[0],
            stars=4,
            decision_number="123/QĐ-UBND",
            issued_on=date(2026, 5, 1),
            status=Verification.PENDING,
        ),
        certificate=Certification.objects.filter(company=companies[0]).get(),
        lab_report=LabReport.objects.create(
            product=products[0],
            lot="L01",
            parameter="Độ ẩm",
            result=Decimal("17.2"),
            limit=Decimal(18),
            unit_text="%",
            laboratory="Quatest 1",
            tested_on=date(2026, 9, 1),
        ),
        catalogue_import=imports.upload_catalogue(
            actor=agency, company=agency_company, file=SimpleUploadedFile("danh-sach.xlsx", sheet)
        ),
    )


def _need(company: Company, unit: Unit, hs: Any, scheme: CertificationScheme, **fields: Any) -> SourcingNeed:
    need = make_need(
        company,
        months=dict.fromkeys(NEED_MONTHS, 2000),
        line={"unit": unit, "hs": hs, "product_words": "long nhãn sấy", "required_stars": 3},
        is_simulated=True,
        **fields,
    )
    NeedCertificate.objects.create(line=need.lines.get(), scheme=scheme, level=Level.REQUIRED)
    return need
