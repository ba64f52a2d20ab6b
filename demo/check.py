"""The invariants that services keep, counted in the database after a bulk load. Raises with words."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

# What must not be there -> a query that counts it. `%(today)s` is today in Vietnam.
VIOLATIONS: dict[str, str] = {
    "products without a unit, a name or a company that sells": """
        SELECT count(*) FROM companies_product p JOIN companies_company c ON c.id = p.company_id
         WHERE p.unit_id IS NULL OR p.name_vi = '' OR NOT c.sells OR c.kind = 'agency'""",
    "products whose HS code or set is not in the reference data": """
        SELECT count(*) FROM companies_product p
          LEFT JOIN companies_hscode h ON h.code = p.hs_id LEFT JOIN companies_productset s ON s.code = p.product_set_id
         WHERE (p.hs_id IS NOT NULL AND h.code IS NULL) OR (p.product_set_id IS NOT NULL AND s.code IS NULL)""",
    "products of which price or minimum order is not positive": """
        SELECT count(*) FROM companies_product WHERE price <= 0 OR min_order <= 0""",
    "products whose search text or sort key is empty": """
        SELECT count(*) FROM companies_product WHERE search = '' OR sort_key = ''""",
    "products whose stars are not those of their ratings": """
        SELECT count(*) FROM companies_product p
          LEFT JOIN (SELECT DISTINCT ON (product_id) product_id, stars, status = 'confirmed' AS confirmed, valid_until
                       FROM companies_starrating WHERE status <> 'rejected'
                      ORDER BY product_id, (valid_until IS NULL OR valid_until >= %(today)s) DESC,
                               (status = 'confirmed') DESC, issued_on DESC NULLS LAST, created_at DESC) best
            ON best.product_id = p.id
         WHERE (p.stars, p.stars_confirmed, p.stars_valid_until)
               IS DISTINCT FROM (best.stars, COALESCE(best.confirmed, false), best.valid_until)""",
    "confirmed ratings without decision, date or the person who confirmed": """
        SELECT count(*) FROM companies_starrating WHERE status = 'confirmed'
           AND (decision_number = '' OR issued_on IS NULL OR confirmed_at IS NULL OR confirmed_by_id IS NULL)""",
    "confirmed ratings that another than the issuing level or staff confirmed": """
        SELECT count(*) FROM companies_starrating r JOIN companies_product p ON p.id = r.product_id
          JOIN companies_company c ON c.id = p.company_id JOIN companies_user u ON u.id = r.confirmed_by_id
         WHERE r.status = 'confirmed' AND NOT u.is_staff AND NOT EXISTS (
               SELECT 1 FROM companies_membership m JOIN companies_company a ON a.id = m.company_id
                 LEFT JOIN companies_company_mandate d ON d.company_id = a.id AND d.province_id = c.province_id
                WHERE m.user_id = u.id AND a.kind = 'agency'
                  AND CASE WHEN r.stars = 5 THEN a.agency_level = 'central' ELSE d.id IS NOT NULL END)""",
    "ratings whose points lie outside their stars": """
        SELECT count(*) FROM companies_starrating WHERE points IS NOT NULL
           AND NOT (CASE stars WHEN 3 THEN points >= 50 AND points < 70 WHEN 4 THEN points >= 70 AND points < 90
                    ELSE points >= 90 END)""",
    "certificates of a product that is another company's": """
        SELECT count(*) FROM companies_certification z JOIN companies_product p ON p.id = z.product_id
         WHERE p.company_id <> z.company_id""",
    "certificates counted as confirmed that nobody checked": """
        SELECT count(*) FROM companies_certification
         WHERE status = 'confirmed' AND (checked_at IS NULL OR checked_by_id IS NULL)""",
    "months of capacity that are not the first of a month": """
        SELECT count(*) FROM companies_monthlycapacity WHERE month <> date_trunc('month', month)""",
    "months of which more is promised than stated": """
        SELECT count(*) FROM companies_monthlycapacity WHERE reserved + bound > stated OR stated < 0""",
    "months whose reserved or bound is not the sum of the commitments": """
        SELECT count(*) FROM (
            SELECT COALESCE(m.reserved, 0) AS reserved, COALESCE(m.bound, 0) AS bound,
                   COALESCE(c.reserved, 0) AS promised_reserved, COALESCE(c.bound, 0) AS promised_bound
              FROM companies_monthlycapacity m
              FULL JOIN (SELECT product_id, month, sum(quantity) FILTER (WHERE state = 'reserved') AS reserved,
                                sum(quantity) FILTER (WHERE state = 'bound') AS bound
                           FROM companies_commitment WHERE state <> 'released' GROUP BY product_id, month) c
                ON c.product_id = m.product_id AND c.month = m.month) s
         WHERE reserved <> promised_reserved OR bound <> promised_bound""",
    "agencies that trade, or have no level or no mandate": """
        SELECT count(*) FROM companies_company c WHERE kind = 'agency' AND (sells OR buys OR agency_level = ''
           OR NOT EXISTS (SELECT 1 FROM companies_company_mandate m WHERE m.company_id = c.id))""",
    "provinces without an agency": """
        SELECT count(*) FROM companies_province p WHERE NOT EXISTS (
               SELECT 1 FROM companies_company_mandate m JOIN companies_company c ON c.id = m.company_id
                WHERE m.province_id = p.code AND c.agency_level = 'province')""",
    "companies in a commune of another province": """
        SELECT count(*) FROM companies_company c JOIN companies_commune k ON k.code = c.commune_id
         WHERE k.province_id <> c.province_id""",
    "companies with a share on time but no deliveries": """
        SELECT count(*) FROM companies_company WHERE (deliveries_count = 0) <> (on_time_in_full IS NULL)""",
    "GTINs with a wrong check digit": """
        SELECT count(*) FROM companies_product WHERE gtin <> '' AND (gtin !~ '^[0-9]{13}$' OR (
               SELECT sum(substr(gtin, i, 1)::int * CASE WHEN i %% 2 = 0 THEN 3 ELSE 1 END)
                 FROM generate_series(1, 13) i) %% 10 <> 0)""",
    "need lines without months": """
        SELECT count(*) FROM tenders_needline l
         WHERE NOT EXISTS (SELECT 1 FROM tenders_needmonth m WHERE m.line_id = l.id)""",
    "need lines that name neither product words, HS code nor set": """
        SELECT count(*) FROM tenders_needline WHERE product_words = '' AND hs_id IS NULL AND product_set_id IS NULL""",
    "needs without lines, or of a company that does not buy": """
        SELECT count(*) FROM tenders_sourcingneed n JOIN companies_company c ON c.id = n.company_id
         WHERE NOT c.buys OR NOT EXISTS (SELECT 1 FROM tenders_needline l WHERE l.need_id = n.id)""",
    "published needs without the instant, or closed before they were published": """
        SELECT count(*) FROM tenders_sourcingneed
         WHERE (status IN ('published', 'closed') AND published_at IS NULL)
            OR (status = 'closed' AND (closed_at IS NULL OR closed_at < published_at))""",
    "matches of a buyer's own products": """
        SELECT count(*) FROM matching_match m JOIN tenders_needline l ON l.id = m.line_id
          JOIN tenders_sourcingneed n ON n.id = l.need_id JOIN companies_product p ON p.id = m.product_id
         WHERE p.company_id = n.company_id""",
    "outcomes known before the match was shown, or in the future": """
        SELECT count(*) FROM matching_match WHERE label IS NOT NULL
           AND (label_at IS NULL OR label_at < shown_at OR label_at > now() + interval '1 day')""",
    "lines on which two matches were shown at one rank": """
        SELECT count(*) FROM (SELECT 1 FROM matching_match WHERE rank_shown IS NOT NULL
          GROUP BY line_id, rank_shown HAVING count(*) > 1) s""",
}  # fmt: skip

UNLABELLED: dict[str, str] = {
    "companies not labelled as simulated": "SELECT count(*) FROM companies_company WHERE NOT is_simulated",
    "products not labelled as simulated": "SELECT count(*) FROM companies_product WHERE NOT is_simulated",
    "certificates not labelled as simulated": "SELECT count(*) FROM companies_certification WHERE NOT is_simulated",
    "people not labelled as simulated": "SELECT count(*) FROM companies_user WHERE NOT is_simulated",
    "needs not labelled as simulated": "SELECT count(*) FROM tenders_sourcingneed WHERE NOT is_simulated",
}


class MarketBroken(Exception):
    """Some invariant does not hold; the message names each with its count."""


def violations(*, only_simulated: bool = True) -> dict[str, int]:
    """What breaks an invariant, with its count.

    Args:
        only_simulated: also count what is not labelled as simulated; False for a market that real users have joined.
    """
    queries = VIOLATIONS | (UNLABELLED if only_simulated else {})
    found = {}
    with connection.cursor() as cursor:
        for name, query in queries.items():
            cursor.execute(query, {"today": timezone.localdate()})
            count = int(cursor.fetchone()[0])
            if count:
                found[name] = count
    return found


def check_market(*, only_simulated: bool = True) -> None:
    """Raise `MarketBroken` with words unless every invariant holds."""
    found = violations(only_simulated=only_simulated)
    if found:
        raise MarketBroken("; ".join(f"{count} {name}" for name, count in found.items()))
