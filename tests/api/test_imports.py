"""The import through the API."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from companies.models import CatalogueImport, Product
from companies.services import imports
from tests.companies.importing.sheets import PLAIN, xlsx
from tests.companies.test_imports import SHEET, reference  # noqa: F401 - a fixture
from tests.people import api_of


def post_file(client, content: bytes):
    return client.post(
        "/api/v1/imports/", {"file": SimpleUploadedFile("a.xlsx", content)}, format="multipart"
    )


def test_a_program_uploads_checks_and_writes(reference, agency):  # noqa: F811
    client = api_of(agency)
    made = post_file(client, SHEET)
    assert made.status_code == 201, made.content
    url = f"/api/v1/imports/{made.json()['id']}/"
    assert made.json()["sheets"][0]["columns"]["product"] == 0
    mapped = client.post(
        f"{url}mapping/", {"sheets": {"a": {"product": 0, "producer": 1, "address": 2}}}, format="json"
    )
    assert mapped.status_code == 200, mapped.content
    assert client.post(f"{url}check/").status_code == 202
    imports.run_check(import_id=made.json()["id"])
    assert client.get(url).json()["good"] == 3
    assert client.post(f"{url}write/", {"only_good": False}, format="json").status_code == 202
    imports.run_write(import_id=made.json()["id"])
    assert (client.get(url).json()["status"], Product.objects.count()) == ("written", 3)
    assert client.post(f"{url}write/", {}, format="json").json()["code"] == "wrong-state"


def test_a_bad_file_is_a_400_with_the_reason(reference, agency):  # noqa: F811
    answer = post_file(api_of(agency), b"")
    assert answer.status_code == 400
    assert answer.json()["fields"]["file"]


def test_rejected_rows_are_told_and_downloaded(reference, agency):  # noqa: F811
    client = api_of(agency)
    made = post_file(client, xlsx(("a", [PLAIN, [1, "Nhãn", None, "Hưng Yên", "9 sao"]]))).json()
    client.post(f"/api/v1/imports/{made['id']}/check/")
    imports.run_check(import_id=made["id"])
    told = client.get(f"/api/v1/imports/{made['id']}/").json()["rejected"]
    assert [(item["row"], item["column"], item["value"]) for item in told] == [
        (2, "Chủ thể", ""),
        (2, "Hạng sao", "9 sao"),
    ]
    sheet = load_workbook(
        io.BytesIO(client.get(f"/api/v1/imports/{made['id']}/rejected.xlsx/").content)
    ).active
    assert sheet.cell(2, 2).value == "Nhãn"


@pytest.mark.parametrize("path", ["", "mapping/", "check/", "write/", "rejected.xlsx/"])
def test_imports_of_others_do_not_exist(reference, agency, other_agency, supplier, visitor, path):  # noqa: F811
    made = post_file(api_of(agency), SHEET).json()
    url = f"/api/v1/imports/{made['id']}/{path}"
    for user, code in ((other_agency, 404), (supplier, 404), (visitor, 403)):
        client = api_of(user)
        method = client.get if path in {"", "rejected.xlsx/"} else client.post
        assert method(url, {"sheets": {}}, format="json").status_code in {code, 401 if code == 403 else code}
        assert client.get("/api/v1/imports/").json().get("results", []) == []
    assert CatalogueImport.objects.count() == 1


def test_a_buyer_may_not_import(reference, buyer):  # noqa: F811
    assert post_file(api_of(buyer), SHEET).status_code in {403, 409}
