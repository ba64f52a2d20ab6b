"""An agency uploads its list as it is, sees every problem, writes the good rows, and confirms a rating."""

import re

import pytest

from companies.models import Product, StarRating
from tests.companies.importing.sheets import xlsx
from tests.e2e.walk import DESKTOP, PHONE, axe_faults, sideways, visit
from tests.people import company_of

pytestmark = pytest.mark.browser

# As a province keeps it: titles above the headings, a foreign row among its own, a signature below.
LIST = xlsx(
    (
        "OCOP 2026",
        [
            ["SỞ CÔNG THƯƠNG HƯNG YÊN", None, None, None, None, None],
            ["DANH SÁCH SẢN PHẨM OCOP", None, None, None, None, None],
            ["STT", "Tên sản phẩm", "Chủ thể", "Địa chỉ", "Hạng sao", "Số quyết định", "Ngày quyết định"],
            [1, "Tương Bần đặc biệt", "HTX Tương Bần", "Hưng Yên", "4 sao", "88/QĐ-UBND", "01/06/2026"],
            [2, "Mứt sen Phố Hiến", "HTX Phố Hiến", "Hưng Yên", "5 sao", "89/QĐ-UBND", "01/06/2026"],
            [3, "Cà phê Buôn Ma", "HTX Buôn Ma", "Đắk Lắk", "4 sao", "90/QĐ-UBND", "01/06/2026"],
            [None, "Người lập biểu", None, None, None, None],
        ],
    )
)


def sound(page):
    assert sideways(page) <= 0
    if page.viewport_size == DESKTOP:  # each page at both widths: test_pages.py
        assert axe_faults(page) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_agency_imports_its_list_and_confirms_a_rating(
    browser, live_server, world, celery_worker_process, viewport
):
    with visit(browser, live_server, world.agency, language="en", viewport=viewport) as (page, _watch):
        page.goto("/desk/")
        page.get_by_role("main").get_by_role(
            "link", name=re.compile("Import a spreadsheet|All of them")
        ).first.click()
        page.wait_for_url("**/imports/")
        sound(page)
        page.locator("input[type=file]").set_input_files(
            {"name": "danh-sach.xlsx", "mimeType": "application/octet-stream", "buffer": LIST}
        )
        page.get_by_role("button", name="Upload").click()

        # The columns are guessed; nothing has to be typed.
        page.get_by_role("button", name="Check the rows").wait_for()
        sound(page)
        page.get_by_role("button", name="Check the rows").click()

        # Every problem by row and column, and nothing written yet.
        page.get_by_role("heading", name="Some rows have problems").wait_for(timeout=30_000)
        assert "Đắk Lắk" in page.get_by_role("main").inner_text()
        assert not Product.objects.filter(name_vi="Tương Bần đặc biệt").exists()
        sound(page)
        page.get_by_role("button", name="Write only the 2 good rows").click()
        page.get_by_role("heading", name="The rows are written").wait_for(timeout=30_000)
        sound(page)
        assert set(
            Product.objects.filter(company__name_vi__in=["HTX Tương Bần", "HTX Phố Hiến"]).values_list(
                "name_vi", flat=True
            )
        ) == {"Tương Bần đặc biệt", "Mứt sen Phố Hiến"}
        assert not Product.objects.filter(name_vi="Cà phê Buôn Ma").exists()
        # Its own decision is confirmed by it; five stars are the ministry's, and stay as listed.
        status = dict(
            StarRating.objects.filter(listed_by=company_of(world.agency)).values_list("stars", "status")
        )
        assert status == {4: "confirmed", 5: "listed"}

        # The rejected row comes back as a spreadsheet.
        with page.expect_download() as download:
            page.get_by_role("link", name="As a spreadsheet with reasons").click()
        assert download.value.suggested_filename.endswith(".xlsx")

        page.get_by_role("link", name="To the verification queue").click()
        sound(page)
        page.get_by_role("link", name="Long nhãn sấy Bến Sông").or_(
            page.get_by_role("link", name="Dried longan pulp")
        ).first.click()
        assert "123/QĐ-UBND" in page.get_by_role("main").inner_text()
        sound(page)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_load_state("load")
        world.rating.refresh_from_db()
        assert world.rating.status == "confirmed"
        page.goto(f"/catalogue/products/{world.product.pk}/")
        assert "123/QĐ-UBND" in page.get_by_role("main").inner_text()
        sound(page)
