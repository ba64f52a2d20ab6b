"""The pages of needs: the guided form with and without scripts, the review, lists, acts."""

from __future__ import annotations

import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenders.models import SourcingNeed
from tests.factories.needs import longan_line, make_draft, make_published
from tests.factories.people import make_capacity, make_product, make_province
from tests.people import client_of

ROWS = {
    "cert-TOTAL_FORMS": "1", "cert-INITIAL_FORMS": "0", "lab-TOTAL_FORMS": "1", "lab-INITIAL_FORMS": "0",
    "lab-0-parameter": "",
}  # fmt: skip


def line(index: int = 0, **fields: str) -> dict[str, str]:
    """What a browser sends for one line."""
    typed = {
        "product_words": "Long nhãn sấy", "each": "2", "unit": "TNE", "start": "2090-08", "end": "2090-12",
        "cert-0-scheme": "haccp_codex", "cert-0-level": "required", "cert-0-or_equivalent": "on",
        "ceiling_price": "420000", **ROWS, **fields,
    }  # fmt: skip
    return {f"lines-{index}-{name}": value for name, value in typed.items()}


def form(*lines: dict[str, str], act: str = "save", **fields: str) -> dict[str, str]:
    """What a browser sends for the whole form."""
    need = {
        "quote_deadline": "2090-06-30T17:00", "delivery_province": "01", "delivery_place": "Kho Gia Lâm",
        "discount_percent": "3", "payment_days": "30", "deliveries_per_month": "1", "currency": "VND",
        "vat_basis": "excluded", "quote_mode": "direct", "visibility": "verified", **fields,
    }  # fmt: skip
    sent = {f"need-{name}": value for name, value in need.items()}
    sent |= {"lines-TOTAL": str(len(lines) or 1), "act": act}
    for one in lines or (line(),):
        sent |= one
    return sent


@pytest.fixture
def lan(people: SimpleNamespace) -> Client:
    make_province("01")
    longan_line()
    return client_of(people.lan)


def key_of(client: Client) -> str:
    """The draft's key in an empty form."""
    found = re.search(r"/needs/([0-9a-f-]{36})/edit/", client.get("/needs/new/").content.decode())
    assert found
    return found[1]


def test_reference_need_is_posted_reviewed_and_published_without_scripts(
    lan: Client, people: SimpleNamespace
) -> None:
    key = key_of(lan)
    saved = lan.post(f"/needs/{key}/edit/", form(act="review"))
    assert saved.status_code == 302 and saved["Location"] == f"/needs/{key}/review/", saved.content.decode()
    need = SourcingNeed.objects.get(pk=key)
    row = need.lines.get()
    assert {f"{month:%Y-%m}": int(q) for month, q in row.quantities.items()} == {
        f"2090-{month:02d}": 2000 for month in range(8, 13)
    }
    assert (row.unit_id, row.ceiling_price) == ("KGM", 420000)
    certificate = row.certificates.get()
    assert (certificate.scheme_id, certificate.level, certificate.or_equivalent) == (
        "haccp_codex",
        "required",
        True,
    )
    review = lan.get(f"/needs/{key}/review/").content.decode()
    assert "HACCP or equivalent" in review and "only you see this" in review
    published = lan.post(f"/needs/{key}/publish/")
    assert published.status_code == 302 and published["Location"] == f"/matches/{key}/"
    need.refresh_from_db()
    assert need.status == "published" and need.company == people.buyer


def test_form_saves_once_however_often_it_is_sent(lan: Client) -> None:
    key = key_of(lan)
    for _ in range(3):
        assert lan.post(f"/needs/{key}/autosave/", form(), headers={"HX-Request": "true"}).status_code == 200
    assert SourcingNeed.objects.filter(pk=key).count() == 1
    assert SourcingNeed.objects.get(pk=key).lines.count() == 1


def test_autosave_answers_the_live_count_and_what_a_supplier_receives(
    lan: Client, people: SimpleNamespace
) -> None:
    from datetime import date

    product = make_product(people.supplier, product_set="ocop_set_07", hs="081340")
    make_capacity(product, date(2090, 8, 1), 500)
    key = key_of(lan)
    sent = form(line(**{"cert-0-scheme": ""}))
    html = lan.post(f"/needs/{key}/autosave/", sent, headers={"HX-Request": "true"}).content.decode()
    assert "1 supplier remains" in html
    assert "₫407,400/kg" in html  # 420,000 less 3 %
    html = lan.post(f"/needs/{key}/autosave/", form(), headers={"HX-Request": "true"}).content.decode()
    assert "0 suppliers remain" in html and "keeps 1 supplier out" in html


def test_changed_number_is_spread_anew_and_an_edited_month_stays(lan: Client) -> None:
    key = key_of(lan)
    lan.post(f"/needs/{key}/edit/", form())
    page = lan.get(f"/needs/{key}/edit/").content.decode()
    signature = re.search(r'name="lines-0-spread_of" value="([^"]*)"', page)
    identity = re.search(r'name="lines-0-id" value="([^"]*)"', page)
    assert signature and identity
    months = {f"m-2090-{month:02d}": "2" for month in range(8, 13)} | {"m-2090-11": "3.5", "m-2090-12": "0"}
    edited = line(spread_of=signature[1], id=identity[1], **months)
    lan.post(f"/needs/{key}/edit/", form(edited))
    row = SourcingNeed.objects.get(pk=key).lines.get()
    assert str(row.pk) == identity[1]
    assert [int(q) for q in row.quantities.values()] == [2000, 2000, 2000, 3500]
    lan.post(
        f"/needs/{key}/edit/",
        form(line(**{**months, "each": "4", "spread_of": signature[1], "id": identity[1]})),
    )
    assert {int(q) for q in SourcingNeed.objects.get(pk=key).lines.get().quantities.values()} == {4000}


def test_pasted_quantities_win(lan: Client) -> None:
    key = key_of(lan)
    lan.post(f"/needs/{key}/edit/", form(line(each="", end="", paste="2 2 2 3.5")))
    row = SourcingNeed.objects.get(pk=key).lines.get()
    assert [int(q) for q in row.quantities.values()] == [2000, 2000, 2000, 3500]
    lan.post(
        f"/needs/{key}/edit/",
        form(line(each="", start="", end="", paste="500 kg a month from 8/2090 to 9/2090")),
    )
    row = SourcingNeed.objects.get(pk=key).lines.get()
    assert [int(q) for q in row.quantities.values()] == [500, 500]


def test_lines_are_added_and_removed_with_and_without_scripts(lan: Client) -> None:
    key = key_of(lan)
    assert lan.post(f"/needs/{key}/edit/", form(act="add-line")).status_code == 302
    need = SourcingNeed.objects.get(pk=key)
    assert need.lines.count() == 2
    partial = lan.post(
        f"/needs/{key}/edit/", form(line(), line(1, product_words="Vải sấy"), act="remove-line:0"),
        headers={"HX-Request": "true"},
    )  # fmt: skip
    html = partial.content.decode()
    assert partial.status_code == 200 and "<html" not in html
    assert [row.product_words for row in need.lines.all()] == ["Vải sấy"]


def test_faults_come_back_with_what_was_typed(lan: Client) -> None:
    key = key_of(lan)
    answer = lan.post(f"/needs/{key}/edit/", form(line(each="two", hs="999999"), payment_days="900"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="two"' in html and "Choose an HS code of six digits" in html
    assert not SourcingNeed.objects.filter(pk=key).exists()
    quiet = lan.post(f"/needs/{key}/autosave/", form(line(each="two")), headers={"HX-Request": "true"})
    assert "Not saved yet" in quiet.content.decode()


def test_review_names_what_is_missing_and_publishing_is_refused(lan: Client) -> None:
    key = key_of(lan)
    lan.post(f"/needs/{key}/edit/", form(line(each="", start="", end=""), quote_deadline=""))
    review = lan.get(f"/needs/{key}/review/").content.decode()
    assert "Say how much is needed in which months" in review and "id_lines-0-each" in review
    refused = lan.post(f"/needs/{key}/publish/")
    assert refused.status_code == 422
    assert SourcingNeed.objects.get(pk=key).status == "draft"


def test_forms_of_others_do_not_exist(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan)
    rival = client_of(people.rival_user)
    for path in ("", "edit/", "review/", "import/", "amend/", "close/", "cancel/"):
        assert rival.get(f"/needs/{need.pk}/{path}").status_code == 404, path
    for path in ("edit/", "autosave/", "publish/", "duplicate/", "delete/", "close/", "cancel/", "amend/"):
        assert rival.post(f"/needs/{need.pk}/{path}", form()).status_code == 404, path
    assert client_of(people.viewer).get(f"/needs/{need.pk}/edit/").status_code == 403
    assert client_of(people.supplier_user).get("/needs/new/").status_code == 403
    assert client_of(people.supplier_user).post(f"/needs/{uuid4()}/edit/", form()).status_code == 403
    assert Client().get("/needs/").status_code == 302


def test_amend_close_cancel_and_duplicate_by_the_pages(lan: Client, people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    page = lan.get(f"/needs/{need.pk}/amend/")
    assert page.status_code == 200
    typed = {
        "reason": "Kho đổi lịch", "quote_deadline": "2090-03-01T17:00", "discount_percent": "3", "payment_days": "15",
        "promotion_fee_percent": "0", "listing_fee": "0", "returns_percent": "0", "vat_basis": "excluded",
        "delivery_place": "Kho Gia Lâm", "delivery_province": "01", "deliveries_per_month": "1",
        "visibility": "verified", **{f"line-1-2090-{month:02d}": "2000" for month in range(8, 13)},
    }  # fmt: skip
    assert lan.post(f"/needs/{need.pk}/amend/", {**typed, "reason": ""}).status_code == 422
    assert lan.post(f"/needs/{need.pk}/amend/", typed).status_code == 302
    assert need.amendments.get().changes == {"payment_days": [30, 15]}
    shown = client_of(people.supplier_user).get(f"/needs/{need.pk}/").content.decode()
    assert "Kho đổi lịch" in shown
    copy = lan.post(f"/needs/{need.pk}/duplicate/")
    assert SourcingNeed.objects.filter(status="draft").count() == 1 and "/edit/" in copy["Location"]
    assert lan.post(f"/needs/{need.pk}/cancel/", {"reason": ""}).status_code == 422
    assert lan.post(f"/needs/{need.pk}/close/", {"reason": "Đã đủ hàng"}).status_code == 302
    need.refresh_from_db()
    assert (need.status, need.closing_reason) == ("closed", "Đã đủ hàng")


@pytest.mark.parametrize("path", ["/needs/", "/needs/open/"])
def test_lists_cost_the_same_queries_for_one_and_three(
    path: str, lan: Client, people: SimpleNamespace
) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_published(people.buyer, people.lan, changes={"visibility": "public"})
        lan.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert lan.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_import_page_checks_then_writes(lan: Client, people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan)
    text = "Sản phẩm\t8/2090\nVải sấy\t100\nMít sấy\tnhiều\n"
    checked = lan.post(f"/needs/{need.pk}/import/", {"text": text, "act": "check"}).content.decode()
    assert "1 of 2 rows are good" in checked and "nhiều" in checked
    assert need.lines.count() == 1
    lan.post(f"/needs/{need.pk}/import/", {"text": text, "act": "write"})
    assert need.lines.count() == 2


def test_unknown_filters_and_pages_do_no_harm(lan: Client) -> None:
    for query in ("?q=%00", "?status=nope", "?page=99", "?product_set=nope", "?market=x&province=%F0"):
        assert lan.get(f"/needs/{query}").status_code == 200
        assert lan.get(f"/needs/open/{query}").status_code == 200
