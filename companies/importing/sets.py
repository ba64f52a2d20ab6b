"""Guesses the OCOP product set of a product from its name. A guess is marked as one, and none is made when unsure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.text import fold

# Number and folded words of a rule; the first that fits wins: made goods come before what they are made of.
_RULES = r"""
26 du lich|homestay|tham quan|trai nghiem|farmstay|lang van hoa|diem den
19 dau goi|xa phong|sua tam|my pham|kem duong|son moi|nuoc suc mieng|mat na duong|dau duong toc
20 tinh dau|dau tram|dau xoa
18 vien nang|vien hoan|thuc pham chuc nang|bao ve suc khoe|cao (?:nuoc|dac|xuong|dan|lac|atiso|mem)
18 ^cao |nam linh chi|sam ngoc linh|hong sam|dong trung ha thao|cordyceps|vien sui|ruou thuoc
16 nuoc khoang|nuoc uong dong chai|nuoc tinh khiet|nuoc uong tinh khiet
 4 mat ong|mat hoa dua
 6 ^banh 
 7 ^keo |hat dieu|^mut |tinh bot nghe
 8 trung .*muoi
 2 (?:tom|ca|muc|thit|ga|vit|phi le).*dong lanh
 9 nuoc mam|nuoc tuong|^tuong (?!ca|ot)|mam (?:nem|tom|ruoc|ca|chay|tep|cay)|^mam |giam gao|xi dau
 9 nuoc cham
14 ruou (?:trang|gao|nep|ngo|men la|thoc|lang|de)|^ruou$
15 ruou|vang (?:nho|dau|sim)|bia 
13 ca phe|coffee|cafe|ca cao|cacao|cocoa|chocolate|socola|so co la
12 (?:tra|che) (?:hoa|atiso|gung|sen|thao moc|day|ca gai|giao co lam|tui loc|linh chi|dam)
12 (?:tra|che) (?:vang|la|nam|gao|dinh lang|bi dao|mang cau|kho qua|xa den|sam|cu|dong trung)
12 (?:tra|che) (?:vo|tim sen|dau|la oi|hoa cuc)|atiso|tra thao
11 \b(?:tra|che) (?:xanh|den|shan|o long|olong|kho|nhai|uop|thai nguyen|tan cuong|dinh|nom|tuoi)
11 \b(?:tra|che) (?:buoi|moc|suoi giang|co thu|tuyet|bup|hong)|^(?:tra|che) |\btea\b
17 nuoc (?:ep|yen|mat|cot|giai khat|uong|gao|dua|sam)|sinh to|siro|si ro|giam tao|mat hoa dua dong lon
17 soda
22 tho cam|khan|ao dai|lua (?:to tam|van phuc|ma chau|bao loc)|vai (?:lanh|lua|det|tho)|det|to lua
22 quan ao|chieu coi may|may mac
21 may tre|tre dan|gom su|gom |dieu khac|tranh |non la|non chuong|son mai|chieu|coi|thu cong|my nghe
21 luc binh|go my|tuong go|lo hoa|den long|gio xach|tui coi|ban ghe|dan lat|trong |dan |nhang|huong tram
21 tram huong
24 cay canh|bonsai|mai vang|cay the|cay kieng|sen da|dao canh|quat canh|buoi canh
23 \bhoa (?:lan|hong|cuc|ly|dong tien|tuoi|cat canh|sen tuoi|lay on|huong duong)|lan ho diep
25 chim canh|ca canh|ca koi|ga canh
10 \b(?:hat )?tieu (?:den|do|xanh|so|trang|chu|phu|gia lai|loc)|^ho tieu|muoi|^toi (?:kho|den|ly son)
10 toi den|hanh (?:kho|tim|phi)|bot (?:nghe|gia vi|canh|ot|nem|rieng|que)|gia vi|sa te|tuong ot
10 ot (?:bot|kho|xay)|mac khen|hoa hoi|que (?:thanh|ong|bot|chi)|hat doi|chanh muoi|wasabi
 8 gio |gio lua|cha (?:lua|ca|muc|bo|com|que|tom|oc|gio)|nem |lap xuong|xuc xich
 8 thit (?:gac bep|trau|kho|hun|muoi|chua|lon chua)|ruoc|cha bong
 8 kho (?:ca|bo|ga|heo|muc|tom|nai|ech|trau|sac|loc|luon)
 8 ca (?:kho|thinh|com say|hop|chi vang|mot nang|loc kho|sac kho)|tom (?:kho|chua|say)
 8 muc (?:kho|rim|mot nang)|yen (?:chung|sao che bien)|to yen (?:chung|tinh che)|yen chung|hai sam
 8 sua chua|pho mai|banh sua|trung muoi|ca kho|mam ca|ca bong|hau sua|rong bien say thit|ga u
 8 vit (?:quay|kho)|lon (?:quay|muoi)
 4 mat ong|mat hoa dua|phan hoa|sua ong chua|mat dua|mat mia|to yen tho|yen sao|to yen
 4 dau (?:lac|me|vung|phong|dua)|tinh bot|bot san day|bot sen|bot gao lut ngu
 4 duong (?:hoa dua|thot not|phen|mia)|rong nho|rong bien
 6 \bbun\b|\bmien\b|\bpho\b|banh (?!su )|mi (?:gao|chu|rau|que|quang)|my (?:gao|chu)|hu tieu
 6 com (?:chay|say)|chao |bot (?:gao|ngu coc|nep|yen mach)|ngu coc|com lang|^com |thinh gao
 6 sua (?:gao|bap|ngo)|bap rang|ram 
 7 say|mut|kim chi|dua (?:cai|chua|muoi|sap soi|mon)|keo|o mai|mang (?:kho|chua|ngam|muoi)|cu cai
 7 chuoi (?:say|ep|kho)|long nhan|dau phu|tau hu|dau hu|phu truc|hat (?:dieu rang|dieu muoi|sen say)
 7 hat dieu|lac rang|dau phong rang|nuoc cot dua|bo dau|tinh chat|dong lanh|ngam duong|nam .*kho
 7 hong treo gio|moc nhi|rau cau|gac dong|bot (?:rau|tra|gac|chuoi|khoai|can tay|tia to|la)
 7 ca chua bi say|macca|mac ca|mac-ca|hat de
 3 \bgao\b|\bnep\b|thoc|hat ke|ngo hat|\bdau (?:xanh|den|tuong|do|nanh)|\blac\b(?! rang)|vung|\bme den
 3 hat sen|yen mach|dau phong|hat dieu tho
 2 \bthit\b|\bca (?:loc|tra|chep|basa|tam|hoi|long|dieu|keo|ro|lang|thac)|\btom\b|\bcua\b|\boc\b|\bngheu
 2 \bhau (?:sua|song|bien)|\bso huyet|trung (?:ga|vit|cut)|sua (?:bo|de|tuoi)
 2 \bga (?:doi|ta|den|dong tao|tha|ac|ri|hmong)|\bvit\b|\blon\b|\bbo (?:vang|to|thit|mot)|\bheo\b|luon
 2 \bech\b|\bba ba|\bde nui
 1 \b(?:rau|cu|qua|trai|cam|buoi|nhan|vai|xoai|chuoi|thanh long|sau rieng|mit|oi|na)\b
 1 \b(?:mang cau|dua|du du|chanh|quyt|man|le|tao|nho|dau tay|bo|chom chom|mang cut)\b
 1 \b(?:vu sua|hong|roi|tra xanh tuoi|khoai|san|su su|ca rot|bi|bau|muop|ca chua)\b
 1 \b(?:hanh la|toi tuoi|gung|nghe|cai|xa lach|nam|mang|ot|mia|sen|lac tien|cai)\b
 1 \b(?:dau bap|bong cai|ngo|bap|ca tim|sapoche|hong xiem|bon bon|trai cay|hoa qua)\b
 1 \b(?:rau ma|thach den|dau phong tuoi)\b
"""
_COMPILED: Sequence[tuple[int, re.Pattern[str]]] = [
    (int(line[:2]), re.compile(line[3:])) for line in _RULES.strip("\n").splitlines()
]
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
