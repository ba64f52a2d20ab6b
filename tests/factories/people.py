"""Boring rows for tests: people, companies, memberships, and the few reference rows that they need.

Each function makes exactly what its name says, with plain defaults; any field can be given by name.
Reference rows (provinces, units, product sets) are made when first asked for.
"""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from companies.enums import (
    BUYER_KINDS,
    SUPPLIER_KINDS,
    AgencyLevel,
    CompanyKind,
    Role,
    Verification,
)
from companies.models import (
    Commune,
    Company,
    HsCode,
    Membership,
    MonthlyCapacity,
    Product,
    ProductSet,
    Province,
    Unit,
    User,
)
from companies.querysets import forget_standing

PASSWORD = "offtake-demo"
_numbers = itertools.count(1)

PROVINCES = {
    "01": ("Hà Nội", "Hanoi", 21.0001, 105.698),
    "33": ("Hưng Yên", "Hung Yen", 20.6464, 106.051),
    "66": ("Đắk Lắk", "Dak Lak", 12.71, 108.237),
}
UNITS = {
    "KGM": ("kilôgam", "kilogram", "kg", "mass", "KGM", Decimal(1)),
    "TNE": ("tấn", "tonne", "t", "mass", "KGM", Decimal(1000)),
    "H87": ("cái", "piece", "cái", "count", "H87", Decimal(1)),
    "LTR": ("lít", "litre", "l", "volume", "LTR", Decimal(1)),
}


def make_province(code: str = "33") -> Province:
    """A province row; the known codes carry their real names."""
    name_vi, name_en, lat, lon = PROVINCES.get(code, (f"Tỉnh {code}", f"Province {code}", 16.0, 107.0))
    province, _ = Province.objects.get_or_create(
        code=code,
        defaults={
            "name_vi": name_vi,
            "name_en": name_en,
            "full_name_vi": f"Tỉnh {name_vi}",
            "full_name_en": f"{name_en} Province",
            "lat": lat,
            "lon": lon,
            "sort_key": code,
        },
    )
    return province


def make_commune(province: str = "33", code: str = "") -> Commune:
    commune, _ = Commune.objects.get_or_create(
        code=code or f"{province}001",
        defaults={
            "province": make_province(province),
            "name_vi": "Hồng Châu",
            "name_en": "Hong Chau",
            "full_name_vi": "Xã Hồng Châu",
            "full_name_en": "Hong Chau Commune",
            "lat": 20.65,
            "lon": 106.06,
        },
    )
    return commune


def make_unit(code: str = "KGM") -> Unit:
    name_vi, name_en, symbol, dimension, base, factor = UNITS[code]
    unit, _ = Unit.objects.get_or_create(
        code=code,
        defaults={
            "name_vi": name_vi,
            "name_en": name_en,
            "symbol": symbol,
            "dimension": dimension,
            "base_unit": base,
            "factor": factor,
        },
    )
    return unit


def make_product_set(code: str = "01", **fields: Any) -> ProductSet:
    product_set = ProductSet.objects.filter(code=code).first()
    if product_set is not None:
        return product_set
    number = fields.pop("number", int(code) if code.isdigit() else next(_numbers) + 100)
    defaults: dict[str, Any] = {
        "number": number,
        "name_vi": f"Bộ sản phẩm {code}",
        "name_en": f"Product set {code}",
        "sector": "food",
        "sector_name_vi": "Thực phẩm",
        "sector_name_en": "Food",
        "product_sectors": ["food"],
    }
    return ProductSet.objects.create(code=code, **{**defaults, **fields})


def make_hs(code: str = "081340", **fields: Any) -> HsCode:
    hs, _ = HsCode.objects.get_or_create(
        code=code,
        defaults={
            "name_vi": "Quả sấy khô khác",
            "name_en": "Other dried fruit",
            "chapter": code[:2],
            **fields,
        },
    )
    return hs


def make_user(
    *, email: str | None = None, phone: str | None = None, password: str = PASSWORD, **fields: Any
) -> User:
    """A person with a confirmed e-mail address (made up when neither e-mail nor phone is given)."""
    number = next(_numbers)
    if email is None and phone is None:
        email = f"person{number}@people.example"
    now = timezone.now()
    fields.setdefault("full_name", f"Người {number}")
    fields.setdefault("email_confirmed_at", now if email else None)
    fields.setdefault("phone_confirmed_at", now if phone else None)
    return User.objects.create_user(email=email, phone=phone, password=password, **fields)


def make_company(
    *, kind: str = CompanyKind.COOPERATIVE, province: str | Province | None = "33", **fields: Any
) -> Company:
    """A confirmed company of a kind, in a province (code or row, None for none)."""
    number = next(_numbers)
    row = make_province(province) if isinstance(province, str) else province
    defaults: dict[str, Any] = {
        "code": f"cong-ty-{number}",
        "name_vi": f"Công ty {number}",
        "name_en": f"Company {number}",
        "sells": kind in SUPPLIER_KINDS,
        "buys": kind in BUYER_KINDS,
        "verification": Verification.CONFIRMED,
    }
    return Company.objects.create(kind=kind, province=row, **{**defaults, **fields})


def make_agency(province: str | None = "33", **fields: Any) -> Company:
    """A confirmed agency with the mandate of one province; `None`: the ministry."""
    level = AgencyLevel.CENTRAL if province is None else AgencyLevel.PROVINCE
    agency = make_company(kind=CompanyKind.AGENCY, province=province, agency_level=level, **fields)
    if province is not None:
        agency.mandate.add(make_province(province))
    return agency


def make_member(company: Company, *, role: str = Role.OWNER, user: User | None = None, **fields: Any) -> User:
    """A person who acts for the company; `user` to add one who exists. Returns the person."""
    person = user or make_user(**fields)
    Membership.objects.create(user=person, company=company, role=role)
    forget_standing(person)
    return person


def make_product(company: Company, **fields: Any) -> Product:
    """A published product in kilograms at 365,000 ₫, price and capacity for verified buyers.

    `unit`, `product_set` and `hs` may be rows or codes.
    """
    number = next(_numbers)
    makers = {"unit": make_unit, "product_set": make_product_set, "hs": make_hs}
    for name, make in makers.items():
        if isinstance(fields.get(name), str):
            fields[name] = make(fields[name])  # type: ignore[operator]
    defaults: dict[str, Any] = {
        "name_vi": f"Long nhãn sấy {number}",
        "name_en": f"Dried longan pulp {number}",
        "price": Decimal(365000),
    }
    if "unit" not in fields:
        defaults["unit"] = make_unit()
    if "product_set" not in fields:
        defaults["product_set"] = make_product_set()
    return Product.objects.create(company=company, **{**defaults, **fields})


def make_capacity(
    product: Product, month: date, stated: Decimal | int | str, **fields: Any
) -> MonthlyCapacity:
    """What the product can be supplied in the month, in its unit."""
    return MonthlyCapacity.objects.create(product=product, month=month, stated=Decimal(stated), **fields)


def make_need(
    company: Company,
    *,
    months: dict[date, Decimal | int | str] | None = None,
    published: bool = True,
    line: dict[str, Any] | None = None,
    **fields: Any,
) -> Any:
    """A need of one line: 2,000 kg of dried longan in August and September 2027, for verified suppliers."""
    from tenders.enums import NeedStatus
    from tenders.models import NeedLine, NeedMonth, SourcingNeed

    number = next(_numbers)
    now = timezone.now()
    defaults: dict[str, Any] = {
        "number": f"T-{number}",
        "title": f"Long nhãn sấy {number}",
        "status": NeedStatus.PUBLISHED if published else NeedStatus.DRAFT,
        "published_at": now if published else None,
        "quote_deadline": now + timedelta(days=30),
        "delivery_place": "Kho Mây Xanh, Hà Nội",
    }
    need = SourcingNeed.objects.create(company=company, **{**defaults, **fields})
    unit = (line or {}).pop("unit", None) or make_unit()
    row = NeedLine.objects.create(
        need=need, **{"product_words": "long nhãn sấy", "unit": unit, **(line or {})}
    )
    wanted = months or {date(2027, 8, 1): 2000, date(2027, 9, 1): 2000}
    NeedMonth.objects.bulk_create(
        NeedMonth(line=row, month=month, quantity=Decimal(quantity)) for month, quantity in wanted.items()
    )
    return need
