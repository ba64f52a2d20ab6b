"""Addresses as people write them -> today's province and commune. Pure; never raises on any text.

Before July 2025 an address had three levels (commune, district, province); since then it has two, of 34
provinces. Names and their conversion come from the data of the library `vietnamadminunits`. Its own parser is
not used: it finds names inside other words, and asks a geocoder over the network where a commune was divided.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.text import fold

DATA = Path(__file__).parent / "data"
MAX_LENGTH = 400

_PREFIXES = {
    "tinh": "province",
    "thanh pho": "city",
    "tp": "city",
    "t.p": "city",
    "thi xa": "district",
    "tx": "district",
    "t.x": "district",
    "quan": "district",
    "q": "district",
    "huyen": "district",
    "h": "district",
    "thi tran": "ward",
    "tt": "ward",
    "t.t": "ward",
    "phuong": "ward",
    "p": "ward",
    "xa": "ward",
    "x": "ward",
    "dac khu": "ward",
}
_SUFFIXES = {
    "province": "province",
    "city": "city",
    "district": "district",
    "town": "any",
    "ward": "ward",
    "commune": "ward",
    "special zone": "ward",
}
_WARD_WORDS = {
    "xa": "xa",
    "x": "xa",
    "phuong": "phuong",
    "p": "phuong",
    "thi tran": "thitran",
    "tt": "thitran",
}
_PREFIX = re.compile(
    r"(?:(thanh pho|thi tran|thi xa|dac khu|tinh|quan|huyen|phuong|xa)\b[\s.:]*"
    r"|(t\.p|t\.x|t\.t|tp|tx|tt|[qhpx])[.\s:]+|(tp|tx|tt)(?=\w)|([qp])(?=\d))"
)
_SUFFIX = re.compile(r"\s(province|city|district|town|ward|commune|special zone)$")
# Names that hold a dash of their own.
_DASHED = re.compile(
    r"(b[àa]\s*r[ịi]a|xu[âa]n h[ưu][ơo]ng|cam ly|l[âa]m vi[êe]n|lang\s?biang)\s*[-–—]"
    r"\s*(v[ũu]ng\s*t[àa]u|[đd][àa] l[ạa]t)",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[,;\n|]+|\s[-–—]\s|\s/\s")
_LEVEL_WORDS = {  # as folded -> as written with accents
    "tinh": "tỉnh",
    "thanh": "thành",
    "thi": "thị",
    "dac": "đặc",
    "quan": "quận",
    "huyen": "huyện",
    "phuong": "phường",
    "xa": "xã",
}
_SECOND_WORDS = {"thanh": {"pho"}, "thi": {"xa", "tran"}, "dac": {"khu"}}
_SHORT_LEVELS = {"tp", "tp.", "tx", "tx.", "tt", "tt.", "q.", "h.", "p.", "x.", "t.p", "t.x"}
_ALIASES = {
    "tphcm": "hochiminh",
    "hcm": "hochiminh",
    "hcmc": "hochiminh",
    "saigon": "hochiminh",
    "sg": "hochiminh",
    "hn": "hanoi",
    "brvt": "bariavungtau",
    "thuathienhue": "hue",
    "tthue": "hue",
    "daclac": "daklak",
    "darlac": "daklak",
    "daclak": "daklak",
    "dacnong": "daknong",
    "baccan": "backan",
    "hochiminhcity": "hochiminh",
    "quinhon": "quynhon",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address lies today. Codes are the official ones; `None` where the text does not tell.

    `exact` is False when the old commune was divided: `commune` is then the part that the library names first
    and `candidates` holds all parts. `district` is the old district's name as understood.
    """

    province: str | None = None
    commune: str | None = None
    exact: bool = True
    candidates: tuple[str, ...] = ()
    district: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """One piece of an address: the level that its first word names, and its name squeezed."""

    level: str  # province, city, district, ward, any
    word: str  # xa, phuong, thitran or nothing
    key: str
    marked: str  # the name with its accents, order of marks ignored


_Entry = tuple[str, str, tuple[str, ...]]  # level word, marked name, codes today (the default first)


@dataclass(slots=True)
class _Gazetteer:
    today: dict[str, str] = field(default_factory=dict)  # province name -> code
    former: dict[str, str] = field(default_factory=dict)  # province name before the merger -> library's key
    code_of_former: dict[str, str] = field(default_factory=dict)  # library's key -> today's code
    formers_of: dict[str, list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )  # code -> library's keys
    # today's province code -> commune name -> [(word, marked, code)]
    communes: dict[str, dict[str, list[tuple[str, str, str]]]] = field(default_factory=dict)
    # former province -> district name -> [district keys]
    districts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    district_names: dict[tuple[str, str], str] = field(default_factory=dict)
    # (former province, district) -> commune name -> entries
    wards: dict[tuple[str, str], dict[str, list[_Entry]]] = field(default_factory=dict)
    unique_districts: dict[str, str] = field(default_factory=dict)  # district name -> former province


def squeeze(text: str) -> str:
    """Letters and digits only, lower case, no accents: the form in which names are compared."""
    return re.sub(r"[^a-z0-9]", "", fold(text))


def _marked(text: str) -> str:
    """As `squeeze`, plus each word's accents in a fixed order: Hoà and Hòa agree, Ba Tơ and Ba Tô do not."""
    words = []
    for word in unicodedata.normalize("NFD", text.lower().replace("đ", "d\u0335")).split():
        marks = sorted(char for char in word if unicodedata.category(char) == "Mn")
        words.append(re.sub(r"[^a-z0-9]", "", word) + "".join(marks))
    return "".join(words)


def _library(name: str) -> Any:
    """A data file of `vietnamadminunits`, without importing it (that would load geocoders)."""
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("vietnamadminunits")
    path = Path(next(iter(spec.submodule_search_locations))) / "data" / name
    return json.loads(path.read_text(encoding="utf-8"))


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def _gazetteer() -> _Gazetteer:
    found = _Gazetteer()
    for row in _rows("provinces.csv"):
        for name in {row["name_vi"], row["name_en"]}:
            found.today[squeeze(name)] = row["code"]
    today = _library("parser_from_2025.json")
    codes = _load_communes(found, today)
    _load_former(found, _library("parser_legacy.json"), _library("converter_2025.json"), today, codes)
    return found


def _load_communes(found: _Gazetteer, today: Any) -> dict[tuple[str, str], str]:
    """Fill today's communes; return the code of each of the library's (province, ward) keys."""
    by_name: dict[tuple[str, str], str] = {}
    known: set[str] = set()
    for row in _rows("communes.csv"):
        word = squeeze(row["full_name_vi"].removesuffix(row["name_vi"]))
        names = found.communes.setdefault(row["province_code"], defaultdict(list))
        names[_number(squeeze(row["name_vi"]))].append((word, _marked(row["name_vi"]), row["code"]))
        by_name[row["province_code"], _marked(row["full_name_vi"])] = row["code"]
        known.add(row["code"])
    codes: dict[tuple[str, str], str] = {}
    for table in ("NO_ACCENTED", "ACCENTED", "SHORT_ACCENTED"):
        for province, wards in today[f"DICT_PROVINCE_WARD_{table}"].items():
            province_code = today["DICT_PROVINCE"][province]["provinceCode"]
            for key, ward in wards.items():
                code = ward["wardCode"]
                if code not in known:  # a slip in the library: the same name, another number
                    code = by_name.get((province_code, _marked(ward["ward"])), "")
                if code:
                    codes[province, key] = code
    return codes


def _load_former(
    found: _Gazetteer, legacy: Any, converter: Any, today: Any, codes: dict[tuple[str, str], str]
) -> None:
    for province, formers in converter["DICT_PROVINCE"].items():
        for former in formers:
            code = today["DICT_PROVINCE"][province]["provinceCode"]
            found.code_of_former[former] = code
            found.formers_of[code].append(former)
    for key, province in legacy["DICT_PROVINCE"].items():
        found.former[squeeze(province["provinceShort"])] = key
    becomes: dict[str, tuple[str, ...]] = {}
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                if (province, ward) in codes:
                    becomes[old] = (codes[province, ward],)
    for province, olds in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in olds.items():
            ordered = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            becomes[old] = tuple(
                codes[province, part["newWardKey"]]
                for part in ordered
                if (province, part["newWardKey"]) in codes
            )
    _load_districts(found, legacy)
    earlier: list[tuple[dict[str, list[_Entry]], str, str, tuple[str, ...]]] = []
    for table in ("NO_ACCENTED", "ACCENTED", "SHORT_ACCENTED"):
        for province, districts in legacy[f"DICT_PROVINCE_DISTRICT_WARD_{table}"].items():
            for district, wards in districts.items():
                names = found.wards.setdefault((province, district), defaultdict(list))
                for key, ward in wards.items():
                    targets = becomes.get(f"{province}_{district}_{key}")
                    name = ward.get("wardShort")
                    if targets and isinstance(name, str):
                        entry = (squeeze(str(ward["wardType"])), _marked(name), targets)
                        names[_number(squeeze(name))].append(entry)
                        earlier += [(names, word, alias, targets) for word, alias in _earlier_names(ward)]
    own = {id(names): set(names) for names in found.wards.values()}
    for names, word, alias, targets in earlier:
        if alias not in own[id(names)]:  # a present name counts before another commune's earlier one
            names[alias].append((word, "", targets))
    for old, targets in becomes.items():  # islands had no communes
        province, district, ward = old.split("_")
        if not ward:
            found.wards.setdefault((province, district), defaultdict(list))[""].append(("", "", targets))


def _earlier_names(ward: Any) -> Iterator[tuple[str, str]]:
    """Level word and name of each earlier name that the library lists among a ward's keywords."""
    words = set(ward["wardKeywords"])
    for keyword in words:
        for prefix in ("xa", "phuong", "thitran"):
            if keyword.startswith(prefix) and keyword.removeprefix(prefix) in words:
                yield prefix, _number(keyword.removeprefix(prefix))


def _load_districts(found: _Gazetteer, legacy: Any) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for province, districts in legacy["DICT_PROVINCE_DISTRICT"].items():
        names = found.districts.setdefault(province, defaultdict(list))
        for key, district in districts.items():
            name = _number(squeeze(district["districtShort"]))
            names[name].append(key)
            seen[name].add(province)
            found.district_names[province, key] = district["district"]
    for province, divided in legacy["DICT_PROVINCE_DISTRICT_DIVIDED"].items():
        for key, entry in divided.items():  # a district's name from before it was itself divided
            for word in {*entry["dividedDistrictKeywords"], key}:
                name = re.sub(r"^(huyen|thixa|thanhpho|quan)", "", word)
                found.districts[province][name].extend(
                    d for d in entry["districts"] if d not in found.districts[province][name]
                )
    found.unique_districts = {name: next(iter(where)) for name, where in seen.items() if len(where) == 1}


def _number(key: str) -> str:
    """ "phuong01" -> "1", for numbered quarters."""
    digits = re.sub(r"^(?:phuong|quan)(?=\d+$)", "", key)
    return str(int(digits)) if digits.isdigit() and len(digits) < 4 else key


def _parts(text: str) -> Iterator[_Part]:
    """The pieces of an address from left to right."""
    text = _DASHED.sub(r"\1 \2", unicodedata.normalize("NFC", text))
    for chunk in _SEPARATORS.split(text):
        for piece in _pieces(chunk.split()):
            if part := _part(" ".join(piece)):
                yield part


def _pieces(words: list[str]) -> Iterator[list[str]]:
    """Split where a level begins without a comma before it: "xã Hồng Nam huyện Tiên Lữ tỉnh Hưng Yên"."""
    start, name_seen, index = 0, False, 0
    while index < len(words):
        length = _level_length(words, index)
        if length and (name_seen or index == start) and index + length < len(words):
            if index > start:
                yield words[start:index]
            start, name_seen = index, False
            index += length
        else:
            name_seen = True
            index += 1
    if words[start:]:
        yield words[start:]


def _level_length(words: list[str], index: int) -> int:
    """How many words at `index` name a level (xã: 1, thị trấn: 2, Phương Đình: 0)."""
    word = fold(words[index])
    if word in _SHORT_LEVELS:
        return 1
    expected = _LEVEL_WORDS.get(word)
    if expected is None or not _reads_as(words[index], expected):
        return 0
    if word not in _SECOND_WORDS:
        return 1
    following = fold(words[index + 1]) if index + 1 < len(words) else ""
    return 2 if following in _SECOND_WORDS[word] else 0


def _reads_as(written: str, expected: str) -> bool:
    """The same word; one without any accent may stand for the accented one (xa for xã, not Xả for xã)."""
    return _marked(written) in {_marked(expected), fold(expected)}


def _part(written: str) -> _Part | None:
    folded = fold(written).strip(" .:()")
    level, word = "any", ""
    match = _PREFIX.match(folded)
    if match and match[1] and not _level_length(written.strip(" .:()").split(), 0):
        match = None  # Quản Bạ is a name, quận is a level
    if match:
        prefix = next(group for group in match.groups() if group)
        level, word = _PREFIXES[prefix], _WARD_WORDS.get(prefix.replace(".", ""), "")
        rest = folded[match.end() :]
    elif suffix := _SUFFIX.search(folded):
        level, rest = _SUFFIXES[suffix[1]], folded[: suffix.start()]
    else:
        rest = folded
    key = _number(squeeze(rest))
    if not key:
        return None
    kept = len(rest.split())
    tail = written.split()[-kept:] if match or level == "any" else written.split()[:kept]
    return _Part(level=level, word=word, key=key, marked=_marked(" ".join(tail).strip(" .:()")))


def resolve_province(text: object) -> str | None:
    """Today's province code for a province's present or former name, abbreviation or code; else `None`."""
    written = str(text or "")[:MAX_LENGTH].strip()
    digits = written.zfill(2) if written.isdigit() and len(written) <= 2 else ""
    found = _gazetteer()
    if digits in found.communes:
        return digits
    for part in _parts(written):
        if part.level in {"province", "city", "any"} and (code := _province_code(found, part.key)):
            return code
    return None


def _province_code(found: _Gazetteer, key: str) -> str | None:
    name = _ALIASES.get(key, key)
    if name in found.today:
        return found.today[name]
    return found.code_of_former.get(found.former.get(name, ""))


@lru_cache(maxsize=20_000)
def resolve_address(text: str, province: str | None = None) -> Place:
    """Find today's place of an address.

    Args:
        text: any writing: two or three levels, commas or none, NFC or NFD, with or without accents.
        province: today's province code to assume where the text names none (an agency's own province).

    Returns:
        What the text tells for sure: province and commune, province only, or nothing.
    """
    found = _gazetteer()
    parts = list(_parts(str(text or "")[:MAX_LENGTH]))
    code, former, rest = _take_province(found, parts)
    if code is None:
        code, former = _province_of_district(found, rest)
    if code is None:
        code = province
    if code is None:
        return _unique_commune(found, rest)
    formers = [former] if former else []
    formers += [other for other in found.formers_of[code] if other not in formers]
    district = _take_district(found, formers, rest)
    if district is not None:
        where, keys, left = district
        name = found.district_names.get((where, keys[0]), "")
        place = _pick(code, _old_wards(found, where, keys, left), left, name)
        return (
            place if place.commune else _with_district(_pick(code, _new_wards(found, code, left), left), name)
        )
    # A bare name that was a district's may be meant as that: it tells no commune.
    rest = [part for part in rest if part.level != "any" or not _names_district(found, formers, part)]
    # Two levels: today's name counts first, unless the province named is gone.
    gone = former is not None and former != _same_name(found, code)
    old = [
        _old_wards(found, where, _district_keys(found, where), rest)
        for where in formers[: 1 if gone else None]
    ]
    new = _new_wards(found, code, rest)
    for wards in [*old, new] if gone else [new, *old]:
        place = _pick(code, wards, rest)
        if place.commune:
            return place
    return Place(province=code)


def _district_keys(found: _Gazetteer, province: str) -> list[str]:
    """All districts of a former province."""
    return [key for where, key in found.wards if where == province]


def _same_name(found: _Gazetteer, code: str) -> str | None:
    """The former province whose name today's province carries."""
    names = {found.former.get(name) for name, other in found.today.items() if other == code}
    return next((name for name in names if name), None)


def _with_district(place: Place, district: str) -> Place:
    return Place(place.province, place.commune, place.exact, place.candidates, district)


def _take_province(found: _Gazetteer, parts: list[_Part]) -> tuple[str | None, str | None, list[_Part]]:
    """Province code, the former province named, and the parts before it. The last name that fits counts."""
    for wanted in ({"province"}, {"city", "any"}):
        for index in range(len(parts) - 1, -1, -1):
            part = parts[index]
            if part.level in wanted and (code := _province_code(found, part.key)):
                former = found.former.get(_ALIASES.get(part.key, part.key))
                return code, former, parts[:index] or parts[index + 1 :]
    return None, None, parts


def _province_of_district(found: _Gazetteer, parts: list[_Part]) -> tuple[str | None, str | None]:
    for part in reversed(parts):
        if part.level in {"district", "city"} and part.key in found.unique_districts:
            former = found.unique_districts[part.key]
            return found.code_of_former[former], former
    return None, None


def _take_district(
    found: _Gazetteer, formers: Iterable[str], parts: list[_Part]
) -> tuple[str, list[str], list[_Part]] | None:
    """Former province, district keys and the parts left, for the last part that names a district."""
    for index in range(len(parts) - 1, -1, -1):
        part = parts[index]
        if part.level in {"district", "city"} or (part.level == "any" and index > 0):
            for former in formers:
                if keys := found.districts.get(former, {}).get(part.key):
                    return former, keys, parts[:index]
    return None


def _names_district(found: _Gazetteer, formers: Iterable[str], part: _Part) -> bool:
    return any(part.key in found.districts.get(former, {}) for former in formers)


_Ward = tuple[_Part, str, str, tuple[str, ...]]


def _old_wards(found: _Gazetteer, former: str, districts: list[str], parts: list[_Part]) -> list[_Ward]:
    wards: list[_Ward] = []
    for district in districts:
        names = found.wards.get((former, district), {})
        for part in parts:
            if part.level in {"ward", "any"}:
                wards += [(part, *entry) for entry in names.get(part.key, ())]
    if not wards and len(districts) == 1:
        islands = found.wards.get((former, districts[0]), {}).get("", ())
        wards = [(_Part("any", "", "", ""), *entry) for entry in islands]
    return wards


def _new_wards(found: _Gazetteer, code: str, parts: list[_Part]) -> list[_Ward]:
    names = found.communes.get(code, {})
    return [
        (part, word, marked, (commune,))
        for part in parts
        if part.level in {"ward", "any"}
        for word, marked, commune in names.get(part.key, ())
    ]


def _pick(code: str, wards: list[_Ward], parts: list[_Part], district: str = "") -> Place:
    """The one ward that fits; more telling writing (a level word, accents) decides between several."""
    named = [ward for ward in wards if ward[0].level == "ward"] or wards[-1:] if len(parts) > 1 else wards
    choices = named if any(ward[0].level == "ward" for ward in named) else wards
    if len({ward[3] for ward in choices}) > 1:
        choices = [ward for ward in choices if not ward[0].word or ward[0].word == ward[1]] or choices
    if len({ward[3] for ward in choices}) > 1:
        choices = [ward for ward in choices if ward[0].marked == ward[2]] or choices
    targets = {ward[3] for ward in choices}
    if len(targets) != 1:
        # Several old communes of one name may have become one.
        merged = {code for target in targets for code in target}
        if len(merged) != 1:
            return Place(province=code, district=district)
        targets = {tuple(merged)}
    target = next(iter(targets))
    return Place(code, target[0], len(target) == 1, target if len(target) > 1 else (), district)


def _unique_commune(found: _Gazetteer, parts: list[_Part]) -> Place:
    """No province named: a commune whose name stands once in the whole country, written with its level."""
    for part in parts:
        if part.level != "ward":
            continue
        hits = [
            (province, code)
            for province, names in found.communes.items()
            for word, marked, code in names.get(part.key, ())
            if marked == part.marked and (not part.word or part.word == word)
        ]
        if len(hits) == 1:
            return Place(province=hits[0][0], commune=hits[0][1])
    return Place()
