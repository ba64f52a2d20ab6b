"""An agency imports its catalogue in the browser, with a worker beside it, also on a phone."""

from __future__ import annotations

import pytest

from companies.models import Product
from companies.reference.loader import load_reference
from tests.companies.importing.sheets import PLAIN, xlsx
from tests.e2e.walk import PHONE, sideways, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHEET = xlsx(
    ("Danh sách", [["DANH SÁCH SẢN PHẨM OCOP"], PLAIN,
                   [1, "Long nhãn sấy", "HTX Nhãn Lồng", "Xã Mễ Sở, tỉnh Hưng Yên", "4 sao"],
                   [2, "Dừa sáp", "HTX Cầu Kè", "Huyện Cầu Kè, tỉnh Trà Vinh", "3 sao"]])
)  # fmt: skip


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_an_agency_uploads_checks_and_writes_the_good_rows(
    browser, live_server, celery_worker_process, agency, viewport
):
    load_reference()
    options = {"viewport": viewport} if viewport else {}
    with visit(browser, live_server, agency, language="en", **options) as (page, _watch):
        page.goto("/imports/")
        page.set_input_files(
            "input[type=file]", {"name": "ds.xlsx", "mimeType": "application/x", "buffer": SHEET}
        )
        page.get_by_role("button", name="Upload").click()
        page.get_by_role("button", name="Check the rows").click()
        page.get_by_role("heading", name="Some rows have problems").wait_for(timeout=60_000)
        assert "which is not yours to import" in page.inner_text("main")
        assert sideways(page) == 0
        page.get_by_role("button", name="Write only the 1 good row").click()
        page.get_by_role("heading", name="The rows are written").wait_for(timeout=60_000)
        with page.expect_download() as download:
            page.get_by_role("link", name="As a spreadsheet with reasons").click()
        assert download.value.suggested_filename == "rejected.xlsx"
    assert Product.objects.get().name_vi == "Long nhãn sấy"
