"""Guesses the OCOP product set of a product from its name. A guess is marked as one, and none is made when unsure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text import fold

# First rule that fits wins: made goods before what they are made of. Folded words; `|` means or.
_RULES: Sequence[tuple[int, str]] = tuple(
    (number, words)
    for number, words in (
        (26, r"du lich|homestay|tham quan|trai nghiem|farmstay|lang van hoa|diem den"),
        (19, r"dau goi|xa phong|sua tam|my pham|kem duong|son moi|nuoc suc mieng|mat na duong|dau duong toc"),
        (20, r"tinh dau"),
        (18, r"vien nang|vien hoan|thuc pham chuc nang|bao ve suc khoe|cao (?:nuoc|dac|xuong|dan|lac|atiso|mem)|^cao "
             r"|nam linh chi|dong trung ha thao|cordyceps|vien sui|ruou thuoc"),
        (16, r"nuoc khoang|nuoc uong dong chai|nuoc tinh khiet|nuoc uong tinh khiet"),
        (9, r"nuoc mam|nuoc tuong|^tuong (?!ca|ot)|mam (?:nem|tom|ruoc|ca|chay|tep|cay)|^mam |giam gao|xi dau|nuoc cham"),
        (14, r"ruou (?:trang|gao|nep|ngo|men la|thoc|lang|de)|^ruou$"),
        (15, r"ruou|vang (?:nho|dau|sim)|bia "),
        (13, r"ca phe|coffee|cafe|ca cao|cacao|cocoa|chocolate|socola|so co la"),
        (12, r"(?:tra|che) (?:hoa|atiso|gung|sen|thao moc|day|ca gai|giao co lam|tui loc|linh chi|dam|vang|la|nam|gao"
             r"|dinh lang|bi dao|mang cau|kho qua|xa den|sam|cu|dong trung|vo|tim sen|dau|la oi|hoa cuc)|atiso|tra thao"),
        (11, r"\b(?:tra|che) (?:xanh|den|shan|o long|olong|kho|nhai|uop|thai nguyen|tan cuong|dinh|nom|tuoi|buoi|moc"
             r"|suoi giang|co thu|tuyet|bup|hong)|^(?:tra|che) |\btea\b"),
        (17, r"nuoc (?:ep|yen|mat|cot|giai khat|uong|gao|dua|sam)|sinh to|siro|si ro|giam tao|mat hoa dua dong lon|soda"),
        (22, r"tho cam|khan|ao dai|lua to tam|vai (?:lanh|lua|det|tho)|det|to lua|quan ao|chieu coi may|may mac"),
        (21, r"may tre|tre dan|gom|su |dieu khac|tranh |non la|chieu|coi|thu cong|my nghe|luc binh|go my|tuong go|lo hoa"
             r"|den long|gio xach|tui coi|ban ghe|dan lat|quat|trong |dan |nhang|huong tram|tram huong"),
        (24, r"cay canh|bonsai|mai vang|cay the|cay kieng|sen da|dao canh|quat canh|buoi canh"),
        (23, r"\bhoa (?:lan|hong|cuc|ly|dong tien|tuoi|cat canh|sen tuoi|lay on|huong duong)|lan ho diep"),
        (25, r"chim canh|ca canh|ca koi|ga canh"),
        (10, r"\b(?:hat )?tieu (?:den|do|xanh|so|trang|chu|phu|gia lai|loc)|^ho tieu|muoi|^toi (?:kho|den|ly son)|toi den"
             r"|hanh (?:kho|tim|phi)|bot (?:nghe|gia vi|canh|ot|nem|rieng|que)|gia vi|sa te|tuong ot|ot (?:bot|kho|xay)"
             r"|mac khen|que (?:thanh|ong|bot|chi)|hat doi|chanh muoi|wasabi"),
        (8, r"gio |gio lua|cha (?:lua|ca|muc|bo|com|que|tom|oc|gio)|nem |lap xuong|xuc xich|thit (?:gac bep|trau|kho|hun|muoi"
            r"|chua|lon chua)|ruoc|cha bong|kho (?:ca|bo|ga|heo|muc|tom|nai|ech|trau|sac|loc|luon)|ca (?:kho|thinh|com say|hop"
            r"|chi vang|mot nang|loc kho|sac kho)|tom (?:kho|chua|say)|muc (?:kho|rim|mot nang)|yen (?:chung|sao che bien)"
            r"|to yen (?:chung|tinh che)|yen chung|hai sam|sua chua|pho mai|banh sua|trung muoi|ca kho|mam ca|ca bong"
            r"|hau sua|rong bien say thit|ga u|vit (?:quay|kho)|lon (?:quay|muoi)"),
        (4, r"mat ong|mat hoa dua|phan hoa|sua ong chua|mat dua|mat mia|to yen tho|yen sao|to yen|dau (?:lac|me|vung|phong|dua)"
            r"|tinh bot|bot san day|bot sen|bot gao lut ngu|duong (?:hoa dua|thot not|phen|mia)|rong nho|rong bien"),
        (6, r"\bbun\b|\bmien\b|\bpho\b|banh (?!su )|mi (?:gao|chu|rau|que|quang)|my (?:gao|chu)|hu tieu|com (?:chay|say)|chao "
            r"|bot (?:gao|ngu coc|nep|yen mach)|ngu coc|com lang|^com |thinh gao|sua (?:gao|bap|ngo)|bap rang|ram "),
        (7, r"say|mut|kim chi|dua (?:cai|chua|muoi|sap soi|mon)|keo|o mai|mang (?:kho|chua|ngam|muoi)|cu cai|chuoi (?:say|ep|kho)"
            r"|long nhan|dau phu|tau hu|dau hu|phu truc|hat (?:dieu rang|dieu muoi|sen say)|hat dieu|lac rang|dau phong rang"
            r"|nuoc cot dua|bo dau|tinh chat|dong lanh|ngam duong|nam kho|moc nhi|rau cau|gac dong|bot (?:rau|tra|gac|chuoi"
            r"|khoai|can tay|tia to|la)|ca chua bi say|macca|mac ca|mac-ca|hat de"),
        (3, r"\bgao\b|\bnep\b|thoc|hat ke|ngo hat|\bdau (?:xanh|den|tuong|do|nanh)|\blac\b(?! rang)|vung|\bme den|hat sen"
            r"|yen mach|dau phong|hat dieu tho"),
        (2, r"\bthit\b|\bca (?:loc|tra|chep|basa|tam|hoi|long|dieu|keo|ro|lang|thac)|\btom\b|\bcua\b|\boc\b|\bngheu|\bhau\b"
            r"|\bso huyet|trung (?:ga|vit|cut)|sua (?:bo|de|tuoi)|\bga (?:doi|ta|den|dong tao|tha|ac|ri|hmong)|\bvit\b|\blon\b"
            r"|\bbo (?:vang|to|thit|mot)|\bheo\b|luon|\bech\b|\bba ba|\bde nui"),
        (1, r"\b(?:rau|cu|qua|trai|cam|buoi|nhan|vai|xoai|chuoi|thanh long|sau rieng|mit|oi|na|mang cau|dua|du du|chanh|quyt"
            r"|man|le|tao|nho|dau tay|bo|chom chom|mang cut|vu sua|hong|roi|tra xanh tuoi|khoai|san|su su|ca rot|bi|bau|muop"
            r"|ca chua|dua (?:chuot|leo|hau|luoi|sap)|hanh la|toi tuoi|gung|nghe|cai|xa lach|nam|mang|ot|mia|sen|lac tien|cai"
            r"|dau bap|bong cai|ngo|bap|ca tim|sapoche|hong xiem|bon bon|trai cay|hoa qua|rau ma|thach den|dau phong tuoi)\b"),
    )
)  # fmt: skip
_COMPILED = [(number, re.compile(words)) for number, words in _RULES]
_NUMBERED = re.compile(r"^(?:bo(?: san pham)?|nhom|set|ocop[ _]set)?[ _]*(?:so )?0?(\d{1,2})\b")


def guess_set(name: str) -> int | None:
    """The number (1 to 26) of the set that a product's Vietnamese or English name points to, or `None`."""
    folded = f"{fold(name)} "
    for number, pattern in _COMPILED:
        if pattern.search(folded):
            return number
    return None


def read_set(text: str, names: Sequence[tuple[int, str]]) -> int | None:
    """The set that a cell names: by its number, its code or its name in either language; else `None`.

    Args:
        names: (number, name) of every set, folded, several names a set.
    """
    folded = fold(text).strip(" .")
    if not folded:
        return None
    for number, name in names:
        if folded == name:
            return number
    match = _NUMBERED.match(folded)
    if match and 1 <= int(match[1]) <= 26 and not re.match(r"^\d+[.,]\d", folded):
        return int(match[1])
    if len(folded) < 4:
        return None
    hits = {number for number, name in names if name.startswith(folded) or folded.startswith(name)}
    return hits.pop() if len(hits) == 1 else None
