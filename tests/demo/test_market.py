"""The quick market keeps every invariant, is labelled, and lets the named cast sign in."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from companies.models import Certification, Company, MonthlyCapacity, Product, User
from companies.services.ratings import refresh_stars
from demo.cast import PASSWORD
from demo.check import MarketBroken, check_market, violations
from demo.market import Loaded, MarketPresent, load_quick_market, remove_market
from demo.signins import ROLES, sample_need, signins
from matching.engine.features import NAMES
from matching.history import past_candidates
from matching.models import Match
from tenders.models import Invitation, NeedCertificate, SourcingNeed
from tenders.services.lines import fill_market
from tests.factories.people import make_company

pytestmark = pytest.mark.django_db


def test_check_market_finds_nothing_in_a_fresh_market(market: Loaded) -> None:
    assert violations() == {}
    out = StringIO()
    call_command("check_market", stdout=out)
    assert "hold" in out.getvalue()


def test_load_quick_market_writes_the_sizes_that_were_asked_for(market: Loaded) -> None:
    assert Company.objects.filter(sells=True).count() == 300
    assert Product.objects.count() == 600
    assert SourcingNeed.objects.count() == 60
    assert Company.objects.filter(agency_level="province").count() == 34
    assert Company.objects.filter(agency_level="central").count() == 1


def test_refresh_stars_changes_nothing_in_a_fresh_market(market: Loaded) -> None:
    assert refresh_stars() == 0


PLANTED = {
    "products whose stars are not those of their ratings": """
        UPDATE companies_product SET stars = 5 WHERE id = (SELECT id FROM companies_product WHERE stars = 3 LIMIT 1)""",
    "products not labelled as simulated": """
        UPDATE companies_product SET is_simulated = false WHERE id = (SELECT id FROM companies_product LIMIT 1)""",
    "people not labelled as simulated": """
        UPDATE companies_user SET is_simulated = false WHERE id = (SELECT id FROM companies_user LIMIT 1)""",
    "need lines without months": """
        DELETE FROM tenders_needmonth WHERE line_id = (SELECT line_id FROM tenders_needmonth LIMIT 1)""",
    "companies in a commune of another province": """
        UPDATE companies_company SET province_id = CASE province_id WHEN '01' THEN '04' ELSE '01' END
         WHERE id = (SELECT id FROM companies_company WHERE sells AND commune_id IS NOT NULL LIMIT 1)""",
    "confirmed ratings that another than the issuing level or staff confirmed": """
        UPDATE companies_starrating SET confirmed_by_id = (
               SELECT id FROM companies_user WHERE email = 'lan@mayxanh.example')
         WHERE id = (SELECT id FROM companies_starrating WHERE status = 'confirmed' LIMIT 1)""",
    "confirmed ratings without decision, date or the person who confirmed": """
        UPDATE companies_starrating SET confirmed_by_id = NULL
         WHERE id = (SELECT id FROM companies_starrating WHERE status = 'confirmed' LIMIT 1)""",
    "ratings whose points lie outside their stars": """
        UPDATE companies_starrating SET points = 99
         WHERE id = (SELECT id FROM companies_starrating WHERE stars = 3 LIMIT 1)""",
    "certificates of a product that is another company's": """
        UPDATE companies_certification
           SET product_id = (SELECT id FROM companies_product p WHERE p.company_id <> z.company_id LIMIT 1)
          FROM (SELECT id, company_id FROM companies_certification LIMIT 1) z
         WHERE companies_certification.id = z.id""",
    "months whose reserved or bound is not the sum of the commitments": """
        UPDATE companies_monthlycapacity SET bound = 1 WHERE id = (
            SELECT id FROM companies_monthlycapacity WHERE bound = 0 AND stated > 1 LIMIT 1)""",
    "companies with a share on time but no deliveries": """
        UPDATE companies_company SET deliveries_count = 0
         WHERE id = (SELECT id FROM companies_company WHERE deliveries_count > 0 LIMIT 1)""",
    "GTINs with a wrong check digit": """
        UPDATE companies_product SET gtin = '9520000000001' WHERE id = (SELECT id FROM companies_product LIMIT 1)""",
    "agencies that trade, or have no level or no mandate": """
        DELETE FROM companies_company_mandate
         WHERE company_id = (SELECT id FROM companies_company WHERE agency_level = 'central')""",
    "outcomes known before the match was shown, or in the future": """
        UPDATE matching_match SET label_at = now() + interval '9 days' WHERE id = (
            SELECT id FROM matching_match WHERE label > 0 LIMIT 1)""",
    "lines on which two matches were shown at one rank": """
        UPDATE matching_match SET rank_shown = 1
         WHERE id = (SELECT id FROM matching_match WHERE rank_shown = 2 LIMIT 1)""",
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_violations_tells_what_was_planted(market: Loaded, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE companies_monthlycapacity DISABLE TRIGGER USER"
        )  # the ledger guards itself
        cursor.execute(PLANTED[name])
        assert cursor.rowcount > 0
    assert name in violations()
    with pytest.raises(MarketBroken, match=name[:30]):
        check_market()
    with pytest.raises(CommandError):
        call_command("check_market", stderr=StringIO())


def test_load_refuses_a_database_that_has_companies(market: Loaded) -> None:
    with pytest.raises(MarketPresent):
        load_quick_market()
    with pytest.raises(CommandError, match="--replace"):
        call_command("load_demo", "--quick", verbosity=0)


def test_remove_market_never_removes_a_real_company(market: Loaded) -> None:
    make_company(code="a-real-one", name_vi="HTX Có Thật")
    with pytest.raises(MarketPresent, match="not simulated"):
        remove_market()
    assert Company.objects.filter(code="a-real-one").exists()


def test_remove_market_never_removes_a_real_person(market: Loaded) -> None:
    User.objects.create_user(email="someone@real.example", password=None)
    with pytest.raises(MarketPresent, match="not simulated"):
        remove_market()


def test_signins_hold_one_per_role_and_open_the_door(market: Loaded) -> None:
    assert [row.role for row in signins()] == [role for role, _ in ROLES]
    for row in signins():
        assert Client().login(username=row.email, password=PASSWORD), row
    assert Client().login(username="0900000001", password=PASSWORD)
    out = StringIO()
    call_command("demo_signins", stdout=out)
    assert "lan@mayxanh.example" in out.getvalue()
    assert PASSWORD in out.getvalue()


def test_only_the_named_cast_has_a_usable_password(market: Loaded) -> None:
    usable = {user.email for user in User.objects.all() if user.has_usable_password()}
    assert usable == {email for _, email in ROLES} | {"rival@buyer.example", "rival@supplier.example"}


def test_no_simulated_person_has_a_phone_that_could_be_somebodys(market: Loaded) -> None:
    phones = set(User.objects.exclude(phone=None).values_list("phone", flat=True))
    assert phones == {"+84900000001", "+84900000003"}
    assert not User.objects.exclude(email__endswith=".example").exists()
    assert not Company.objects.exclude(email="").exclude(email__endswith=".example").exists()


def test_sample_need_asks_two_tonnes_a_month_and_tells_growers_apart(market: Loaded) -> None:
    need = sample_need()
    assert need is not None
    assert need.number == market.sample_need
    line = need.lines.get()
    assert [float(q) for q in line.quantities.values()] == [2000.0] * 5
    assert [month.month for month in line.quantities] == [8, 9, 10, 11, 12]
    assert [
        (c.scheme_id, c.or_equivalent) for c in line.certificates.filter(level="required", from_market=False)
    ] == [("haccp_codex", True)]
    found = next(iter(past_candidates([line])))
    eligible = set(Company.objects.filter(pk__in=found.company_ids).values_list("code", flat=True))
    assert {"htx-ben-song", "htx-do-xua", "htx-ban-may", "cong-ty-nang-dong", "htx-cau-gio"} <= eligible
    assert not {"htx-san-vang", "htx-lang-am", "ho-tam-hien"} & eligible
    best = found.company_ids[int(found.prior_score.argmax())]
    assert Company.objects.get(pk=best).code in {"htx-ben-song", "cong-ty-doi-thinh", "htx-ban-may"}


def test_demo_need_prints_the_number_of_the_sample_need(market: Loaded) -> None:
    out = StringIO()
    call_command("demo_need", stdout=out)
    assert out.getvalue().strip() == market.sample_need


def test_ben_song_covers_most_and_lacks_some_in_november(market: Loaded) -> None:
    product = Product.objects.get(
        company__code="htx-ben-song", product_words="", name_vi__startswith="Long nhãn sấy"
    )
    year = sample_need().lines.get().months.latest("month").month.year  # type: ignore[union-attr]
    stated = dict(MonthlyCapacity.objects.filter(product=product).values_list("month", "stated"))
    months = [float(stated[month]) for month in sorted(stated) if month.year == year and month.month >= 8]
    assert months == [2400, 2200, 2000, 1600, 1600]
    held = Certification.objects.filter(company=product.company, status="confirmed")
    assert {"haccp_codex", "iso_22000"} <= set(held.values_list("scheme_id", flat=True))
    assert (product.stars, product.stars_confirmed) == (5, True)


def test_ben_song_finds_an_invitation_to_answer(market: Loaded) -> None:
    invitation = Invitation.objects.get(company__code="htx-ben-song")
    assert (invitation.status, invitation.need.company.code) == ("sent", "sieu-thi-phien-cho")
    assert invitation.link is not None
    assert invitation.link.expires_at == invitation.need.quote_deadline
    assert invitation.product is not None and invitation.product.company == invitation.company


def test_open_needs_hold_what_their_market_demands_by_law(market: Loaded) -> None:
    for need in SourcingNeed.objects.filter(status="published", market__isnull=False):
        before = set(
            NeedCertificate.objects.filter(line__need=need).values_list("line_id", "scheme_id", "from_market")
        )
        fill_market(need=need)
        after = set(
            NeedCertificate.objects.filter(line__need=need).values_list("line_id", "scheme_id", "from_market")
        )
        assert after == before


def test_past_matches_hold_features_and_outcomes_of_their_moment(market: Loaded) -> None:
    rows = list(Match.objects.select_related("line__need"))
    assert len(rows) > 300
    assert all(set(row.features) == set(NAMES) for row in rows)
    assert {row.label for row in rows} >= {0, 1, 3}
    assert all(row.line.need.status == "closed" for row in rows)
    assert all(row.shown_at > row.line.need.published_at for row in rows)
    days = [row.shown_at for row in rows]
    assert (max(days) - min(days)).days > 400
    by_line: dict[object, list[int]] = {}
    for row in rows:
        by_line.setdefault(row.line_id, []).append(row.rank_shown)
    assert all(sorted(ranks) == list(range(1, len(ranks) + 1)) for ranks in by_line.values())
