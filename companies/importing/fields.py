"""The fields that a catalogue sheet may hold, and the headings by which each is known.

Headings are compared without case, accents, punctuation and what stands in brackets; the longest wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

# field -> headings, folded. Order of fields is the order in which people are asked.
_HEADINGS = {
    "product": (
        "ten san pham | ten sp | san pham | san pham ocop | ten san pham ocop | sp | ten hang hoa "
        "| ten hang | hang hoa | mat hang | ten mat hang | ten tieng viet | ten san pham tieng "
        "viet | ten san pham dang ky | ten san pham duoc cong nhan | ten san pham du thi | san "
        "pham duoc cong nhan | san pham dat sao | ten goi san pham | product | product name | "
        "products | name of product | item | item name | goods | ocop product | name vietnamese | "
        "product name vietnamese"
    ),
    "product_en": (
        "ten tieng anh | ten san pham tieng anh | english name | product name english | name "
        "english | name in english | product english"
    ),
    "producer": (
        "chu the | ten chu the | chu the san xuat | chu the ocop | chu the san pham | ten chu the "
        "san xuat | chu the san xuat kinh doanh | don vi san xuat | ten don vi | ten don vi san "
        "xuat | ten co so | co so | co so san xuat | ten co so san xuat | co so san xuat kinh "
        "doanh | htx | htx co so | ten htx | hop tac xa | ten hop tac xa | hop tac xa co so | "
        "doanh nghiep | ten doanh nghiep | doanh nghiep htx | doanh nghiep hop tac xa | cong ty | "
        "ten cong ty | to chuc ca nhan | to chuc | nha san xuat | nha cung cap | ten nha cung cap "
        "| ho san xuat | ho kinh doanh | chu so huu | chu co so | don vi chu the | ten to chuc | "
        "nguoi san xuat | noi san xuat chu the | producer | producer name | name of producer | "
        "cooperative | cooperative name | company | company name | enterprise | supplier | "
        "supplier name | manufacturer | organisation | organization | entity | business | "
        "business name | owner | maker"
    ),
    "tax_code": "ma so thue | mst | ma so doanh nghiep | ma so htx | tax code | tax id | tax number",
    "address": (
        "dia chi | dia chi san xuat | dia chi chu the | dia chi co so | dia chi lien he | dia chi "
        "tru so | dia diem | dia diem san xuat | noi san xuat | dia ban | tru so | address | "
        "location | production address | place of production | dia phuong | noi o | don vi hanh "
        "chinh"
    ),
    "village": (
        "thon | thon xom | ap | xom | ban | to dan pho | khu pho | thon ap | village | hamlet | street"
    ),
    "commune": (
        "xa | xa phuong | xa phuong thi tran | phuong xa | ten xa | phuong | xa thi tran | xa "
        "phuong dac khu | cap xa | commune | ward | commune ward | ward commune"
    ),
    "district": (
        "huyen | quan huyen | huyen thi xa thanh pho | huyen thanh pho | huyen thi xa | huyen thi "
        "| huyen tp | huyen tx tp | huyen tp tx | huyen thi tp | quan | cap huyen | thi xa | "
        "district | county"
    ),
    "province": (
        "tinh | tinh thanh | tinh thanh pho | tinh tp | tinh thanh pho truc thuoc trung uong | "
        "thanh pho | thanh pho tinh | ten tinh | province | province city | city province | city"
    ),
    "phone": (
        "sdt | dt | so dt | dien thoai | so dien thoai | so dien thoai lien he | dien thoai lien "
        "he | hotline | lien he | di dong | tel | phone | phone number | telephone | mobile | "
        "contact | contact number"
    ),
    "email": "email | e mail | mail | thu dien tu | dia chi email | hop thu | email address",
    "website": "website | web | trang web | trang thong tin dien tu | url",
    "contact_person": (
        "nguoi dai dien | dai dien | nguoi lien he | ho ten | ho va ten | ho va ten chu the | dai "
        "dien phap luat | giam doc | contact person | representative"
    ),
    "product_set": (
        "bo san pham | nhom san pham | phan nhom | nhom | nhom nganh | nganh hang | nganh | phan "
        "loai | loai san pham | danh muc | linh vuc | nhom bo san pham | phan nhom san pham | "
        "product set | product group | group | category | product category | set | ocop set | "
        "sector"
    ),
    "stars": (
        "sao | so sao | hang sao | hang | xep hang | xep hang sao | phan hang | phan hang sao | "
        "phan hang san pham | hang ocop | hang san pham | hang sao ocop | hang dat | hang dat "
        "duoc | dat sao | dat hang | dat hang sao | sao ocop | ocop | ket qua xep hang | ket qua "
        "phan hang | ket qua danh gia | ket qua | xep loai | cap sao | dat chuan | cong nhan | "
        "tieu chuan sao | so sao dat | so sao dat duoc | star | stars | rating | star rating | "
        "ocop rating | ocop star | ocop stars | rank | grade"
    ),
    "points": (
        "diem | so diem | diem so | tong diem | diem danh gia | diem trung binh | diem cham | ket "
        "qua cham diem | tong so diem | points | score | point | total points | total score"
    ),
    "decision": (
        "quyet dinh | qd | so quyet dinh | so qd | quyet dinh cong nhan | qd cong nhan | so qd "
        "cong nhan | quyet dinh so | qd so | so quyet dinh cong nhan | quyet dinh phe duyet | "
        "quyet dinh cong nhan so | so ngay quyet dinh | so ngay qd | so ngay thang quyet dinh | "
        "can cu | van ban cong nhan | decision | decision number | decision no | decision no. | "
        "certificate decision | so giay chung nhan | so gcn"
    ),
    "decision_date": (
        "ngay qd | ngay quyet dinh | ngay cong nhan | ngay ban hanh | ngay ky | ngay cap | ngay "
        "cap gcn | ngay thang qd | ngay thang quyet dinh | ngay thang nam cong nhan | ngay thang "
        "nam qd | ngay thang nam | ngay thang | ngay | thoi gian cong nhan | thoi diem cong nhan "
        "| quyet dinh ngay | qd ngay | ngay quyet dinh cong nhan | decision date | date of "
        "decision | date | date of recognition | recognition date | issued on | issue date | "
        "issued"
    ),
    "valid_until": (
        "ngay het han | het han | han | hieu luc den | co hieu luc den | thoi han | gia tri den | "
        "co gia tri den | han hieu luc | ngay het hieu luc | het hieu luc | hieu luc den ngay | "
        "thoi han gcn | valid until | expiry | expiry date | expires | expires on | valid to"
    ),
    "year": (
        "nam | nam cong nhan | nam dat | nam danh gia | nam xep hang | nam phan hang | nam dat "
        "sao | nam duoc cong nhan | nam cong nhan ocop | dot | dot cong nhan | year | year of "
        "recognition | recognition year | year recognised | year recognized"
    ),
    "issuer": (
        "co quan cap | cap cong nhan | don vi cong nhan | co quan cong nhan | co quan ban hanh | "
        "noi cap | cap phe duyet | issued by | issuer | issuing body"
    ),
    "price": (
        "gia | gia ban | gia sp | gia san pham | don gia | gia thanh | gia ban le | gia ban si | "
        "gia ban san pham | gia niem yet | gia ban du kien | gia ban tham khao | gia tham khao | "
        "gia ca | muc gia | gia xuat xuong | gia ban ra | price | unit price | selling price | "
        "sale price | price per unit | wholesale price | retail price"
    ),
    "currency": "tien te | don vi tien | don vi tien te | loai tien | currency",
    "unit": (
        "don vi tinh | dvt | dv tinh | d v t | don vi do | don vi tinh san luong | don vi tinh "
        "gia | unit | unit of measure | uom | units | measure"
    ),
    "capacity": (
        "san luong | nang luc | nang luc cung ung | kha nang cung ung | kha nang cung cap | nang "
        "luc san xuat | nang luc cung cap | cong suat | san luong cung ung | san luong du kien | "
        "san luong hang nam | san luong hang thang | san luong nam | san luong thang | san luong "
        "san xuat | san luong cung cap | quy mo | quy mo san xuat | quy mo san luong | so luong | "
        "so luong cung ung | so luong cung cap | kha nang dap ung | nang suat | capacity | supply "
        "capacity | production capacity | output | volume | production | annual output | monthly "
        "capacity | annual capacity | monthly output | quantity | supply volume"
    ),
    "pack": (
        "quy cach | bao goi | quy cach dong goi | dong goi | bao bi | quy cach bao bi | quy cach san pham | "
        "khoi luong tinh | khoi luong | trong luong | dung tich | pack | packaging | packing | "
        "package | pack size | net weight"
    ),
    "min_order": (
        "dat hang toi thieu | don hang toi thieu | so luong dat toi thieu | so luong toi thieu | "
        "dat toi thieu | min order | minimum order | moq | minimum order quantity"
    ),
    "lead_time": (
        "thoi gian giao hang | thoi gian giao | thoi gian chuan bi | thoi gian chuan bi hang | "
        "lead time | lead time days | delivery time"
    ),
    "shelf_life": (
        "han su dung | hsd | thoi han su dung | thoi han bao quan | han dung | shelf life | shelf "
        "life days | best before"
    ),
    "gtin": ("ma vach | ma so ma vach | gtin | barcode | bar code | ean | ean 13 | ma gtin | so ma vach"),
    "hs": "ma hs | hs | hs code | hs6 | ma so hs | hs 6",
    "certificates": (
        "chung nhan | chung chi | chung nhan khac | cac chung nhan | tieu chuan | tieu chuan chat "
        "luong | chung nhan chat luong | tieu chuan ap dung | giay chung nhan | certificates | "
        "certification | certifications | certificate | standards"
    ),
    "words": ("ten khac | tu khoa | ten goi khac | keywords | other names | other names and words | tags"),
    "story": (
        "mo ta | mo ta san pham | gioi thieu | cau chuyen | cau chuyen san pham | thong tin san "
        "pham | dac diem | description | story | about"
    ),
    "story_en": (
        "mo ta tieng anh | cau chuyen tieng anh | gioi thieu tieng anh | story english | description english"
    ),
    "stt": "stt | tt | so tt | so thu tu | thu tu | no | no. | # | order | index | s t t | t t",
    "note": "ghi chu | ghi chu khac | luu y | nhan xet | note | notes | remark | remarks | comment",
    # Headings of other things, named so that a shorter heading inside them does not catch them.
    "other": (
        "anh | hinh anh | anh san pham | photo | image | link | so lao dong | so thanh vien | "
        "doanh thu | von | dien tich | nam thanh lap | ngay thanh lap | nam sinh | ngay sinh | "
        "ngay thang nam sinh | hang sao de nghi | sao de nghi | sao dang ky | hang dang ky | gioi "
        "tinh | dan toc | chuc vu | thi truong | thi truong tieu thu | noi tieu thu | diem ban | "
        "kenh phan phoi | ma san pham | ma sp | so luong san pham | so luong lao dong | so san "
        "pham | tiem nang | cap quan ly | bo chu quan | nganh quan ly | he so | sales | revenue | "
        "employees | workers | product code | sku | status | trang thai | tinh trang | gia tri | "
        "gia tri san xuat"
    ),
}
HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(heading.strip() for heading in line.split("|")) for name, line in _HEADINGS.items()}
)
# Headings that name different things; what the cells hold decides.
AMBIGUOUS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "don vi": ("unit", "producer"),
        "ten": ("product", "producer"),
        "ten goi": ("product",),
        "name": ("product", "producer"),
        "so": ("decision",),
        "danh muc san pham": ("product", "product_set"),
        "danh muc": ("product_set", "product"),
        "san luong gia tri": ("capacity",),
    }
)

# First words too short to be looked for inside a heading.
FIRST_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "ngay": "decision_date",
        "gia": "price",
        "diem": "points",
        "nam": "year",
        "hang": "stars",
        "sao": "stars",
        "dat": "stars",
        "sdt": "phone",
        "dt": "phone",
        "huyen": "district",
        "tinh": "province",
        "xa": "commune",
        "qd": "decision",
        "htx": "producer",
        "mst": "tax_code",
        "hsd": "shelf_life",
    }
)

# Fields that a sheet must hold to be a catalogue; and those that make a heading row certain.
REQUIRED = ("product",)
IGNORED = frozenset({"stt", "note", "other", "contact_person"})
FIELDS = tuple(name for name in HEADINGS if name != "other")

_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]?")
_SIGNS = re.compile(r"[^a-z0-9#.]+")
_CAPACITY_WORDS = r"^(?:(?:nang luc|san luong|kha nang cung ung|capacity|output)\s*)?"
_MONTH = re.compile(
    rf"{_CAPACITY_WORDS}(?:thang|t|month)?\s*(\d{{1,2}})\s*[/\-. ]\s*(20\d\d)$"
    rf"|{_CAPACITY_WORDS}(20\d\d)\s*[\-/. ]\s*(\d{{1,2}})$"
)


def plain_heading(folded: str) -> str:
    """A folded heading without what stands in brackets and without signs."""
    bare = _BRACKETS.sub(" ", folded)
    return " ".join(_SIGNS.sub(" ", bare if bare.strip(" .:*") else folded).strip(" .").split())


def month_of_heading(folded: str) -> str | None:
    """ "2027-08" for "Năng lực 08/2027" and the like: a column of one month's capacity."""
    bare = " ".join(re.sub(r"[^a-z0-9/\-.]+", " ", _BRACKETS.sub(" ", folded)).split())
    match = _MONTH.match(bare)
    if match is None:
        return None
    month, year = (match[1], match[2]) if match[1] else (match[4], match[3])
    return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 else None
