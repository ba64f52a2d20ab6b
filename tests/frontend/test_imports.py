"""The pages of the catalogue import."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.enums import ImportStatus
from companies.models import CatalogueImport
from companies.services import imports
from tests.companies.importing.sheets import messy_book
from tests.companies.test_imports import SHEET, reference, run, upload  # noqa: F401 - a fixture
from tests.people import client_of


def file(content: bytes = SHEET) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.xlsx", content)


def test_an_agency_uploads_chooses_columns_and_sees_every_problem(reference, agency):  # noqa: F811
    client = client_of(agency)
    page = client.post(reverse("imports:import-list"), {"file": file(messy_book())}, follow=True)
    assert page.status_code == 200
    imported = CatalogueImport.objects.get()
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name.startswith("column")} | {
        "use-0": "on"
    }
    answer = client.post(reverse("imports:import-map", args=[imported.pk]), data)
    assert answer.status_code == 302
    imported.refresh_from_db()
    assert imported.status == ImportStatus.CHECKING
    assert "being checked" in client.get(answer["Location"]).content.decode()
    imports.run_check(import_id=imported.pk)
    page = client.get(answer["Location"]).content.decode()
    assert "Every row is good" in page
    assert "This is an upper limit" in page
    assert client.post(reverse("imports:import-write", args=[imported.pk]), {"all": "1"}).status_code == 302
    imports.run_write(import_id=imported.pk)
    assert "The rows are written" in client.get(answer["Location"]).content.decode()
    assert client.get(reverse("imports:import-progress", args=[imported.pk])).status_code == 286


def test_a_wrong_file_comes_back_with_its_reason(reference, agency):  # noqa: F811
    answer = client_of(agency).post(reverse("imports:import-list"), {"file": file(b"%PDF-1.7")})
    assert answer.status_code == 422
    assert "This is a PDF" in answer.content.decode()


def test_columns_chosen_twice_or_missing_come_back_with_the_choice(reference, agency):  # noqa: F811
    imported = upload(agency, SHEET)
    client = client_of(agency)
    url = reverse("imports:import-map", args=[imported.pk])
    twice = client.post(url, {"use-0": "on", "column-0-0": "product", "column-0-1": "product"})
    assert twice.status_code == 422
    assert "Another column holds this field already." in twice.content.decode()
    missing = client.post(url, {"use-0": "on", "column-0-0": "product"})
    assert missing.status_code == 422
    assert "which the producer" in missing.content.decode()


def test_markup_in_a_sheet_is_shown_as_text(reference, agency):  # noqa: F811
    from tests.companies.importing.sheets import PLAIN, xlsx

    bad = "<script>alert(1)</script>"
    imported = run(agency, xlsx(("a", [PLAIN, [1, bad, None, "Hưng Yên", bad]])))
    page = client_of(agency).get(reverse("imports:import-detail", args=[imported.pk])).content.decode()
    assert bad not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("name", ["import-detail", "import-progress", "import-rejected"])
def test_an_import_does_not_exist_for_others(reference, agency, other_agency, supplier, buyer, visitor, name):  # noqa: F811
    imported = upload(agency, SHEET)
    for user in (other_agency, supplier, buyer):
        assert client_of(user).get(reverse(f"imports:{name}", args=[imported.pk])).status_code == 404
    assert client_of(visitor).get(reverse(f"imports:{name}", args=[imported.pk])).status_code == 302
    assert client_of(buyer).get(reverse("imports:import-list")).status_code == 404


def test_the_list_asks_the_same_queries_for_one_and_three(reference, agency):  # noqa: F811
    client = client_of(agency)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("imports:import-list")).status_code == 200
        return len(queries)

    upload(agency, SHEET)
    count()
    one = count()
    upload(agency, SHEET)
    upload(agency, SHEET)
    assert count() == one
