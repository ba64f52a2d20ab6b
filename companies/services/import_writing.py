"""Writes the staged rows with one statement a table. What a sheet leaves empty never erases what is there."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pgtrigger
from django.apps import apps

from companies.models import StarRating
from companies.services.import_scope import Scope
from companies.services.ratings import refresh_stars

# A company with members keeps its own word: somebody else's list only fills what it left empty.
_KEPT = "EXISTS (SELECT 1 FROM companies_membership m WHERE m.company_id = {} AND m.revoked_at IS NULL)"


def write_stage(cursor: Any, scope: Scope, *, today: date) -> tuple[int, int]:
    """Write companies, products, ratings, capacity and certificates of the staged rows.

    Runs inside the caller's transaction, after companies and products were resolved.

    Returns:
        How many products were created, and how many existing ones something changed for.
    """
    params = {
        "lister": scope.company.pk if scope.company else None,
        "actor": scope.actor.pk if scope.actor else None,
        "own": scope.is_own,
        "today": today,
    }
    # Every trigger asks for this setting and catches an exception where it was never set: set, it costs a third.
    cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
    if not scope.is_own:
        cursor.execute(_INSERT_COMPANIES, params)
        cursor.execute(_UPDATE_COMPANIES, params)
    cursor.execute(_INSERT_PRODUCTS, params)
    cursor.execute(_UPDATE_PRODUCTS, params)
    cursor.execute("INSERT INTO import_touched SELECT product_id, true FROM import_stage WHERE is_new"
                   " ON CONFLICT (product_id) DO UPDATE SET is_new = true")  # fmt: skip
    _refresh_statistics(cursor, "companies_company", "companies_product")
    cursor.execute(_MATCH_RATINGS, params)
    cursor.execute(_UPDATE_RATINGS, params)
    _insert_ratings(cursor, params)
    _refresh_statistics(cursor, "companies_starrating")
    for statement in (*_CAPACITY, _CERTIFICATES):
        cursor.execute(statement, params)
    cursor.execute("SELECT product_id FROM import_touched")
    touched = [row[0] for row in cursor.fetchall()]
    if touched:
        refresh_stars(products=touched, today=today)
    cursor.execute(
        "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM import_touched"
    )
    created, updated = cursor.fetchone()
    return int(created), int(updated)


def _refresh_statistics(cursor: Any, *tables: str) -> None:
    """After many new rows: the planner would still take the tables for small, and scan them once for every row."""
    cursor.execute("SELECT count(*) > 500 FROM import_stage WHERE is_new")
    if cursor.fetchone()[0]:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _insert_ratings(cursor: Any, params: dict[str, Any]) -> None:
    """Add the new ratings, and their history rows by one statement: the trigger's cost 0.3 ms each."""
    event = apps.get_model("companies", "StarRatingEvent")
    kept = {field.column for field in event._meta.concrete_fields}
    columns = ", ".join(
        str(field.column) for field in StarRating._meta.concrete_fields if field.column in kept
    )
    (_, trigger), *_rest = pgtrigger.registered("companies.StarRating:insert_insert")
    cursor.execute(
        "SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{trigger.get_pgid(cast(Any, StarRating))}}}"]
    )
    cursor.execute(_INSERT_RATINGS, params)
    cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
    table = event._meta.db_table
    history = f"""
        INSERT INTO {table} (pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id, {columns})
        SELECT now(), 'insert', id, (SELECT _pgh_attach_context()), {columns} FROM companies_starrating
         WHERE id IN (SELECT new_id FROM import_rating WHERE rating_id IS NULL)"""  # noqa: S608 - columns' names
    cursor.execute(history)


_INSERT_COMPANIES = """
INSERT INTO companies_company (id, created_at, updated_at, code, kind, name_vi, name_en, tax_code, sells, buys,
    province_id, commune_id, address, phone, email, website, story_vi, story_en, verification, listed_by_id,
    agency_level, is_simulated, deliveries_count, sort_key)
SELECT DISTINCT ON (c.company_id) c.company_id, now(), now(), c.code, s.kind, s.producer, '',
       max(s.tax_code) OVER (PARTITION BY s.company_id), true, false,
       s.province, s.commune, s.address, s.phone, s.email, s.website, '', '', 'listed', %(lister)s, '', false, 0,
       c.sort_key
  FROM import_company c JOIN import_stage s ON s.company_id = c.company_id
 WHERE c.is_new
 ORDER BY c.company_id, (s.commune IS NULL), (s.address = ''), s.n
"""

# The first row that tells something new counts; blanks never overwrite.
_UPDATE_COMPANIES = f"""
WITH told AS (
    SELECT DISTINCT ON (s.company_id) s.company_id, s.product_id,
           first_value(s.commune) OVER (PARTITION BY s.company_id ORDER BY (s.commune IS NULL), s.n) AS commune,
           first_value(s.address) OVER (PARTITION BY s.company_id ORDER BY (s.address = ''), s.n) AS address,
           first_value(s.phone) OVER (PARTITION BY s.company_id ORDER BY (s.phone = ''), s.n) AS phone,
           first_value(s.email) OVER (PARTITION BY s.company_id ORDER BY (s.email = ''), s.n) AS email,
           first_value(s.website) OVER (PARTITION BY s.company_id ORDER BY (s.website = ''), s.n) AS website,
           first_value(s.tax_code) OVER (PARTITION BY s.company_id ORDER BY (s.tax_code = ''), s.n) AS tax_code
      FROM import_stage s
     ORDER BY s.company_id, s.n
), next AS (
    SELECT c.id, told.product_id,
           CASE WHEN c.commune_id IS NULL AND p.province_id = c.province_id THEN p.code
                ELSE c.commune_id END AS commune,
           CASE WHEN c.address = '' THEN told.address ELSE c.address END AS address,
           CASE WHEN c.tax_code = '' THEN told.tax_code ELSE c.tax_code END AS tax_code,
           CASE WHEN told.phone <> '' AND (c.phone = '' OR NOT {_KEPT.format("c.id")}) THEN told.phone
                ELSE c.phone END AS phone,
           CASE WHEN told.email <> '' AND (c.email = '' OR NOT {_KEPT.format("c.id")}) THEN told.email
                ELSE c.email END AS email,
           CASE WHEN told.website <> '' AND (c.website = '' OR NOT {_KEPT.format("c.id")}) THEN told.website
                ELSE c.website END AS website
      FROM companies_company c JOIN told ON told.company_id = c.id
      LEFT JOIN companies_commune p ON p.code = told.commune
     WHERE c.id NOT IN (SELECT company_id FROM import_company WHERE is_new)
), changed AS (
    UPDATE companies_company c
       SET commune_id = next.commune, address = next.address, tax_code = next.tax_code, phone = next.phone,
           email = next.email, website = next.website, sells = true, updated_at = now()
      FROM next
     WHERE next.id = c.id
       AND (c.commune_id, c.address, c.tax_code, c.phone, c.email, c.website, c.sells)
           IS DISTINCT FROM
           (next.commune, next.address, next.tax_code, next.phone, next.email, next.website, true)
    RETURNING next.product_id
)
INSERT INTO import_touched SELECT product_id, false FROM changed ON CONFLICT DO NOTHING
"""  # noqa: S608 - only the constant above is put in

_INSERT_PRODUCTS = """
INSERT INTO companies_product (id, created_at, updated_at, company_id, name_vi, name_en, product_set_id, set_confirmed,
    hs_id, product_words, unit_id, pack, pack_content, specification, gtin, shelf_life_days, min_order, lead_time_days,
    price, currency, price_audience, capacity_audience, markets, story_vi, story_en, published, source_text,
    is_simulated, stars_confirmed, sort_key)
SELECT s.product_id, now(), now(), s.company_id, s.product, s.product_en, p.code, s.set_confirmed,
       NULLIF(s.hs, ''), s.words, s.unit, s.pack, s.pack_content, '{}', s.gtin, s.shelf_life, s.min_order, s.lead_time,
       s.price, s.currency, 'verified_buyers', 'verified_buyers', '{}', s.story, s.story_en, true,
       CASE WHEN s.capacity_text = '' THEN s.source
            ELSE s.source || jsonb_build_object('capacity', s.capacity_text) END,
       false, false, s.product_sort
  FROM import_stage s LEFT JOIN companies_productset p ON p.number = s.set_number
 WHERE s.is_new
"""

# `takes`: whether the sheet's word replaces what is there (an unclaimed company's, or one's own).
# A price or minimum order counts in the product's unit; where the sheet states another unit, they are left alone.
_UPDATE_PRODUCTS = f"""
WITH next AS (
    SELECT p.id, takes, same_unit, becomes_unit,
           CASE WHEN s.product_en <> '' AND (takes OR p.name_en = '') THEN s.product_en ELSE p.name_en END AS name_en,
           CASE WHEN s.set_confirmed AND ps.code IS NOT NULL AND (takes OR p.product_set_id IS NULL) THEN ps.code
                ELSE COALESCE(p.product_set_id, ps.code) END AS product_set,
           CASE WHEN s.set_confirmed AND ps.code IS NOT NULL AND (takes OR p.product_set_id IS NULL) THEN true
                WHEN p.product_set_id IS NULL AND ps.code IS NOT NULL THEN false
                ELSE p.set_confirmed END AS set_confirmed,
           CASE WHEN s.hs <> '' AND (takes OR p.hs_id IS NULL) THEN s.hs ELSE p.hs_id END AS hs,
           CASE WHEN s.words <> '' AND (takes OR p.product_words = '') THEN s.words ELSE p.product_words END AS words,
           CASE WHEN becomes_unit THEN s.unit ELSE p.unit_id END AS unit,
           CASE WHEN s.pack <> '' AND (takes OR p.pack = '') THEN s.pack ELSE p.pack END AS pack,
           CASE WHEN s.pack_content IS NOT NULL AND (takes OR p.pack_content IS NULL) THEN s.pack_content
                ELSE p.pack_content END AS pack_content,
           CASE WHEN s.gtin <> '' AND (takes OR p.gtin = '') THEN s.gtin ELSE p.gtin END AS gtin,
           CASE WHEN s.shelf_life IS NOT NULL AND (takes OR p.shelf_life_days IS NULL) THEN s.shelf_life
                ELSE p.shelf_life_days END AS shelf_life,
           CASE WHEN s.lead_time IS NOT NULL AND (takes OR p.lead_time_days IS NULL) THEN s.lead_time
                ELSE p.lead_time_days END AS lead_time,
           CASE WHEN s.min_order IS NOT NULL AND same_unit AND (takes OR p.min_order IS NULL) THEN s.min_order
                ELSE p.min_order END AS min_order,
           CASE WHEN s.price IS NOT NULL AND same_unit AND (takes OR p.price IS NULL) THEN s.price
                ELSE p.price END AS price,
           CASE WHEN s.price IS NOT NULL AND same_unit AND (takes OR p.price IS NULL) THEN s.currency
                ELSE p.currency END AS currency,
           CASE WHEN s.story <> '' AND (takes OR p.story_vi = '') THEN s.story ELSE p.story_vi END AS story_vi,
           CASE WHEN s.story_en <> '' AND (takes OR p.story_en = '') THEN s.story_en ELSE p.story_en END AS story_en
      FROM import_stage s
      JOIN companies_product p ON p.id = s.product_id
      LEFT JOIN companies_productset ps ON ps.number = s.set_number
     CROSS JOIN LATERAL (SELECT %(own)s OR NOT {_KEPT.format("p.company_id")} AS takes) t
     CROSS JOIN LATERAL (
        SELECT s.unit_stated AND p.unit_id = 'C62' AND s.unit <> 'C62' AND p.price IS NULL AND p.min_order IS NULL
               AND NOT EXISTS (SELECT 1 FROM companies_monthlycapacity c WHERE c.product_id = p.id) AS becomes_unit) b
     CROSS JOIN LATERAL (SELECT b.becomes_unit OR NOT s.unit_stated OR s.unit = p.unit_id AS same_unit) u
     WHERE NOT s.is_new
), changed AS (
    UPDATE companies_product p
       SET name_en = next.name_en, product_set_id = next.product_set, set_confirmed = next.set_confirmed,
           hs_id = next.hs, product_words = next.words, unit_id = next.unit, pack = next.pack,
           pack_content = next.pack_content, gtin = next.gtin, shelf_life_days = next.shelf_life,
           lead_time_days = next.lead_time, min_order = next.min_order, price = next.price,
           currency = next.currency, story_vi = next.story_vi, story_en = next.story_en, updated_at = now()
      FROM next
     WHERE next.id = p.id
       AND (p.name_en, p.product_set_id, p.set_confirmed, p.hs_id, p.product_words, p.unit_id, p.pack, p.pack_content,
            p.gtin, p.shelf_life_days, p.lead_time_days, p.min_order, p.price, p.currency, p.story_vi, p.story_en)
           IS DISTINCT FROM
           (next.name_en, next.product_set, next.set_confirmed, next.hs, next.words, next.unit, next.pack,
            next.pack_content, next.gtin, next.shelf_life, next.lead_time, next.min_order, next.price, next.currency,
            next.story_vi, next.story_en)
    RETURNING p.id
)
INSERT INTO import_touched SELECT id, false FROM changed ON CONFLICT DO NOTHING
"""  # noqa: S608 - only the constant above is put in

# Each staged rating with the rating of the product that it repeats, if any: the same stars, and the same decision or
# none on either side; or, unconfirmed and from the same list before, the same decision with other stars.
_MATCH_RATINGS = """
CREATE TEMPORARY TABLE import_rating ON COMMIT DROP AS
SELECT s.n, s.product_id, s.stars, s.points, s.decision, s.issued_on, s.valid_until, s.confirmed, c.province_id,
       r.id AS rating_id, gen_random_uuid() AS new_id, v.code AS version,
       CASE WHEN s.stars = 5 THEN 'central'
            ELSE COALESCE((SELECT band ->> 'issuing_level' FROM jsonb_array_elements(v.rules -> 'star_bands') band
                            WHERE (band ->> 'star')::int = s.stars), 'province') END AS level
  FROM import_stage s
  JOIN companies_product p ON p.id = s.product_id
  JOIN companies_company c ON c.id = p.company_id
  LEFT JOIN LATERAL (
       SELECT o.id FROM companies_starrating o
        WHERE o.product_id = s.product_id AND o.status <> 'rejected'
          AND ((o.stars = s.stars AND (s.decision = '' OR o.decision_number = ''
                                       OR lower(o.decision_number) = lower(s.decision)))
               OR (o.status = 'listed' AND o.listed_by_id IS NOT DISTINCT FROM %(lister)s
                   AND lower(o.decision_number) = lower(s.decision)))
        ORDER BY (o.stars = s.stars) DESC, (lower(o.decision_number) = lower(s.decision)) DESC,
                 (o.status = 'confirmed') DESC, o.issued_on DESC NULLS LAST
        LIMIT 1) r ON true
  LEFT JOIN LATERAL (
       SELECT code, rules FROM companies_ocopruleversion
        WHERE effective_from <= s.issued_on AND (effective_to IS NULL OR effective_to >= s.issued_on)
        ORDER BY effective_from DESC LIMIT 1) v ON true
 WHERE s.stars IS NOT NULL
"""

_UPDATE_RATINGS = """
WITH next AS (
    SELECT r.id, i.product_id, i.stars, i.confirmed AS issued,
           COALESCE(i.points, r.points) AS points,
           CASE WHEN i.decision = '' THEN r.decision_number ELSE i.decision END AS decision,
           COALESCE(i.issued_on, r.issued_on) AS issued_on,
           COALESCE(i.valid_until, r.valid_until) AS valid_until, i.version, i.level, i.province_id
      FROM import_rating i JOIN companies_starrating r ON r.id = i.rating_id
     WHERE r.status <> 'confirmed'
       AND (r.listed_by_id IS NOT DISTINCT FROM %(lister)s OR r.decision_number = '' OR r.issued_on IS NULL)
), changed AS (
    UPDATE companies_starrating r
       SET stars = next.stars, points = next.points, decision_number = next.decision, issued_on = next.issued_on,
           valid_until = next.valid_until, rule_version_id = COALESCE(next.version, r.rule_version_id),
           issuing_level = next.level,
           issuing_province_id = CASE WHEN next.level = 'central' THEN NULL ELSE next.province_id END,
           status = CASE WHEN next.issued THEN 'confirmed' ELSE r.status END,
           confirmed_by_id = CASE WHEN next.issued THEN %(actor)s::uuid ELSE r.confirmed_by_id END,
           confirmed_at = CASE WHEN next.issued THEN now() ELSE r.confirmed_at END, updated_at = now()
      FROM next
     WHERE next.id = r.id
       AND (next.valid_until IS NULL OR next.issued_on IS NULL OR next.valid_until >= next.issued_on)
       AND (r.stars, r.points, r.decision_number, r.issued_on, r.valid_until)
           IS DISTINCT FROM (next.stars, next.points, next.decision, next.issued_on, next.valid_until)
    RETURNING next.product_id
)
INSERT INTO import_touched SELECT product_id, false FROM changed ON CONFLICT DO NOTHING
"""

_INSERT_RATINGS = """
WITH added AS (
    INSERT INTO companies_starrating (id, created_at, updated_at, product_id, stars, points, decision_number, issued_on,
        valid_until, issuing_level, issuing_province_id, rule_version_id, status, listed_by_id, confirmed_by_id,
        confirmed_at, decision_note)
    SELECT new_id, now(), now(), product_id, stars, points, decision, issued_on, valid_until, level,
           CASE WHEN level = 'central' THEN NULL ELSE province_id END, version,
           CASE WHEN confirmed THEN 'confirmed' ELSE 'listed' END, %(lister)s,
           CASE WHEN confirmed THEN %(actor)s::uuid END, CASE WHEN confirmed THEN now() END, ''
      FROM import_rating WHERE rating_id IS NULL
    RETURNING product_id
)
INSERT INTO import_touched SELECT product_id, false FROM added ON CONFLICT DO NOTHING
"""

# What a sheet states of a capacity waits for the company to confirm its months; it promises nothing by itself.
_UPDATE_STATEMENTS = """
WITH changed AS (
    UPDATE companies_capacitystatement c
       SET method = s.capacity_method, inputs = s.capacity_inputs, months = s.capacity_months,
           source_text = s.capacity_text, stated_by_id = %(actor)s::uuid, updated_at = now()
      FROM import_stage s
      JOIN companies_product p ON p.id = s.product_id AND p.unit_id = s.unit
     WHERE c.product_id = s.product_id AND s.capacity IS NOT NULL
       AND c.confirmed_at IS NULL AND c.source_text <> '' AND c.source_text <> s.capacity_text
       AND NOT EXISTS (SELECT 1 FROM companies_capacitystatement o
                        WHERE o.product_id = s.product_id AND o.source_text = s.capacity_text)
    RETURNING c.product_id
)
INSERT INTO import_touched SELECT DISTINCT product_id, false FROM changed ON CONFLICT DO NOTHING
"""

_INSERT_STATEMENTS = f"""
WITH added AS (
    INSERT INTO companies_capacitystatement (id, created_at, updated_at, product_id, method, inputs, months,
        source_text, proof, stated_by_id)
    SELECT gen_random_uuid(), now(), now(), s.product_id, s.capacity_method, s.capacity_inputs, s.capacity_months,
           s.capacity_text, 'stated', %(actor)s::uuid
      FROM import_stage s
      JOIN companies_product p ON p.id = s.product_id AND p.unit_id = s.unit
     WHERE s.capacity IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM companies_capacitystatement o
                        WHERE o.product_id = s.product_id
                          AND (o.source_text = s.capacity_text OR (o.confirmed_at IS NULL AND o.source_text <> '')))
       AND (%(own)s OR NOT {_KEPT.format("p.company_id")}
            OR NOT EXISTS (SELECT 1 FROM companies_monthlycapacity c WHERE c.product_id = p.id))
    RETURNING product_id
)
INSERT INTO import_touched SELECT DISTINCT product_id, false FROM added ON CONFLICT DO NOTHING
"""  # noqa: S608 - only the constant above is put in

# Columns of single months: a company's own are its capacity at once, anybody else's wait for its word.
_MATCH_MONTHS = """
CREATE TEMPORARY TABLE import_month ON COMMIT DROP AS
SELECT s.product_id, to_date(m.key, 'YYYY-MM') AS month, m.value::numeric AS stated
  FROM import_stage s
  JOIN companies_product p ON p.id = s.product_id AND (p.unit_id = s.unit OR NOT s.unit_stated)
 CROSS JOIN LATERAL jsonb_each_text(s.months) m
  LEFT JOIN companies_monthlycapacity c ON c.product_id = s.product_id AND c.month = to_date(m.key, 'YYYY-MM')
 WHERE s.months <> '{}' AND c.stated IS DISTINCT FROM m.value::numeric
   AND to_date(m.key, 'YYYY-MM') >= date_trunc('month', %(today)s::date)
"""
_STATE_MONTHS = """
WITH added AS (
    INSERT INTO companies_capacitystatement (id, created_at, updated_at, product_id, method, inputs, months,
        source_text, proof, stated_by_id, confirmed_at)
    SELECT gen_random_uuid(), now(), now(), i.product_id, 'monthly', '{}',
           jsonb_object_agg(to_char(i.month, 'YYYY-MM'), i.stated::text), '', 'stated', %(actor)s::uuid,
           CASE WHEN %(own)s THEN now() END
      FROM import_month i
     GROUP BY i.product_id
    HAVING %(own)s OR NOT EXISTS (
           SELECT 1 FROM companies_capacitystatement o
            WHERE o.product_id = i.product_id AND o.confirmed_at IS NULL AND o.method = 'monthly'
              AND o.months @> jsonb_object_agg(to_char(i.month, 'YYYY-MM'), i.stated::text))
    RETURNING id, product_id
), months AS (
    INSERT INTO companies_monthlycapacity AS c (id, created_at, updated_at, product_id, month, stated, reserved, bound,
        proof, statement_id, correction)
    SELECT gen_random_uuid(), now(), now(), i.product_id, i.month, i.stated, 0, 0, 'stated', a.id, ''
      FROM import_month i JOIN added a ON a.product_id = i.product_id
     WHERE %(own)s
    ON CONFLICT (product_id, month) DO UPDATE
       SET stated = EXCLUDED.stated, proof = 'stated', checked_by_id = NULL, checked_at = NULL,
           statement_id = EXCLUDED.statement_id, correction = '', updated_at = now()
    RETURNING c.product_id
)
INSERT INTO import_touched SELECT product_id, false FROM added ON CONFLICT DO NOTHING
"""
_CAPACITY = (_UPDATE_STATEMENTS, _INSERT_STATEMENTS, _MATCH_MONTHS, _STATE_MONTHS)

_CERTIFICATES = """
WITH named AS (
    SELECT DISTINCT ON (p.company_id, scheme.code, CASE WHEN scheme.scope = 'product' THEN p.id END)
           p.company_id, p.id AS product_id, scheme.code, scheme.scope
      FROM import_stage s
      JOIN companies_product p ON p.id = s.product_id
     CROSS JOIN LATERAL unnest(s.schemes) AS word(code)
      JOIN companies_certificationscheme scheme ON scheme.code = word.code
     ORDER BY p.company_id, scheme.code, CASE WHEN scheme.scope = 'product' THEN p.id END, s.n
), added AS (
    INSERT INTO companies_certification (id, created_at, updated_at, company_id, product_id, scheme_id, scope, site,
        number, body, status, listed_by_id, decision_note, is_simulated)
    SELECT gen_random_uuid(), now(), now(), company_id, CASE WHEN scope = 'product' THEN product_id END, code, scope,
           '', '', '', 'listed', %(lister)s, '', false
      FROM named
     WHERE NOT EXISTS (
           SELECT 1 FROM companies_certification o
            WHERE o.company_id = named.company_id AND o.scheme_id = named.code
              AND (named.scope <> 'product' OR o.product_id IS NULL OR o.product_id = named.product_id))
    RETURNING company_id, product_id
)
INSERT INTO import_touched
SELECT DISTINCT COALESCE(a.product_id, (SELECT s.product_id FROM import_stage s WHERE s.company_id = a.company_id
                                         ORDER BY s.n LIMIT 1)), false
  FROM added a
ON CONFLICT DO NOTHING
"""
