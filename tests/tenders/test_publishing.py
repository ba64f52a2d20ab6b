"""Publishing is checked, in words by field; the deadline by the database's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone as django_timezone

from core.errors import DomainError
from tenders.services.publishing import publish_need, publishing_problems
from tests.factories.needs import DEADLINE, NOW, longan_line, make_draft, make_market, make_published
from tests.factories.people import make_unit

MICROSECOND = timedelta(microseconds=1)


def test_publish_need_shows_it_and_notes_the_instant(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    assert need.status == "published" and need.published_at == NOW


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [(DEADLINE - MICROSECOND, True), (DEADLINE, False), (DEADLINE + MICROSECOND, False)],
)
@pytest.mark.parametrize("hours", [-8, 0, 7])
def test_deadline_is_judged_to_the_microsecond_in_any_zone(
    people: SimpleNamespace, moment: datetime, allowed: bool, hours: int
) -> None:
    need = make_draft(people.buyer, people.lan)
    problems = publishing_problems(need=need, now=moment.astimezone(timezone(timedelta(hours=hours))))
    assert ("quote_deadline" not in problems) is allowed


def test_deadline_is_judged_by_the_databases_clock(people: SimpleNamespace) -> None:
    passed = django_timezone.now() - timedelta(seconds=1)
    need = make_draft(people.buyer, people.lan, changes={"quote_deadline": passed})
    with pytest.raises(DomainError) as refused:
        publish_need(need=need, actor=people.lan)
    assert refused.value.code == "need-incomplete"
    assert "quote_deadline" in refused.value.fields


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"months": {}}, "lines.0.months"),
        ({"months": {date(2090, 1, 1): Decimal(1)}}, "lines.0.months"),
        ({"hs": None, "product_words": ""}, "lines.0.product_words"),
        ({"unit": "XBX"}, "lines.0.unit"),
        ({"required_stars": 4, "preferred_stars": 4}, "lines.0.preferred_stars"),
        ({"ceiling_price": None, "ceiling_excludes": True}, "lines.0.ceiling_excludes"),
    ],
)
def test_publishing_names_what_is_wrong_with_a_line(people: SimpleNamespace, line: dict, field: str) -> None:
    from companies.models import Unit

    Unit.objects.get_or_create(
        code="XBX",
        defaults={
            "name_vi": "hộp",
            "name_en": "box",
            "symbol": "hộp",
            "dimension": "package",
            "base_unit": "",
        },
    )
    need = make_draft(people.buyer, people.lan, lines=[longan_line(**line)])
    assert list(publishing_problems(need=need, now=NOW)) == [field]


def test_current_month_may_still_be_wanted(people: SimpleNamespace) -> None:
    months = {date(2090, 2, 1): Decimal(1000)}
    need = make_draft(
        people.buyer,
        people.lan,
        lines=[longan_line(months=months)],
        changes={"quote_deadline": NOW + timedelta(days=5)},
    )
    assert publishing_problems(need=need, now=NOW) == {}


def test_deadline_after_the_first_month_is_refused(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan, changes={"quote_deadline": datetime(2090, 9, 1, tzinfo=UTC)})
    assert list(publishing_problems(need=need, now=NOW)) == ["quote_deadline"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quote_deadline": None}, "quote_deadline"),
        ({"delivery_place": "", "delivery_province": None}, "delivery_place"),
        ({"incoterm": "FOB"}, "incoterm"),
        ({"name_withheld": True, "description": "Giao cho SIEU THI MAY XANH"}, "name_withheld"),
    ],
)
def test_publishing_names_what_is_wrong_with_the_terms(
    people: SimpleNamespace, changes: dict, field: str
) -> None:
    from companies.models import Incoterm

    Incoterm.objects.get_or_create(code="FOB", defaults={"name_vi": "FOB", "name_en": "FOB"})
    need = make_draft(people.buyer, people.lan, changes=changes)
    assert list(publishing_problems(need=need, now=NOW)) == [field]


def test_incoterm_is_for_export_markets(people: SimpleNamespace) -> None:
    from companies.models import Incoterm

    Incoterm.objects.get_or_create(code="FOB", defaults={"name_vi": "FOB", "name_en": "FOB"})
    make_market("jp", kind="export")
    need = make_draft(people.buyer, people.lan, changes={"incoterm": "FOB", "market": "jp"})
    assert publishing_problems(need=need, now=NOW) == {}


def test_need_without_lines_is_not_published(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan, lines=[])
    assert list(publishing_problems(need=need, now=NOW)) == ["lines"]


def test_problems_cost_the_same_queries_for_one_and_three_lines(
    people: SimpleNamespace, django_assert_num_queries: object
) -> None:
    make_unit("KGM")
    one = make_draft(people.buyer, people.lan)
    three = make_draft(
        people.buyer, people.lan, lines=[replace(longan_line(), product_words=w) for w in "abc"]
    )
    for need in (one, three):
        with django_assert_num_queries(2):  # type: ignore[operator]
            assert publishing_problems(need=need, now=NOW) == {}
