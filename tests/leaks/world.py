"""A world full of things that somebody must not read, and the people who might try.

Each secret is a value that stands nowhere else, so that finding it in an answer means that it leaked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from companies.enums import Audience, Role, Verification
from companies.models import (
    ApiToken,
    CapacityStatement,
    CatalogueImport,
    Company,
    CompanyClaim,
    Membership,
    Notification,
    PriceTier,
    User,
)
from companies.services.certifications import record_certification, record_lab_report
from companies.services.documents import store_document
from companies.services.members import invite_member
from companies.services.products import add_photo
from companies.services.ratings import record_rating
from companies.services.tokens import create_token
from core.months import add_months, first_day
from matching.services.feedback import dismiss_match, save_match
from tenders.enums import Visibility
from tenders.models import SourcingNeed
from tenders.services.invitations import answer_invitation, invite_supplier
from tests.factories.needs import longan_line, make_draft, make_published
from tests.factories.people import (
    make_agency,
    make_capacity,
    make_company,
    make_hs,
    make_member,
    make_product,
    make_product_set,
    make_user,
)
from tests.people import client_of

ROLES = (
    "visitor",
    "buyer",
    "buyer_viewer",
    "rival_buyer",
    "supplier",
    "supplier_viewer",
    "rival_supplier",
    "agency",
    "other_agency",
    "ministry",
    "staff",
)
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"

PRICE = Decimal(313131)  # for verified buyers
TIER_PRICE = Decimal(303030)
HIDDEN_PRICE = Decimal(717171)  # on request
CAPACITY = Decimal("876.543")  # for verified buyers
HIDDEN_CAPACITY = Decimal("987.654")  # on request
CEILING = Decimal(424242)


@dataclass
class World:
    """`people` by role (None: the visitor); `rows` are what the addresses of the routes name."""

    people: dict[str, User | None] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    raw_token: str = ""
    sessions: dict[str, str] = field(default_factory=dict)  # by role: signing in once is enough

    def __getattr__(self, name: str) -> Any:
        rows = self.__dict__.get("rows", {})
        if name in rows:
            return rows[name]
        raise AttributeError(name)


def the_months() -> list[date]:
    """The five months that the needs ask for."""
    start = first_day(timezone.localdate())
    return [add_months(start, n) for n in range(1, 6)]


def build_world() -> World:
    """Two buyers and one that withholds its name, three cooperatives, two agencies, a ministry, staff."""
    world = World()
    _people(world)
    _offer(world)
    _proofs(world)
    _needs(world)
    _own_things(world)
    for role, user in world.people.items():
        if user is not None:
            world.sessions[role] = client_of(user).cookies["sessionid"].value
    return world


def _people(world: World) -> None:
    buyer = make_company(
        kind="supermarket", province="01", code="may-xanh", name_vi="Siêu thị Mây Xanh", name_en="May Xanh"
    )
    rival_buyer = make_company(
        kind="supermarket", province="01", code="rival-mart", name_vi="Siêu thị Đối Thủ", name_en="Rival Mart"
    )
    hidden = make_company(
        kind="supermarket",
        province="01",
        code="vo-danh-quan",
        name_vi="Chuỗi Vô Danh Quán",
        name_en="Nameless House",
    )
    supplier = make_company(
        code="htx-ben-song",
        name_vi="HTX Bến Sông",
        name_en="Ben Song",
        phone="+842215550199",
        email="lien-he@bensong.example",
        address="Thôn Kín 7, Hồng Châu",
        tax_code="0109876543",
    )
    guest = make_company(code="htx-khach-kin", name_vi="HTX Khách Mời Kín", name_en="Quiet Guest")
    rival = make_company(province="66", code="htx-doi-thu", name_vi="HTX Đối Thủ", name_en="Rival Coop")
    claimed = make_company(code="htx-chua-nhan", name_vi="HTX Chưa Nhận", verification=Verification.LISTED)
    agency, other = make_agency("33", code="sct-hung-yen"), make_agency("66", code="sct-dak-lak")
    world.people = {
        "visitor": None,
        "buyer": make_member(
            buyer, email="lan@mayxanh.example", phone="+84900000001", full_name="Trần Thị Lan"
        ),
        "buyer_viewer": make_member(buyer, role=Role.VIEWER, email="xem@mayxanh.example"),
        "rival_buyer": make_member(rival_buyer, email="rival@buyer.example"),
        "hidden_buyer": make_member(hidden, email="an@vodanhquan.example"),
        "supplier": make_member(supplier, email="htx@bensong.example", phone="+84900000003"),
        "supplier_viewer": make_member(supplier, role=Role.VIEWER, email="xem@bensong.example"),
        "rival_supplier": make_member(rival, email="rival@supplier.example"),
        "agency": make_member(agency, email="agency@hungyen.example"),
        "other_agency": make_member(other, email="agency@daklak.example"),
        "ministry": make_member(make_agency(None, code="bo"), email="bo@offtake.example"),
        "staff": make_user(email="admin@offtake.example", is_staff=True, is_superuser=True),
        "claimant": make_user(email="nguoi-nhan@thon.example", full_name="Người Xin Nhận"),
    }
    claim = CompanyClaim.objects.create(
        company=claimed, user=world.people["claimant"], proof="Chứng cứ riêng 7531: giấy đăng ký số 12"
    )
    world.rows |= {
        "buyer_company": buyer,
        "hidden_company": hidden,
        "supplier_company": supplier,
        "guest_company": guest,
        "rival_company": rival,
        "claimed": claimed,
        "agency_company": agency,
        "claim": claim,
    }


def longan(company: Company, name: str, **fields: Any) -> Any:
    """A product that the needs of this world mean."""
    product_set = make_product_set("ocop_set_07", number=7, product_sectors=["processed_food"])
    return make_product(
        company,
        name_vi=name,
        name_en="Dried longan pulp",
        product_set=product_set,
        hs=make_hs("081340", product_set=product_set),
        **fields,
    )


def _offer(world: World) -> None:
    company = world.supplier_company
    open_price = longan(company, "Long nhãn sấy Bến Sông", price=PRICE)
    hidden = longan(
        company,
        "Long nhãn sấy thượng hạng",
        price=HIDDEN_PRICE,
        price_audience=Audience.ON_REQUEST,
        capacity_audience=Audience.ON_REQUEST,
    )
    unpublished = longan(company, "Sản phẩm chưa công bố 8899", price=Decimal(515151), published=False)
    PriceTier.objects.create(product=open_price, from_quantity=Decimal(500), price=TIER_PRICE)
    for month in the_months():
        make_capacity(open_price, month, CAPACITY)
        make_capacity(hidden, month, HIDDEN_CAPACITY)
    for other in (world.guest_company, world.rival_company):
        product = longan(other, f"Long nhãn sấy {other.name_vi}", price=Decimal(400000))
        for month in the_months():
            make_capacity(product, month, 300)
        world.rows[f"product_of_{other.code}"] = product
    statement = CapacityStatement.objects.create(
        product=open_price,
        method="monthly",
        months={f"{the_months()[0]:%Y-%m}": "876.543"},
        stated_by=world.people["supplier"],
    )
    world.rows |= {
        "product": open_price,
        "hidden_product": hidden,
        "unpublished": unpublished,
        "statement": statement,
        "photo": add_photo(product=open_price, actor=world.people["supplier"], file=picture()),
    }


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, "PNG")
    return SimpleUploadedFile("anh.png", out.getvalue(), content_type="image/png")


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Tên sản phẩm", "Cơ sở"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _proofs(world: World) -> None:
    from tests.factories.needs import make_scheme

    actor, company = world.people["supplier"], world.supplier_company
    scheme = make_scheme("haccp_codex", satisfied_by=("iso_22000",), applies_to=["all"])
    document = store_document(
        company=company, uploaded_by=actor, file=SimpleUploadedFile("hop-dong-kin-4680.pdf", PDF)
    )
    world.rows |= {
        "scheme": scheme,
        "document": document,
        "rating": record_rating(
            product=world.product,
            actor=actor,
            listed_by=company,
            stars=4,
            decision_number="12/QĐ",
            issued_on=date(2026, 1, 5),
        ),
        "certification": record_certification(
            company=company, actor=actor, listed_by=company, scheme=scheme, number="HC-1", document=document
        ),
        "lab_report": record_lab_report(
            product=world.product,
            actor=actor,
            lot="LOT-8642-KIN",
            parameter="Độ ẩm",
            result=Decimal("17.77125"),
            laboratory="Phòng thử nghiệm Kín",
            tested_on=date(2026, 1, 1),
        ),
    }


def _needs(world: World) -> None:
    buyer, supplier = world.people["buyer"], world.people["supplier"]
    now = timezone.now()
    months = dict.fromkeys(the_months(), Decimal(500))
    deadline = now + timedelta(days=20)

    def post(title: str, company: Company, actor: Any, **changes: Any) -> SourcingNeed:
        fields = {"quote_deadline": deadline, "title": title, **changes}
        lines = [longan_line(months=months, ceiling_price=CEILING, certificates=[])]
        return make_published(company, actor, lines=lines, changes=fields, now=now)

    company = world.buyer_company
    draft = make_draft(
        company,
        buyer,
        lines=[longan_line(months=months, ceiling_price=CEILING, certificates=[])],
        changes={"quote_deadline": deadline, "title": "Bản nháp kín 1357"},
        now=now,
    )
    need = post("Long nhãn cho người xác minh 9753", company, buyer)
    invited = post("Chỉ khách mời 2468", company, buyer, visibility=Visibility.INVITED)
    public = post("Long nhãn cho mọi người", company, buyer, visibility=Visibility.PUBLIC)
    withheld = post(
        "Long nhãn giấu tên",
        world.hidden_company,
        world.people["hidden_buyer"],
        visibility=Visibility.PUBLIC,
        name_withheld=True,
        delivery_place="Kho Vô Danh Quán, Gia Lâm",
    )
    line = need.lines.get()
    save_match(line=line, product=world.product, actor=buyer)
    dismiss_match(
        line=line,
        product=world.rows["product_of_htx-doi-thu"],
        reason="distance",
        note="Ghi chú loại 3344",
        actor=buyer,
    )
    invitation = invite_supplier(
        need=need, supplier=world.supplier_company, actor=buyer, message="Thư mời riêng 5511"
    )
    answer_invitation(invitation=invitation, answer="accept", note="Lời đáp riêng 6622", actor=supplier)
    quiet = invite_supplier(need=invited, supplier=world.supplier_company, actor=buyer)
    invite_supplier(need=need, supplier=world.guest_company, actor=buyer)
    world.rows |= {
        "draft": draft,
        "need": need,
        "line": line,
        "invited_need": invited,
        "public_need": public,
        "withheld": withheld,
        "invitation": invitation,
        "quiet_invitation": quiet,
    }


def _own_things(world: World) -> None:
    buyer, supplier = world.people["buyer"], world.people["supplier"]
    token, raw = create_token(user=supplier, name="Máy của HTX")
    world.raw_token = raw
    upload = CatalogueImport(
        company=world.agency_company,
        started_by=world.people["agency"],
        original_name="danh-sach-noi-bo-2233.xlsx",
        sha256="0" * 64,
        status="checked",
        mapping={"sheets": []},
        rows=1,
        rejected=[
            {
                "sheet": "S",
                "row": 2,
                "column": "",
                "value": "Ô bị loại 4455",
                "code": "product-missing",
                "params": {},
            }
        ],
    )
    upload.file.save("noi-bo.xlsx", ContentFile(workbook()), save=True)
    world.rows |= {
        "token": token,
        "import": upload,
        "notification": Notification.objects.create(
            user=supplier,
            company=world.supplier_company,
            event_id=world.need.pk,
            kind="invitation.sent",
            context={"need": "Thông báo riêng 1122", "company": "Thông báo riêng 1122"},
            url="/invitations/",
        ),
        "colleague": Membership.objects.get(user=world.people["supplier_viewer"]),
        "member_invitation": invite_member(
            company=world.supplier_company,
            actor=supplier,
            now=timezone.now(),
            address="moi-vao@bensong.example",
            role=Role.EDITOR,
        ),
        "buyer_token": create_token(user=buyer, name="ERP")[0],
    }
    assert ApiToken.objects.count() == 2


# -- secrets ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Secret:
    """What must not be found by anyone but `readers` (roles); `found` are the words that tell it."""

    name: str
    readers: frozenset[str]
    found: Callable[[World], list[str]]


def number(value: Decimal) -> str:
    """A pattern of the number however it is grouped: 424242, 424,242, 424.242; 876.543 and 876,543."""
    whole, _dot, part = str(value).partition(".")
    head, tail = whole[:-3], whole[-3:]
    spelled = rf"{head}[.,\s\u00a0\u202f]?{tail}" if head else tail
    return rf"(?<!\d){spelled}[.,]{part}" if part else rf"(?<!\d){spelled}(?!\d)"


def _of(*roles: str) -> frozenset[str]:
    return frozenset({*roles, "staff"})


OWN_SUPPLIER = ("supplier", "supplier_viewer")
OWN_BUYER = ("buyer", "buyer_viewer")
OVERSEERS = ("agency", "ministry")
SECRETS = [
    Secret("price", _of(*OWN_SUPPLIER, *OVERSEERS, *OWN_BUYER, "rival_buyer"), lambda w: [number(PRICE)]),
    Secret(
        "tier price",
        _of(*OWN_SUPPLIER, *OVERSEERS, *OWN_BUYER, "rival_buyer"),
        lambda w: [number(TIER_PRICE)],
    ),
    Secret("price on request", _of(*OWN_SUPPLIER, *OVERSEERS), lambda w: [number(HIDDEN_PRICE)]),
    Secret(
        "capacity", _of(*OWN_SUPPLIER, *OVERSEERS, *OWN_BUYER, "rival_buyer"), lambda w: [number(CAPACITY)]
    ),
    Secret("capacity on request", _of(*OWN_SUPPLIER, *OVERSEERS), lambda w: [number(HIDDEN_CAPACITY)]),
    Secret(
        "unpublished product",
        _of(*OWN_SUPPLIER, *OVERSEERS),
        lambda w: ["chưa công bố 8899", str(w.unpublished.pk)],
    ),
    Secret("ceiling price", _of(*OWN_BUYER), lambda w: [number(CEILING)]),
    Secret("draft", _of(*OWN_BUYER), lambda w: ["kín 1357", str(w.draft.pk), w.draft.number]),
    Secret(
        "need for verified suppliers",
        _of(*OWN_BUYER, *OWN_SUPPLIER, *OVERSEERS, "rival_supplier", "other_agency"),
        lambda w: ["xác minh 9753", str(w.need.pk), w.need.number],
    ),
    Secret(
        "need for the invited",
        _of(*OWN_BUYER, *OWN_SUPPLIER),
        lambda w: ["khách mời 2468", str(w.invited_need.pk), w.invited_need.number],
    ),
    Secret(
        "withheld buyer",
        _of("ministry"),
        lambda w: ["Vô Danh Quán", "Nameless House", "vo-danh-quan", "vodanhquan", str(w.hidden_company.pk)],
    ),
    Secret("invitation's words", _of(*OWN_BUYER, *OWN_SUPPLIER), lambda w: ["riêng 5511", "riêng 6622"]),
    Secret(
        "invitation",
        _of(*OWN_BUYER, *OWN_SUPPLIER),
        lambda w: [str(w.invitation.pk), str(w.quiet_invitation.pk)],
    ),
    Secret("dismissal", _of(*OWN_BUYER), lambda w: ["loại 3344"]),
    Secret("document", _of(*OWN_SUPPLIER, *OVERSEERS), lambda w: ["hop-dong-kin", str(w.document.pk)]),
    Secret("claim", _of(*OVERSEERS), lambda w: ["riêng 7531", "Xin Nhận", "nguoi-nhan@", str(w.claim.pk)]),
    Secret(
        "lab report",
        _of(*OWN_SUPPLIER, *OVERSEERS, *OWN_BUYER, "rival_buyer"),
        lambda w: ["LOT-8642", "nghiệm Kín", r"17[.,]77"],
    ),
    Secret(
        "supplier's contacts",
        _of(*OWN_SUPPLIER, *OVERSEERS),
        lambda w: ["2215550199", "221 555 0199", "lien-he@bensong", "Thôn Kín 7", "0109876543"],
    ),
    Secret(
        "supplier's people",
        _of(*OWN_SUPPLIER),
        lambda w: ["htx@bensong", "xem@bensong", "900000003", "900 000 003", "moi-vao@"],
    ),
    Secret(
        "buyer's people",
        _of(*OWN_BUYER),
        lambda w: ["lan@mayxanh", "xem@mayxanh", "900000001", "900 000 001"],
    ),
    Secret("token", _of("supplier"), lambda w: [w.token.prefix, w.raw_token, str(w.token.pk), "Máy của HTX"]),
    Secret("import", _of("agency"), lambda w: ["noi-bo-2233", "loại 4455", str(w.rows["import"].pk)]),
    Secret("notification", _of("supplier"), lambda w: ["riêng 1122", str(w.notification.pk)]),
]
