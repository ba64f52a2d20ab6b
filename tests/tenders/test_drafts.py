"""Drafts: what they hold, how lines keep their rows, what a market fills in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from core.errors import DomainError
from core.models import Event
from tenders.models import SourcingNeed
from tenders.services.inputs import CertificateInput, LabLimitInput, line_input
from tenders.services.needs import create_need, delete_draft, duplicate_need, update_draft
from tenders.services.publishing import publish_need
from tests.factories.needs import NOW, longan_line, make_draft, make_market, make_published, make_requirement
from tests.factories.people import make_product, make_product_set


def test_create_need_numbers_by_year_and_titles_by_content(people: SimpleNamespace) -> None:
    first = make_draft(people.buyer, people.lan)
    second = make_draft(people.buyer, people.lan)
    year, number = first.number.removeprefix("NM-").split("-")
    assert year == "2090"
    assert second.number == f"NM-2090-{int(number) + 1:04d}"
    assert first.title == "Long nhãn sấy, 2\u00a0tấn mỗi tháng"
    assert first.status == "draft"


def test_create_need_is_refused_to_viewers_strangers_and_sellers(people: SimpleNamespace) -> None:
    for actor, company, code in [
        (people.viewer, people.buyer, "not-allowed"),
        (people.rival_user, people.buyer, "not-allowed"),
        (people.supplier_user, people.supplier, "not-a-buyer"),
    ]:
        with pytest.raises(DomainError) as refused:
            create_need(company=company, actor=actor)
        assert refused.value.code == code
    assert SourcingNeed.objects.count() == 0


def test_update_draft_keeps_rows_of_lines_with_known_ids(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan, lines=[longan_line(), longan_line(product_words="Vải sấy")])
    first, second = need.lines.order_by("position")
    data = [replace(line_input(second), pack="hộp 500 g"), longan_line(product_words="Mít sấy")]
    update_draft(need=need, actor=people.lan, lines=data)
    lines = list(need.lines.order_by("position"))
    assert [line.product_words for line in lines] == ["Vải sấy", "Mít sấy"]
    assert lines[0].pk == second.pk and lines[0].pack == "hộp 500 g"
    assert not need.lines.filter(pk=first.pk).exists()


def test_update_draft_writes_months_certificates_and_limits(people: SimpleNamespace) -> None:
    line = longan_line(
        months={date(2090, 8, 1): Decimal("1500.5"), date(2090, 9, 1): Decimal(0)},
        certificates=[CertificateInput(scheme="haccp_codex", level="preferred", or_equivalent=False)],
        lab_limits=[
            LabLimitInput(parameter="Aflatoxin B1", at_most=Decimal(5), unit_text="µg/kg", level="required")
        ],
        specification={"Độ ẩm": "≤ 18 %"},
    )
    need = make_draft(people.buyer, people.lan, lines=[line])
    row = need.lines.get()
    assert row.quantities == {date(2090, 8, 1): Decimal("1500.500")}
    certificate = row.certificates.get()
    assert (certificate.level, certificate.or_equivalent) == ("preferred", False)
    assert row.lab_limits.get().at_most == Decimal(5)
    assert row.specification == {"Độ ẩm": "≤ 18 %"}


def test_draft_with_faults_is_refused_by_field_and_writes_nothing(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan)
    bad = longan_line(
        unit="XYZ", required_stars=7, certificates=[CertificateInput(scheme="no_such")],
        lab_limits=[LabLimitInput(parameter="pH")], min_share_percent=Decimal(120), max_suppliers=0,
    )  # fmt: skip
    with pytest.raises(DomainError) as refused:
        update_draft(need=need, actor=people.lan, changes={"title": "Khác"}, lines=[bad])
    assert {
        "lines.0.unit", "lines.0.required_stars", "lines.0.certificates", "lines.0.lab_limits",
        "lines.0.min_share_percent", "lines.0.max_suppliers",
    } <= set(refused.value.fields)  # fmt: skip
    need.refresh_from_db()
    assert need.title != "Khác"
    assert need.lines.get().unit_id == "KGM"


def test_terms_out_of_range_are_refused_by_field(people: SimpleNamespace) -> None:
    with pytest.raises(DomainError) as refused:
        make_draft(
            people.buyer, people.lan, changes={"discount_percent": Decimal(101), "deliveries_per_month": 0}
        )
    assert set(refused.value.fields) == {"discount_percent", "deliveries_per_month"}


def test_market_fills_in_what_its_law_decides_and_a_later_market_replaces_it(people: SimpleNamespace) -> None:
    trade = make_market("vn_modern_trade")
    make_requirement(trade, "food_safety_eligibility_vn", note="or an exempting certificate")
    make_requirement(trade, "product_self_declaration_vn", note="prepackaged; regime in flux")
    make_requirement(trade, "gs1_barcode", basis="buyer_habit", sectors=("all",))
    make_requirement(trade, "future_law", effective_from=date(2093, 1, 1))
    make_requirement(trade, "plain_law")
    make_requirement(trade, "meat_law", sectors=("livestock",))
    need = make_draft(people.buyer, people.lan, changes={"market": "vn_modern_trade"})
    filled = need.lines.get().certificates.filter(from_market=True).order_by("scheme_id")
    assert [row.scheme_id for row in filled] == ["food_safety_eligibility_vn", "plain_law"]
    assert "haccp_codex" in filled[0].also_accepted
    make_market("sg", kind="export")
    update_draft(need=need, actor=people.lan, changes={"market": "sg"})
    assert [row.scheme_id for row in need.lines.get().certificates.all()] == ["haccp_codex"]


def test_own_criterion_stays_the_buyers_when_the_market_asks_for_the_same(people: SimpleNamespace) -> None:
    make_requirement(make_market("xx"), "haccp_codex")
    need = make_draft(people.buyer, people.lan, changes={"market": "xx"})
    assert [row.from_market for row in need.lines.get().certificates.all()] == [False]


def test_market_decides_nothing_where_the_sector_is_not_known(people: SimpleNamespace) -> None:
    make_requirement(make_market("xx"), "plain_law")
    line = longan_line(hs=None, product_set=None, certificates=[])
    need = make_draft(people.buyer, people.lan, lines=[line], changes={"market": "xx"})
    assert need.lines.get().certificates.count() == 0


def test_duplicate_need_copies_lines_and_moves_past_months_by_whole_years(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    copy = duplicate_need(need=need, actor=people.lan, now=NOW.replace(year=2091, month=9))
    assert copy.status == "draft" and copy.number != need.number and copy.quote_deadline is None
    line = copy.lines.get()
    assert min(line.quantities) == date(2092, 8, 1) and len(line.quantities) == 5
    assert line.ceiling_price == Decimal(420000)
    assert line.certificates.get().scheme_id == "haccp_codex"


def test_delete_draft_removes_drafts_only(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan)
    delete_draft(need=need, actor=people.lan)
    assert not SourcingNeed.objects.filter(pk=need.pk).exists()
    published = make_published(people.buyer, people.lan)
    with pytest.raises(DomainError) as refused:
        delete_draft(need=published, actor=people.lan)
    assert refused.value.code == "need-published"


def test_published_need_refuses_a_draft_change(people: SimpleNamespace) -> None:
    need = publish_need(need=make_draft(people.buyer, people.lan), actor=people.lan, now=NOW)
    with pytest.raises(DomainError) as refused:
        update_draft(need=need, actor=people.lan, changes={"title": "Khác"})
    assert refused.value.code == "need-published"


def test_guess_product_takes_what_the_catalogue_mostly_says(people: SimpleNamespace) -> None:
    from tenders.services.lines import guess_product

    longan = make_product_set("ocop_set_07", number=7)
    other = make_product_set("ocop_set_01", number=1)
    for product_set in (longan, longan, other):
        make_product(people.supplier, name_vi="Long nhãn sấy Hưng Yên", product_set=product_set, hs="081340")
    hs, product_set = guess_product(words="long nhan say")
    assert hs is not None and hs.pk == "081340"
    assert product_set == longan
    assert guess_product(words="không có gì như thế") == (None, None)


def test_events_of_a_need_hold_no_price(people: SimpleNamespace) -> None:
    make_published(people.buyer, people.lan)
    kinds = list(Event.objects.order_by("at").values_list("kind", flat=True))
    assert kinds == ["need.created", "need.published"]
    assert "420" not in "".join(str(event.payload) for event in Event.objects.all())


def test_a_title_made_of_the_buyers_words_begins_with_a_capital(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan, lines=[replace(longan_line(), product_words="long nhãn sấy")])
    assert need.title == "Long nhãn sấy, 2\u00a0tấn mỗi tháng"
