"""Star ratings: who may confirm what, and which rating a product shows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from companies.enums import Verification
from companies.models import OcopRuleVersion, StarRating
from companies.services import ratings
from core.errors import DomainError
from core.models import Event
from tests.factories.people import make_agency, make_company, make_member, make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules_2026() -> OcopRuleVersion:
    bands = [
        {"star": 5, "min": 90, "max": 100, "max_inclusive": True, "issuing_level": "central"},
        {"star": 4, "min": 70, "max": 90, "max_inclusive": False, "issuing_level": "province"},
        {"star": 3, "min": 50, "max": 70, "max_inclusive": False, "issuing_level": "province"},
    ]
    return OcopRuleVersion.objects.create(
        code="test_2026",
        decision="26/2026/QĐ-TTg",
        effective_from=date(2026, 1, 1),
        rules={"star_bands": bands},
    )


@pytest.fixture
def product():
    return make_product(make_company(province="33"))


def entered(product, *, stars=4, **fields):
    """A rating as the supplier itself entered it."""
    owner = make_member(product.company)
    defaults = {
        "decision_number": "12/QĐ-UBND",
        "issued_on": date(2026, 3, 1),
        "valid_until": date(2029, 3, 1),
    }
    return ratings.record_rating(
        product=product, actor=owner, listed_by=product.company, stars=stars, **{**defaults, **fields}
    )


def test_a_suppliers_own_word_counts_as_unverified(product):
    rating = entered(product)
    product.refresh_from_db()
    assert (rating.status, product.stars, product.stars_confirmed) == (Verification.PENDING, 4, False)


def test_the_provinces_agency_confirms_four_stars(product):
    rating = ratings.confirm_rating(rating=entered(product), actor=make_member(make_agency("33")))
    product.refresh_from_db()
    assert rating.status == Verification.CONFIRMED
    assert (product.stars, product.stars_confirmed, product.stars_valid_until) == (4, True, date(2029, 3, 1))


@pytest.mark.parametrize("stars", [4, 5])
def test_an_agency_of_another_province_confirms_nothing(product, stars):
    rating = entered(product, stars=stars)
    with pytest.raises(DomainError) as refusal:
        ratings.confirm_rating(rating=rating, actor=make_member(make_agency("66")))
    assert refusal.value.code == "forbidden"
    assert StarRating.objects.get(pk=rating.pk).status == Verification.PENDING


def test_a_province_does_not_confirm_five_stars(product):
    with pytest.raises(DomainError) as refusal:
        ratings.confirm_rating(rating=entered(product, stars=5), actor=make_member(make_agency("33")))
    assert refusal.value.code == "forbidden"


def test_the_ministry_confirms_five_stars_and_no_others(product):
    ministry = make_member(make_agency(None))
    five, four = entered(product, stars=5), entered(product, stars=4)
    assert ratings.confirm_rating(rating=five, actor=ministry).status == Verification.CONFIRMED
    with pytest.raises(DomainError) as refusal:
        ratings.confirm_rating(rating=four, actor=ministry)
    assert refusal.value.code == "forbidden"


def test_a_viewer_of_the_agency_confirms_nothing(product):
    rating = entered(product)
    with pytest.raises(DomainError):
        ratings.confirm_rating(rating=rating, actor=make_member(make_agency("33"), role="viewer"))


def test_the_supplier_does_not_confirm_its_own_rating(product):
    rating = entered(product)
    with pytest.raises(DomainError):
        ratings.confirm_rating(rating=rating, actor=make_member(product.company))


def test_a_rating_without_decision_cannot_be_confirmed(product):
    rating = entered(product, decision_number="", issued_on=None, valid_until=None)
    with pytest.raises(DomainError) as refusal:
        ratings.confirm_rating(rating=rating, actor=make_user(is_staff=True))
    assert set(refusal.value.fields) == {"decision_number", "issued_on"}


def test_points_must_fit_the_stars(product, rules_2026):
    with pytest.raises(DomainError) as refusal:
        entered(product, stars=4, points=Decimal("69.5"))
    assert refusal.value.code == "points-do-not-fit"
    assert entered(product, stars=4, points=Decimal(70)).rule_version == rules_2026


def test_the_rules_in_force_on_the_day_of_issue_hold(rules_2026):
    rules_2026.effective_to = date(2026, 12, 31)
    rules_2026.save()
    assert ratings.rule_version_on(date(2026, 12, 31)) == rules_2026
    assert ratings.rule_version_on(date(2027, 1, 1)) is None


def test_a_refused_rating_counts_no_more_and_needs_a_reason(product):
    rating, agency = entered(product), make_member(make_agency("33"))
    with pytest.raises(DomainError) as refusal:
        ratings.reject_rating(rating=rating, actor=agency, note=" ")
    assert refusal.value.code == "reason-missing"
    ratings.reject_rating(rating=rating, actor=agency, note="Không có trong quyết định")
    product.refresh_from_db()
    assert product.stars is None


def test_a_corrected_rating_waits_again(product):
    rating = ratings.confirm_rating(rating=entered(product), actor=make_member(make_agency("33")))
    ratings.correct_rating(rating=rating, actor=make_member(product.company), stars=3)
    product.refresh_from_db()
    assert (product.stars, product.stars_confirmed) == (3, False)


def test_a_lapsed_rating_gives_way_to_a_valid_one(product):
    agency = make_member(make_agency("33"))
    ratings.confirm_rating(
        rating=entered(product, stars=4, issued_on=date(2022, 1, 1), valid_until=date(2025, 1, 1)),
        actor=agency,
    )
    ratings.confirm_rating(rating=entered(product, stars=3), actor=agency)
    product.refresh_from_db()
    assert product.stars == 3


def test_every_act_is_an_event(product):
    ratings.confirm_rating(rating=entered(product), actor=make_member(make_agency("33")))
    assert sorted(Event.objects.values_list("kind", flat=True)) == ["rating.confirmed", "rating.recorded"]


def test_history_has_a_row_for_each_change(product):
    rating = ratings.confirm_rating(rating=entered(product), actor=make_member(make_agency("33")))
    model = StarRating.pgh_event_model
    assert list(
        model.objects.filter(pgh_obj_id=rating.pk).order_by("pgh_id").values_list("status", flat=True)
    ) == [
        "pending",
        "confirmed",
    ]


def test_the_nightly_run_gives_way_to_a_valid_rating_when_one_lapses(product):
    from companies import tasks

    agency = make_member(make_agency("33"))
    today = timezone.localdate()
    four = entered(product, stars=4, issued_on=today - timedelta(days=900), valid_until=today)
    ratings.confirm_rating(
        rating=entered(product, stars=3, issued_on=today - timedelta(days=950)), actor=agency
    )
    ratings.confirm_rating(rating=four, actor=agency)
    StarRating.objects.filter(pk=four.pk).update(valid_until=today - timedelta(days=1))
    assert tasks.refresh_stars() == 1
    product.refresh_from_db()
    assert product.stars == 3


def test_the_agency_completes_what_the_list_leaves_out_while_confirming(product, client):
    rating = entered(product, decision_number="", issued_on=None, valid_until=None)
    client.force_login(make_member(make_agency("33")))
    address = f"/verification/ratings/{rating.pk}/"
    assert client.post(address, {"decision": "confirm"}).status_code == 422
    answer = {"decision": "confirm", "decision_number": "9/QĐ-UBND", "issued_on": "2026-05-01"}
    assert client.post(address, answer).status_code == 302
    rating.refresh_from_db()
    assert (rating.status, rating.decision_number, rating.issued_on) == (
        "confirmed",
        "9/QĐ-UBND",
        date(2026, 5, 1),
    )
