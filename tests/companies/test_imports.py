"""The import from the sheet to the catalogue: what is written, for whom, and what is not."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import load_workbook

from companies.enums import ImportStatus, Verification
from companies.models import (
    CapacityStatement,
    CatalogueImport,
    Certification,
    Company,
    MonthlyCapacity,
    Product,
    StarRating,
)
from companies.reference.loader import load_reference
from companies.services import imports
from companies.services.exports import export_products
from core.errors import DomainError
from core.models import Event
from core.months import add_months, first_day
from tests.companies.importing.sheets import PLAIN, messy_book, xlsx
from tests.people import company_of

HEAD = [
    "Tên sản phẩm",
    "Chủ thể",
    "Địa chỉ",
    "Hạng sao",
    "Số QĐ",
    "Ngày QĐ",
    "Giá bán",
    "Sản lượng",
    "Chứng nhận",
]
ROWS = [
    ["Long nhãn sấy", "HTX Nhãn Lồng", "Xã Mễ Sở, Hưng Yên", "4 sao", "12/QĐ-UBND", "12/05/2025", "450.000 đ/kg",
     "2 tấn/năm", "VietGAP, HACCP"],
    ["Mật ong hoa nhãn", "HTX Nhãn Lồng", "Xã Mễ Sở, Hưng Yên", "***", None, None, "250k", None, None],
    ["Tương bần", "Cơ sở Tương Bần", "Tỉnh Hưng Yên", "5 sao", "99/QĐ-BNN", "01/02/2025", None, "20-30 tấn/tháng",
     None],
]  # fmt: skip
SHEET = xlsx(("a", [HEAD, *ROWS]))


@pytest.fixture
def reference(db):
    load_reference()


@pytest.fixture
def file_of(tmp_path):
    def make(content: bytes, name: str = "list.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


def upload(user, content: bytes, *, company="own", name: str = "list.xlsx") -> CatalogueImport:
    company = company_of(user) if company == "own" else company
    return imports.upload_catalogue(actor=user, company=company, file=SimpleUploadedFile(name, content))


def run(user, content: bytes, **options) -> CatalogueImport:
    """Upload, check and write the good rows, without a worker."""
    imported = upload(user, content, **options)
    for state, step in (
        (ImportStatus.CHECKING, imports.run_check),
        (ImportStatus.WRITING, imports.run_write),
    ):
        CatalogueImport.objects.filter(pk=imported.pk).update(status=state)
        step(import_id=imported.pk)
    imported.refresh_from_db()
    return imported


def catalogue() -> list[tuple]:
    return sorted(
        Product.objects.values_list("name_vi", "company__name_vi", "price", "stars", "stars_confirmed")
    )


def test_an_agency_writes_its_list_and_a_second_time_changes_nothing(reference, agency):
    first = run(agency, SHEET)
    assert (first.status, first.rows, first.good, first.created, first.updated) == (
        ImportStatus.WRITTEN,
        3,
        3,
        3,
        0,
    )
    assert catalogue() == [
        ("Long nhãn sấy", "HTX Nhãn Lồng", Decimal("450000.00"), 4, True),
        ("Mật ong hoa nhãn", "HTX Nhãn Lồng", Decimal("250000.00"), 3, False),
        ("Tương bần", "Cơ sở Tương Bần", None, 5, False),
    ]
    before = _state()
    second = run(agency, SHEET)
    assert (second.good, second.created, second.updated) == (3, 0, 0)
    assert _state() == before


def _state() -> list:
    models = (Company, Product, StarRating, CapacityStatement, Certification, MonthlyCapacity)
    return [sorted(map(str, model.objects.values_list())) for model in models]


def test_ratings_are_confirmed_only_by_the_level_that_issues_them(reference, agency):
    run(agency, SHEET)
    assert list(
        StarRating.objects.order_by("stars").values_list("stars", "status", "issuing_level", "listed_by")
    ) == [
        (3, Verification.LISTED, "province", company_of(agency).pk),
        (4, Verification.CONFIRMED, "province", company_of(agency).pk),
        (5, Verification.LISTED, "central", company_of(agency).pk),
    ]
    assert StarRating.objects.get(stars=4).confirmed_by == agency


def test_every_imported_rating_has_its_history_row(reference, agency):
    run(agency, SHEET)
    history = apps.get_model("companies", "StarRatingEvent").objects.filter(pgh_label="insert")
    assert sorted(history.values_list("pgh_obj_id", "stars", "status")) == sorted(
        StarRating.objects.values_list("pk", "stars", "status")
    )


def test_a_capacity_waits_to_be_confirmed_and_promises_nothing(reference, agency):
    run(agency, SHEET)
    yearly = CapacityStatement.objects.get(product__name_vi="Long nhãn sấy")
    assert (yearly.method, yearly.source_text, yearly.confirmed_at) == ("stock", "2 tấn/năm", None)
    assert set(yearly.months.values()) == {"166.666"}
    monthly = CapacityStatement.objects.get(product__name_vi="Tương bần")
    assert (monthly.method, set(monthly.months.values())) == ("monthly", {"20000.000"})
    assert not MonthlyCapacity.objects.exists()


def test_named_certificates_are_listed_and_not_confirmed(reference, agency):
    run(agency, SHEET)
    assert sorted(Certification.objects.values_list("scheme_id", "status", "number")) == [
        ("haccp_codex", Verification.LISTED, ""),
        ("vietgap_crop", Verification.LISTED, ""),
    ]


def test_rows_of_another_province_are_not_written(reference, other_agency):
    imported = run(other_agency, SHEET)
    assert (imported.rows, imported.good, imported.created) == (3, 0, 0)
    assert {item["code"] for item in imported.rejected} == {"other-province"}
    assert not Product.objects.exists()


def test_the_messy_book_is_written_by_its_agency(reference, agency):
    imported = run(agency, messy_book())
    assert (imported.rows, imported.good, imported.created) == (3, 3, 3)


def test_a_check_writes_nothing(reference, agency):
    imported = upload(agency, SHEET)
    CatalogueImport.objects.filter(pk=imported.pk).update(status=ImportStatus.CHECKING)
    imports.run_check(import_id=imported.pk)
    imported.refresh_from_db()
    assert (imported.status, imported.rows, imported.good, imported.created) == (
        ImportStatus.CHECKED,
        3,
        3,
        0,
    )
    assert not Product.objects.exists()


def test_all_rows_are_refused_while_one_is_bad_and_the_good_ones_can_be_written(reference, agency):
    content = xlsx(("a", [HEAD, ROWS[0], ["", "HTX B", "Hưng Yên", "9 sao"]]))
    imported = upload(agency, content)
    CatalogueImport.objects.filter(pk=imported.pk).update(status=ImportStatus.CHECKING)
    imports.run_check(import_id=imported.pk)
    imported.refresh_from_db()
    with pytest.raises(DomainError) as refused:
        imports.request_write(imported=imported, actor=agency, only_good=False)
    assert refused.value.code == "rows-rejected"
    assert run(agency, content).created == 1


def test_rejected_rows_come_back_as_a_sheet_that_can_be_corrected_and_imported(reference, agency):
    bad = [None, "=cmd", "Hưng Yên", "9 sao", None, None, None, None, None]
    imported = run(agency, xlsx(("a", [HEAD, ROWS[0], bad])))
    sheet = load_workbook(io.BytesIO(imports.rejected_workbook(imported=imported))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:9] == HEAD
    assert rows[1][3] == "9 sao"
    assert rows[1][-2] == 3
    assert "Tên sản phẩm" in rows[1][-1]
    assert "Hạng sao" in rows[1][-1]


def test_a_cell_that_begins_like_a_formula_is_harmless_in_what_we_write(reference, agency, staff):
    run(agency, xlsx(("a", [["Tên sản phẩm", "Chủ thể", "Tỉnh"], ["@SUM(A1)", "-HTX Nhãn", "Hưng Yên"]])))
    assert Product.objects.get().name_vi == "@SUM(A1)"
    sheet = load_workbook(io.BytesIO(export_products(Product.objects.all(), "xlsx", staff))).active
    assert (sheet["A2"].value, sheet["C2"].value) == ("'@SUM(A1)", "'-HTX Nhãn")
    text = b"".join(export_products(Product.objects.all(), "csv", staff)).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("'@SUM(A1),,'-HTX Nhãn")


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_export_is_imported_again_unchanged(reference, agency, staff, fmt, language):
    from django.utils import translation

    run(agency, SHEET)
    month = add_months(first_day(timezone.localdate()), 1)
    product = Product.objects.get(name_vi="Long nhãn sấy")
    product.months.create(month=month, stated=Decimal("1.125"))
    Product.objects.filter(pk=product.pk).update(min_order=Decimal("12.5"), gtin="8938505974194")
    before = _state()
    for user in (agency, staff):
        with translation.override(language):
            content = export_products(Product.objects.visible_to(user), fmt, user)
        content = content if isinstance(content, bytes) else b"".join(content)
        imported = run(user, content, company="own" if user == agency else None, name=f"export.{fmt}")
        assert (imported.rows, imported.good, imported.created, imported.updated) == (3, 3, 0, 0), (
            imported.rejected
        )
    assert _state() == before


def test_a_supplier_imports_its_own_prices_and_capacity_and_confirms_no_rating(reference, supplier):
    month = add_months(first_day(timezone.localdate()), 1)
    head = [
        "Tên sản phẩm",
        "Giá bán",
        "Đơn vị tính",
        "Hạng sao",
        "Số QĐ",
        "Ngày QĐ",
        f"Năng lực {month:%m/%Y}",
    ]
    first = run(supplier, xlsx(("a", [head, ["Long nhãn", 450000, "kg", 4, "1/QĐ-UBND", "01/02/2025", 1.5]])))
    assert (first.created, first.updated) == (1, 0)
    product = Product.objects.get()
    assert (product.company, product.price, product.stars_confirmed) == (
        company_of(supplier),
        Decimal("450000.00"),
        False,
    )
    assert list(product.months.values_list("month", "stated", "reserved")) == [(month, Decimal("1.500"), 0)]
    second = run(
        supplier, xlsx(("a", [head, ["Long nhãn", 460000, "kg", 4, "1/QĐ-UBND", "01/02/2025", 1.25]]))
    )
    assert (second.created, second.updated) == (0, 1)
    product.refresh_from_db()
    assert product.price == Decimal("460000.00")
    assert product.months.get().stated == Decimal("1.250")


def test_somebody_elses_list_does_not_overwrite_what_a_claimed_company_says(reference, agency, supplier):
    own = company_of(supplier)
    head = ["Tên sản phẩm", "Chủ thể", "Tỉnh", "Giá bán", "Đơn vị tính", "Quy cách"]
    run(supplier, xlsx(("a", [head, ["Long nhãn", own.name_vi, "Hưng Yên", 450000, "kg", None]])))
    imported = run(
        agency, xlsx(("a", [head, ["LONG NHÃN", own.name_vi, "Hưng Yên", 100000, "kg", "Túi 500g"]]))
    )
    assert (imported.created, imported.updated) == (0, 1)
    product = Product.objects.get()
    assert (product.name_vi, product.price, product.pack) == ("Long nhãn", Decimal("450000.00"), "Túi 500g")


def test_blank_cells_erase_nothing_and_new_words_are_taken(reference, agency):
    run(agency, SHEET)
    imported = run(agency, xlsx(("a", [HEAD, [*ROWS[0][:3], None, None, None, None, None, None]])))
    assert imported.updated == 0
    changed = [*ROWS[1][:3], "3 sao", "77/QĐ-UBND", "01/06/2025", "260k", None, None]
    imported = run(agency, xlsx(("a", [HEAD, changed])))
    assert (imported.created, imported.updated) == (0, 1)
    product = Product.objects.get(name_vi="Mật ong hoa nhãn")
    assert (product.price, product.stars_confirmed) == (Decimal("260000.00"), True)
    assert product.ratings.count() == 1


def test_one_producer_under_two_spellings_is_one_company(reference, agency):
    rows = [
        ["Nhãn tươi", "Hợp tác xã Nông nghiệp Thông Hòa", "Tỉnh Hưng Yên", 3],
        ["Nhãn sấy", "HTXNN THÔNG HOÀ", "Tỉnh Hưng Yên", 3],
    ]
    assert run(agency, xlsx(("a", [PLAIN[1:], *rows]))).created == 2
    assert Company.objects.filter(products__isnull=False).distinct().count() == 1


def test_a_broken_file_is_refused_in_words_and_nothing_is_kept(reference, agency):
    with pytest.raises(DomainError) as refused:
        upload(agency, b"%PDF-1.7 renamed", name="list.xlsx")
    assert refused.value.code == "file-refused"
    assert "PDF" in refused.value.fields["file"][0]
    assert not CatalogueImport.objects.exists()


def test_an_import_leaves_one_event_without_prices(reference, agency):
    imported = run(agency, SHEET)
    event = Event.objects.get(kind="import.written")
    assert event.payload == {"created": 3, "updated": 0, "rows": 3}
    assert (event.object_id, event.company_id) == (imported.pk, company_of(agency).pk)


def test_strangers_can_neither_see_nor_run_an_import(reference, agency, other_agency, supplier, visitor):
    imported = upload(agency, SHEET)
    for user in (other_agency, supplier, visitor):
        assert not CatalogueImport.objects.visible_to(user).exists()
    for step in (imports.request_check, imports.request_write):
        with pytest.raises(DomainError) as refused:
            options = {"only_good": True} if step is imports.request_write else {}
            step(imported=imported, actor=other_agency, **options)
        assert refused.value.code == "forbidden"


def test_command_checks_and_writes_and_prints_json_only(reference, agency, file_of, capsys):
    path = file_of(SHEET)
    call_command("import_catalogue", str(path), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["good"], told["created"], told["updated"], told["rejected"]) == (
        3,
        3,
        0,
        0,
        [],
    )
    assert not Product.objects.exists()
    call_command("import_catalogue", str(path), "--agency", "sct-hung-yen", "--write", "--json")
    assert json.loads(capsys.readouterr().out)["created"] == 3
    call_command("import_catalogue", str(path), "--agency", "33", "--write", "--json")
    again = json.loads(capsys.readouterr().out)
    assert (again["created"], again["updated"]) == (0, 0)
    call_command("import_catalogue", str(path), "--agency", "66", "--json")
    rejected = json.loads(capsys.readouterr().out)["rejected"]
    assert [item["row"] for item in rejected] == [2, 3, 4]
    assert all(item["column"] == "Địa chỉ" and item["reason"] for item in rejected)


def test_command_says_plainly_what_is_wrong(reference, file_of):
    with pytest.raises(CommandError, match=r"trống|empty"):
        call_command("import_catalogue", str(file_of(b"", "empty.csv")))
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import_catalogue", str(file_of(SHEET)), "--agency", "nowhere")


def test_a_failure_in_the_middle_leaves_nothing_behind(reference, agency, monkeypatch):
    from companies.services import import_writing

    monkeypatch.setattr(import_writing, "_CERTIFICATES", "SELECT 1 / 0")
    imported = upload(agency, SHEET)
    CatalogueImport.objects.filter(pk=imported.pk).update(status=ImportStatus.WRITING)
    with pytest.raises(Exception, match="division by zero"):
        imports.run_write(import_id=imported.pk)
    assert not Product.objects.exists()
    assert CatalogueImport.objects.get().status == ImportStatus.WRITING
