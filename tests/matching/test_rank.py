"""A need answered from the database."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.enums import Audience, Verification
from companies.models import Commitment, User
from core.months import last_day
from matching.services.counts import count_for_draft
from matching.services.fitting import needs_that_fit
from matching.services.rank import LineMatches, rank_need
from tenders.enums import Visibility
from tests.factories.needs import make_market, make_requirement
from tests.factories.people import make_company
from tests.matching.world import certify, line_of, offer, posted_need, the_months

pytestmark = pytest.mark.django_db


def answer(need: Any) -> LineMatches:
    return rank_need(need=need)[0]


def names(found: LineMatches) -> list[Any]:
    return [r.product_id for r in found.ranked]


def test_more_capacity_stars_and_certificates_stand_higher(buyer: User) -> None:
    need = posted_need(buyer)
    weak = offer(kilograms=100)
    strong = offer(kilograms=500, stars=5)
    found = answer(need)
    assert names(found) == [strong.pk, weak.pk]
    first = found.ranked[0]
    assert first.score == pytest.approx(first.base + sum(first.contributions.values()), abs=1e-9)
    whole, base, parts = first.whole
    assert whole == base + sum(parts.values())


def test_required_certificate_excludes_and_its_equivalent_does_not(buyer: User) -> None:
    need = posted_need(buyer)
    with_haccp, without = offer(), offer(haccp=False)
    equivalent = offer(haccp=False)
    certify(equivalent.company, "iso_22000")
    found = answer(need)
    assert set(names(found)) == {with_haccp.pk, equivalent.pk}
    counts = {c.code: c for c in found.counts}
    assert counts["certificate"].in_sequence == 1
    assert without.pk not in names(found)


@pytest.mark.parametrize(
    "fields", [{"status": Verification.REJECTED}, {"valid_to": "past"}, {"valid_from": "future"}]
)
def test_rejected_ended_and_coming_certificates_count_for_nothing(
    buyer: User, fields: dict[str, Any]
) -> None:
    need = posted_need(buyer)
    product = offer(haccp=False)
    day = timezone.localdate()
    dates = {"past": day - timedelta(days=1), "future": day + timedelta(days=1)}
    certify(product.company, **{k: dates.get(v, v) for k, v in fields.items()})
    assert answer(need).eligible == 0


def test_a_certificate_of_one_product_does_not_cover_the_other(buyer: User) -> None:
    need = posted_need(buyer)
    company = make_company()
    covered, other = offer(company=company, haccp=False), offer(company=company, haccp=False)
    certify(company, product=covered, scope="product")
    assert names(answer(need)) == [covered.pk]
    assert other.pk != covered.pk


def test_capacity_promised_elsewhere_is_not_offered_again(buyer: User) -> None:
    need = posted_need(buyer)
    product = offer(kilograms=500)
    month = the_months()[0]
    Commitment.objects.create(
        product=product,
        month=month,
        quantity=400,
        state="bound",
        source_type="tenders.award",
        source_id=product.pk,
    )
    found = answer(need)
    assert found.covered(found.ranked[0])[0] == pytest.approx(100.0)


def test_unstated_capacity_has_its_own_section(buyer: User) -> None:
    need = posted_need(buyer)
    stated, unstated = offer(), offer(kilograms=None)
    found = answer(need)
    assert names(found) == [stated.pk]
    assert [r.product_id for r in found.unstated] == [unstated.pk]


def test_withdrawn_products_and_rejected_suppliers_are_not_matched(buyer: User) -> None:
    need = posted_need(buyer)
    offer(published=False)
    offer(company=make_company(verification=Verification.REJECTED))
    assert answer(need).eligible == 0


def test_a_price_that_the_buyer_may_not_read_does_not_rank(buyer: User) -> None:
    need = posted_need(buyer)
    cheap = offer(price=1000, price_audience=Audience.ON_REQUEST)
    dear = offer(price=999_000, price_audience=Audience.ON_REQUEST)
    found = answer(need)
    scores = {r.product_id: r.score for r in found.ranked}
    assert scores[cheap.pk] == scores[dear.pk]


def test_an_unverified_buyer_ranks_without_prices_for_verified_buyers(buyer: User) -> None:
    need = posted_need(buyer)
    offer(price=1000)
    company = need.company
    company.verification = Verification.PENDING
    company.save(update_fields=["verification"])
    found = answer(need)
    assert found.supply is not None
    assert np.isnan(found.supply.price).all()


def test_law_of_the_market_excludes_and_a_doubtful_case_is_to_check(buyer: User) -> None:
    market = make_market("cn", kind="export")
    make_requirement(market, "gacc_registration", note="all food makers")
    make_requirement(market, "halal_gcc", note="only in some cases")
    make_requirement(market, "eudr_geolocation", effective_from=timezone.localdate() + timedelta(days=30))
    make_requirement(market, "iso_9001", basis="buyer_habit")
    need = posted_need(buyer)
    offer()
    registered = offer()
    certify(registered.company, "gacc_registration")
    assert answer(need).eligible == 2
    need.market = market
    need.save(update_fields=["market"])
    found = answer(need)
    assert names(found) == [registered.pk]
    assert found.asked is not None
    assert {c.scheme for c in found.asked.to_check} == {"halal_gcc", "eudr_geolocation"}
    assert found.asked.habits == ("iso_9001",)


def test_a_lapse_within_the_months_is_told(buyer: User) -> None:
    need = posted_need(buyer)
    product = offer(haccp=False)
    certify(product.company, valid_to=last_day(the_months()[1]))
    found = answer(need)
    told = [f.values for f in found.facts(found.ranked[0]) if f.key == "certificate_ends"]
    assert told[0]["place"] == 2
    assert told[0]["of"] == 5


def test_queries_do_not_depend_on_the_number_of_products(buyer: User) -> None:
    need = posted_need(buyer)
    offer()
    with CaptureQueriesContext(connection) as one:
        answer(need)
    offer()
    offer(kilograms=None)
    with CaptureQueriesContext(connection) as three:
        answer(need)
    assert len(one) == len(three)


def test_json_of_the_command_sums_and_names_its_model(buyer: User) -> None:
    need = posted_need(buyer)
    offer()
    offer(haccp=False)
    for key in (str(need.pk), need.number):
        out = StringIO()
        call_command("match", key, "--json", "--top", "5", stdout=out)
        found = json.loads(out.getvalue())
        line = found["lines"][0]
        assert (line["eligible"], line["model_version"], found["need"]["number"]) == (1, "prior", need.number)
        ranked = line["ranked"][0]
        assert sum(ranked["contributions"].values()) == pytest.approx(ranked["score"], abs=1e-9)
        assert list(ranked["coverage_by_month"].values()) == [500.0] * 5
        assert [e["in_sequence"] for e in line["excluded"] if e["reason"] == "certificate"] == [1]


def test_command_says_in_words_why(buyer: User) -> None:
    need = posted_need(buyer)
    offer("HTX Bến Sông")
    out = StringIO()
    call_command("match", need.number, stdout=out)
    assert "HTX Bến Sông" in out.getvalue()
    assert "Covers all 5 months in full" in out.getvalue()


def test_command_refuses_an_unknown_need() -> None:
    with pytest.raises(CommandError, match="no need"):
        call_command("match", "NM-1999-0001", stdout=StringIO())


def test_draft_count_says_what_each_requirement_costs(buyer: User) -> None:
    offer()
    offer(haccp=False)
    found = count_for_draft(
        {"product_words": "long nhãn", "required_certificates": ["haccp_codex"], "unit": "KGM"}
    )
    assert found is not None
    assert found.remaining == 1
    assert {c.code: c.only for c in found.criteria}["certificate"] == 1
    assert count_for_draft({"product_words": ""}) is None


def test_supplier_sees_fitting_needs_and_what_is_missing(buyer: User, supplier: User) -> None:
    company = supplier.memberships.get().company
    offer(company=company, haccp=False)
    need = posted_need(buyer)
    rows = needs_that_fit(company=company, user=supplier)
    assert [(r.line.need_id, [m.code for m in r.missing]) for r in rows] == [(need.pk, ["certificate"])]
    certify(company)
    assert [r.missing for r in needs_that_fit(company=company, user=supplier)] == [[]]


def test_supplier_sees_no_need_that_is_not_shown_to_it(buyer: User, supplier: User) -> None:
    company = supplier.memberships.get().company
    offer(company=company)
    need = posted_need(buyer)
    need.visibility = Visibility.INVITED
    need.save(update_fields=["visibility"])
    assert needs_that_fit(company=company, user=supplier) == []


def test_ceiling_price_changes_nothing_that_a_supplier_sees(buyer: User, supplier: User) -> None:
    company = supplier.memberships.get().company
    offer(company=company, price=400_000)
    low = posted_need(buyer, ceiling_price=1000, ceiling_excludes=True)
    high = posted_need(buyer, ceiling_price=9_000_000, ceiling_excludes=True)
    rows = {
        r.line.need_id: (r.score, r.missing, r.facts) for r in needs_that_fit(company=company, user=supplier)
    }
    assert rows[low.pk] == rows[high.pk]


def test_fitting_needs_take_constant_queries(buyer: User, supplier: User) -> None:
    company = supplier.memberships.get().company
    offer(company=company)
    posted_need(buyer)
    needs_that_fit(company=company, user=supplier)  # the person's standing is read once and kept
    with CaptureQueriesContext(connection) as one:
        needs_that_fit(company=company, user=supplier)
    posted_need(buyer)
    posted_need(buyer)
    with CaptureQueriesContext(connection) as three:
        assert len(needs_that_fit(company=company, user=supplier)) == 3
    assert len(one) == len(three)


def test_line_of_world_is_the_first(buyer: User) -> None:
    assert line_of(posted_need(buyer)).product_words == "Long nhãn sấy"
