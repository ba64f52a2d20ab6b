"""Invented names: natural Vietnamese words put together at random. Any likeness to a real company is chance."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from companies.enums import CompanyKind
from core.text import fold

Picked = TypeVar("Picked")
NOUNS = (
    "Mây", "Bến", "Nắng", "Suối", "Đồng", "Gió", "Vườn", "Sương", "Núi", "Đồi", "Bãi", "Rừng", "Ruộng", "Thung", "Đèo",
    "Hồ", "Làng", "Ngõ", "Bờ", "Cầu", "Lá", "Cỏ", "Đất", "Nước", "Lửa", "Trăng", "Mưa", "Bếp", "Sân", "Giếng", "Đò",
    "Bản", "Xóm", "Mùa", "Hạt", "Mầm", "Chim", "Cánh", "Ánh", "Nếp", "Khói", "Thềm", "Mái", "Chợ", "Vụ", "Tổ",
)  # fmt: skip
QUALITIES = (
    "Xanh", "Trong", "Lành", "Sớm", "Ấm", "Biếc", "Hồng", "Vàng", "Bạc", "Thắm", "Mới", "Xưa", "Lặng", "Thơm", "Mát",
    "Rộng", "Hiền", "Sáng", "Ngọt", "Tím", "Non", "Thượng", "Hạ", "Trung", "Đông", "Tây", "Bắc", "Quê", "Việt", "Bình",
    "Yên", "Phúc", "Lộc", "Thịnh", "An", "Tâm", "Minh", "Nguyên", "Sơn", "Hà", "Thủy", "Khê", "Vân", "Nhật", "Tân",
)  # fmt: skip
FAMILY_NAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Lò", "Giàng",
)  # fmt: skip
MIDDLE_NAMES = ("Thị", "Văn", "Đức", "Thanh", "Minh", "Ngọc", "Xuân", "Thu", "Hữu", "Quang", "Kim", "Hồng")
GIVEN_NAMES = (
    "Hạnh", "Lan", "Hoa", "Mai", "Tuyết", "Nga", "Hiền", "Thảo", "Yến", "Dung", "Hùng", "Dũng", "Tuấn", "Sơn", "Long",
    "Hải", "Bình", "Thắng", "Toàn", "Phương", "Trang", "Linh", "Chi", "Khánh", "Vinh", "Tú", "Nam", "Đạt", "Loan",
)  # fmt: skip
MAKERS: dict[CompanyKind, tuple[tuple[str, str], ...]] = {
    CompanyKind.COOPERATIVE: (
        ("HTX Nông nghiệp {}", "{} Agricultural Cooperative"),
        ("HTX Dịch vụ nông nghiệp {}", "{} Agricultural Service Cooperative"),
        ("HTX {}", "{} Cooperative"),
        ("HTX Nông nghiệp xanh {}", "{} Green Agriculture Cooperative"),
        ("HTX Sản xuất và kinh doanh {}", "{} Production and Trading Cooperative"),
        ("HTX Nông sản sạch {}", "{} Clean Produce Cooperative"),
    ),
    CompanyKind.COOPERATIVE_GROUP: (
        ("Tổ hợp tác {}", "{} Cooperative Group"),
        ("Tổ hợp tác sản xuất {}", "{} Producers' Group"),
    ),
    CompanyKind.HOUSEHOLD: (
        ("Hộ kinh doanh {}", "{} Household Business"),
        ("Cơ sở sản xuất {}", "{} Workshop"),
    ),
    CompanyKind.ENTERPRISE: (
        ("Công ty TNHH {}", "{} Co., Ltd"),
        ("Công ty TNHH Thực phẩm {}", "{} Foods Co., Ltd"),
        ("Công ty CP Nông sản {}", "{} Produce JSC"),
        ("Doanh nghiệp tư nhân {}", "{} Private Enterprise"),
    ),
    CompanyKind.EXPORTER: (
        ("Công ty CP Xuất nhập khẩu {}", "{} Import-Export JSC"),
        ("Công ty TNHH Xuất khẩu nông sản {}", "{} Produce Export Co., Ltd"),
    ),
    CompanyKind.SUPERMARKET: (("Siêu thị {}", "{} Supermarket"), ("Hệ thống siêu thị {}", "{} Supermarkets")),
    CompanyKind.DISTRIBUTOR: (
        ("Công ty TNHH Phân phối {}", "{} Distribution Co., Ltd"),
        ("Công ty CP Thương mại {}", "{} Trading JSC"),
    ),
    CompanyKind.POINT_OF_SALE: (
        ("Điểm bán hàng OCOP {}", "{} OCOP Point of Sale"),
        ("Cửa hàng OCOP {}", "{} OCOP Shop"),
    ),
}  # fmt: skip

# Syllables that name a product by themselves ("Trà Vinh", "Nghệ An"): in a brand they would tell of another product.
PRODUCT_SYLLABLES = frozenset(
    {
        "tra", "che", "cam", "nghe", "que", "man", "ga", "cua", "muc", "mit", "dua", "toi", "sen", "huong", "muoi",
        "kho", "tuoi", "mo", "banh", "ruou", "dau", "mang", "lua", "sam", "gom", "coi", "trau", "gao", "tom", "nhan",
        "vai", "xoai", "buoi", "bo", "na", "ho", "keo", "mut", "giam", "sot", "mien", "pho", "rang", "bot", "xay",
        "say", "chanh", "tieu", "hoi", "yen", "mam",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """Without accents, capitals kept: `"Mây Đồi"` -> `"May Doi"`."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(ch for ch in parts if not unicodedata.combining(ch))


def names_no_product(text: str) -> bool:
    """Whether no syllable of a place or brand is the name of a product."""
    return not any(syllable in PRODUCT_SYLLABLES for syllable in fold(text).split())


class NameGiver:
    """Gives names; no two companies get the same."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.taken: set[str] = set()
        self.brands = [
            f"{noun} {quality}"
            for noun in NOUNS
            for quality in QUALITIES
            if names_no_product(f"{noun} {quality}")
        ]

    def pick(self, values: Sequence[Picked]) -> Picked:
        return values[int(self.rng.integers(len(values)))]

    def person(self) -> str:
        return f"{self.pick(FAMILY_NAMES)} {self.pick(MIDDLE_NAMES)} {self.pick(GIVEN_NAMES)}"

    def brand(self) -> str:
        return self.pick(self.brands)

    def company(self, kind: str, place: str) -> tuple[str, str, str]:
        """(Vietnamese name, English name, brand) of a new company at a place."""
        vi, en = self.pick(MAKERS[CompanyKind(kind)])
        while True:
            brand = self.brand()
            core = brand
            if kind == CompanyKind.HOUSEHOLD and self.rng.random() < 0.6:
                core = self.person()
            elif self.rng.random() < 0.45:
                core = f"{brand} {place}"
            if vi.format(core) not in self.taken:
                break
        self.taken.add(vi.format(core))
        return vi.format(core), en.format(plain(core)), brand
