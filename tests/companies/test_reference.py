"""The reference data and the resolving of addresses."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.management import CommandError, call_command

from companies.models import (
    CertificationScheme,
    Commune,
    HsCode,
    MarketRequirement,
    ProductSet,
    Province,
    Unit,
)
from companies.reference.addresses import Place, resolve_address, resolve_province
from companies.reference.loader import check_reference, load_reference


def test_load_reference_is_complete_and_can_run_again(db):
    first = load_reference()
    assert load_reference() == first
    assert first["Province"] == Province.objects.count() == 34
    assert first["Commune"] == Commune.objects.count() == 3321
    assert ProductSet.objects.count() == 26
    assert Unit.objects.count() == 34
    assert HsCode.objects.count() == 210
    assert MarketRequirement.objects.count() == first["MarketRequirement"]
    assert check_reference() == []


def test_load_reference_repairs_a_changed_row_and_check_tells_it(db, capsys):
    load_reference()
    Province.objects.filter(code="33").update(name_en="Elsewhere")
    with pytest.raises(CommandError, match="Province 33: differs"):
        call_command("load_reference", "--check")
    load_reference()
    assert Province.objects.get(code="33").name_en == "Hung Yen"
    call_command("load_reference", "--check")
    assert "up to date" in capsys.readouterr().out


def test_iso_22000_satisfies_haccp_and_not_the_other_way(db):
    load_reference()
    haccp = CertificationScheme.objects.get(code="haccp_codex")
    assert "iso_22000" in haccp.satisfied_by.values_list("code", flat=True)
    assert not haccp.satisfies.exists()


@pytest.mark.parametrize(
    ("text", "province", "commune"),
    [
        ("Xã Phú Cần, Huyện Tiểu Cần, Tỉnh Trà Vinh", "86", "Tiểu Cần"),
        ("Xã Phú Cần, Tỉnh Trà Vinh", "86", "Tiểu Cần"),
        ("Phường Dương Đông, Thành phố Phú Quốc, Tỉnh Kiên Giang", "91", "Phú Quốc"),
        ("Số 5, đường Nguyễn Huệ, P. Bến Nghé, Q.1, TP.HCM", "79", "Sài Gòn"),
        ("Phường 01, Quận 3, Thành phố Hồ Chí Minh", "79", "Bàn Cờ"),
        ("xã Hưng Long - huyện Mỹ Hào - tỉnh Hưng Yên", "33", "Đường Hào"),
        ("Đội 4 thôn Nội Lễ xã An Viên huyện Tiên Lữ tỉnh Hưng Yên", "33", "Hoàng Hoa Thám"),
        ("Thôn Đông, xã Thụy Lôi, huyện Tiên Lữ", "33", "Tiên Lữ"),
        ("Phường Phố Hiến, Hưng Yên", "33", "Phố Hiến"),
        ("Huyện Lý Sơn, tỉnh Quảng Ngãi", "51", "Lý Sơn"),
        ("Huyện Cầu Kè, Tỉnh Trà Vinh", "86", None),
        ("Tỉnh Lâm Đồng", "68", None),
        ("Tiên Lữ, Hưng Yên", "33", None),
        ("Phường Xuân Hương - Đà Lạt, Tỉnh Lâm Đồng", "68", "Xuân Hương - Đà Lạt"),
    ],
)
def test_addresses_of_two_and_three_levels_become_todays_commune(text, province, commune):
    names = _commune_names()
    for writing in (text, unicodedata.normalize("NFD", text)):
        place = resolve_address(writing)
        assert place.province == province
        assert (names[place.commune] if place.commune else None) == commune


def _commune_names() -> dict[str, str]:
    from companies.reference.loader import communes

    return {row.code: row.name_vi for row in communes()}


def test_addresses_without_accents_are_understood():
    assert resolve_address("xa me so huyen van giang tinh hung yen") == resolve_address(
        "Xã Mễ Sở, Huyện Văn Giang, Hưng Yên, Việt Nam"
    )


@pytest.mark.parametrize(
    "text", ["", "?", "không có", "🙂" * 500, "a," * 500, "\x00", "xã xã xã", "tỉnh", "1234567890"]
)
def test_addresses_that_say_nothing_give_nothing_and_raise_nothing(text):
    assert resolve_address(text) == Place()


def test_an_address_without_province_takes_the_one_assumed():
    assert resolve_address("Xã Mễ Sở", "33").province == "33"
    assert resolve_address("Huyện Cầu Kè", "33").province == "86"


@pytest.mark.parametrize(
    ("text", "code"),
    [("Hưng Yên", "33"), ("Tỉnh Thái Bình", "33"), ("TP.HCM", "79"), ("33", "33"), ("1", "01"), ("Đắc Lắc", "66"),
     ("Hanoi", "01"), ("Bà Rịa - Vũng Tàu", "79"), ("hung yen province", "33"), ("Atlantis", None), (None, None)],
)  # fmt: skip
def test_provinces_are_found_by_present_and_former_names(text, code):
    assert resolve_province(text) == code
