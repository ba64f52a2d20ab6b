"""Puts the good rows of a sheet into a temporary table and finds out which companies and products they mean."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID, uuid4

from django.utils.text import slugify
from psycopg import sql

from companies.importing.rows import Record
from companies.importing.text import name_key, producer_key
from companies.models import Company, Product
from companies.services.import_scope import Scope
from core.months import month_range
from core.text import fold, vietnamese_sort_key

# column -> SQL type; the order is the order in which rows are copied.
STAGE = {
    "n": "integer PRIMARY KEY",
    "row_number": "integer",
    "sheet": "text",
    "company_id": "uuid",
    "product_id": "uuid",
    "is_new": "boolean",
    "producer": "text",
    "producer_key": "text",
    "kind": "text",
    "tax_code": "text",
    "province": "text",
    "commune": "text",
    "address": "text",
    "phone": "text",
    "email": "text",
    "website": "text",
    "product": "text",
    "product_key": "text",
    "product_sort": "text",
    "product_en": "text",
    "set_number": "integer",
    "set_confirmed": "boolean",
    "hs": "text",
    "words": "text",
    "unit": "text",
    "unit_stated": "boolean",
    "pack": "text",
    "pack_content": "numeric",
    "gtin": "text",
    "shelf_life": "integer",
    "lead_time": "integer",
    "min_order": "numeric",
    "price": "numeric",
    "currency": "text",
    "stars": "integer",
    "points": "numeric",
    "decision": "text",
    "issued_on": "date",
    "valid_until": "date",
    "confirmed": "boolean",
    "capacity": "numeric",
    "capacity_text": "text",
    "capacity_method": "text",
    "capacity_inputs": "jsonb",
    "capacity_months": "jsonb",
    "months": "jsonb",
    "story": "text",
    "story_en": "text",
    "schemes": "text[]",
    "source": "jsonb",
}
_COPIED = [name for name in STAGE if name not in {"company_id", "product_id", "is_new"}]
SPREAD_MONTHS = 12


@dataclass(slots=True)
class Refused:
    """A row that looked good alone but does not fit what is there already."""

    sheet: str
    row: int
    code: str
    value: str
    params: dict[str, Any] = field(default_factory=dict)


def create_stage(cursor: Any) -> None:
    """Make the temporary tables; they vanish with the transaction, or with `drop_stage`."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in STAGE.items()
    )
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE import_stage ({}) ON COMMIT DROP").format(columns))
    cursor.execute(
        "CREATE TEMPORARY TABLE import_touched (product_id uuid PRIMARY KEY, is_new boolean) ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE import_company (producer_key text, province text, commune text, company_id uuid,"
        " is_new boolean, code text, sort_key text) ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE import_existing (company_id uuid, key text, id uuid) ON COMMIT DROP"
    )


def drop_stage(cursor: Any) -> None:
    """Take the temporary tables away, for a further import in the same transaction."""
    cursor.execute(
        "DROP TABLE IF EXISTS pg_temp.import_stage, pg_temp.import_touched, pg_temp.import_company,"
        " pg_temp.import_existing, pg_temp.import_rating, pg_temp.import_month"
    )


class StageWriter:
    """Copies records into the stage one at a time: `with cursor.copy(...)` under it, so memory stays flat."""

    def __init__(self, copy: Any, scope: Scope, today: date) -> None:
        self._copy = copy
        self._confirms = scope.confirms
        self._months = month_range(today, SPREAD_MONTHS + 1)[1:]
        self._count = 0

    def write(self, sheet: str, row_number: int, record: Record) -> None:
        """Stage one good row."""
        self._count += 1
        inputs, months = self._spread(record)
        confirmed = bool(
            record.stars in self._confirms and record.decision and record.issued_on and record.rating_sound
        )
        stated = record.capacity is not None
        self._copy.write_row(
            (
                self._count, row_number, sheet, record.producer, record.producer_key, record.producer_kind,
                record.tax_code, record.province, record.commune, record.address, record.phone, record.email,
                record.website, record.product, record.product_key, vietnamese_sort_key(record.product),
                record.product_en, record.set_number, record.set_confirmed, record.hs, record.words, record.unit,
                record.unit_stated, record.pack, record.pack_content, record.gtin, record.shelf_life,
                record.lead_time, record.min_order, record.price, record.currency, record.stars, record.points,
                record.decision, record.issued_on, record.valid_until, confirmed, record.capacity,
                record.capacity_text, ("monthly" if record.period == "month" else "stock") if stated else None,
                inputs, months, _json({month: str(quantity) for month, quantity in record.months.items()}),
                record.story, record.story_en, list(record.schemes), _json(record.source),
            )
        )  # fmt: skip

    def _spread(self, record: Record) -> tuple[str | None, str | None]:
        """What the sheet states, and the months that would come of it once somebody confirms them."""
        if record.capacity is None:
            return None, None
        monthly = record.capacity
        if record.period == "year":
            monthly = (record.capacity / SPREAD_MONTHS).quantize(Decimal("0.001"), rounding=ROUND_DOWN)
        inputs = {"quantity": str(record.capacity), "period": record.period, "unit": record.unit}
        if record.period == "year":
            inputs |= {"start": f"{self._months[0]:%Y-%m}", "end": f"{self._months[-1]:%Y-%m}"}
        return _json(inputs), _json({f"{month:%Y-%m}": str(monthly) for month in self._months})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def copy_statement() -> sql.Composed:
    """The COPY that `StageWriter` writes into."""
    return sql.SQL("COPY import_stage ({}) FROM STDIN").format(
        sql.SQL(", ").join(map(sql.Identifier, _COPIED))
    )


@dataclass(slots=True)
class _Group:
    """All rows of one producer in one province: the communes they name and its tax codes."""

    communes: set[str | None] = field(default_factory=set)
    tax_codes: set[str] = field(default_factory=set)
    name: str = ""


def resolve_companies(cursor: Any, scope: Scope) -> list[Refused]:
    """Give every staged row its company: one that exists, or a new id. Returns the rows that cannot be given one.

    The same producer is one of the same name (accents, case and abbreviations of its legal form aside) in the same
    province, and in the same commune where both name one; or one with the same tax code.
    """
    if scope.is_own and scope.company is not None:
        cursor.execute("UPDATE import_stage SET company_id = %s", [scope.company.pk])
        return []
    groups: dict[tuple[str, str | None], _Group] = defaultdict(_Group)
    cursor.execute(
        "SELECT producer_key, province, commune, tax_code, min(producer) FROM import_stage GROUP BY 1, 2, 3, 4"
    )
    for key, province, commune, tax_code, name in cursor.fetchall():
        group = groups[key, province]
        group.communes.add(commune)
        group.name = name
        if tax_code:
            group.tax_codes.add(tax_code)
    existing, by_tax_code = _existing_companies(groups)
    refused: list[Refused] = []
    rows: list[tuple[Any, ...]] = []
    of_tax_code: dict[str, UUID] = {}
    for (key, province), group in groups.items():
        chosen = _choose(group, existing.get((key, province), []))
        if group.tax_codes:
            chosen = _choose_by_tax_code(group, chosen, by_tax_code, of_tax_code, scope)
        for commune in group.communes:
            company_id, is_new = chosen.get(commune, (None, False))
            if company_id is None:
                code = "tax-code-elsewhere" if group.tax_codes and not chosen else "producer-ambiguous"
                refused += _refuse_group(cursor, key, province, commune, code)
                continue
            slug = _code(group.name, company_id) if is_new else None
            sort_key = vietnamese_sort_key(group.name) if is_new else None
            rows.append((key, province, commune, company_id, is_new, slug, sort_key))
    with cursor.copy("COPY import_company FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(
        """
        UPDATE import_stage s SET company_id = c.company_id
          FROM import_company c
         WHERE c.producer_key = s.producer_key AND c.province IS NOT DISTINCT FROM s.province
           AND c.commune IS NOT DISTINCT FROM s.commune
        """
    )
    return refused


_Known = list[tuple[UUID, str | None]]


def _existing_companies(
    groups: Iterable[tuple[str, str | None]],
) -> tuple[dict[tuple[str, str | None], _Known], dict[str, tuple[UUID, str | None]]]:
    wanted = set(groups)
    provinces = {province for _, province in wanted}
    companies = Company.objects.exclude(kind="agency")
    if None not in provinces:
        companies = companies.filter(province_id__in=provinces)
    found: dict[tuple[str, str | None], _Known] = defaultdict(list)
    rows = companies.order_by("created_at", "id").values_list("id", "name_vi", "province_id", "commune_id")
    for pk, name, province, commune in rows.iterator(chunk_size=5000):
        key = (producer_key(name), province)
        if key in wanted:
            found[key].append((pk, commune))
    tax_codes: dict[str, tuple[UUID, str | None]] = {
        tax_code: (pk, province)
        for tax_code, pk, province in Company.objects.exclude(tax_code="").values_list(
            "tax_code", "id", "province_id"
        )
    }
    return found, tax_codes


def _choose(group: _Group, known: _Known) -> dict[str | None, tuple[UUID, bool]]:
    """The company of each commune that a producer's rows name; nothing for a commune that stays unclear."""
    chosen: dict[str | None, tuple[UUID, bool]] = {}
    for commune in sorted(code for code in group.communes if code is not None):
        same = [pk for pk, where in known if where == commune]
        placeless = [pk for pk, where in known if where is None]
        named = [code for code in group.communes if code is not None]
        if same:
            chosen[commune] = (same[0], False)
        elif len(placeless) == len(known) == 1 and len(named) == 1:
            chosen[commune] = (placeless[0], False)
        else:
            chosen[commune] = (uuid4(), True)
    if None in group.communes:
        options = {pk for pk, _ in known} | {pk for pk, _ in chosen.values()}
        if len(options) == 1:
            company_id = options.pop()
            chosen[None] = (company_id, False)
        elif not options:
            chosen[None] = (uuid4(), True)
    return chosen


def _choose_by_tax_code(
    group: _Group,
    by_name: dict[str | None, tuple[UUID, bool]],
    known: dict[str, tuple[UUID, str | None]],
    of_sheet: dict[str, UUID],
    scope: Scope,
) -> dict[str | None, tuple[UUID, bool]]:
    """One tax code is one company, whatever its name or commune; nothing when it lies outside one's provinces."""
    if len(group.tax_codes) > 1:
        return {}
    tax_code = next(iter(group.tax_codes))
    if tax_code in known:
        company_id, province = known[tax_code]
        if scope.provinces is not None and province not in scope.provinces:
            return {}
        return dict.fromkeys(group.communes, (company_id, False))
    if tax_code in of_sheet:
        return dict.fromkeys(group.communes, (of_sheet[tax_code], False))
    if not by_name:
        return {}
    first = min(by_name.values(), key=lambda choice: choice[1])
    of_sheet[tax_code] = first[0]
    return dict.fromkeys(group.communes, first)


def _refuse_group(
    cursor: Any, key: str, province: str | None, commune: str | None, code: str
) -> list[Refused]:
    cursor.execute(
        "DELETE FROM import_stage WHERE producer_key = %s AND province IS NOT DISTINCT FROM %s"
        " AND commune IS NOT DISTINCT FROM %s RETURNING sheet, row_number, producer",
        [key, province, commune],
    )
    return [Refused(sheet, row, code, name) for sheet, row, name in cursor.fetchall()]


def _code(name: str, company_id: UUID) -> str:
    return f"{slugify(fold(name))[:50].strip('-') or 'company'}-{company_id.hex[:8]}"


def resolve_products(cursor: Any) -> list[Refused]:
    """Give every staged row its product: the company's product of the same name, or a new id.

    Returns the rows that turn out to name a product for the second time.
    """
    cursor.execute("SELECT DISTINCT company_id FROM import_stage")
    companies = [row[0] for row in cursor.fetchall()]
    # Read to the end first: nothing else may be asked of the connection while it copies.
    products = list(
        Product.objects.filter(company_id__in=companies).values_list("company_id", "name_vi", "id")
    )
    with cursor.copy("COPY import_existing FROM STDIN") as copy:
        for company_id, name, pk in products:
            copy.write_row((company_id, name_key(name), pk))
    cursor.execute("CREATE INDEX ON import_stage (company_id, product_key)")
    for table in ("import_stage", "import_company", "import_existing"):
        cursor.execute(f"ANALYZE {table}")
    cursor.execute(
        """
        DELETE FROM import_stage s USING (
            SELECT n, min(row_number) OVER w AS first_row, row_number() OVER w AS place
              FROM import_stage WINDOW w AS (PARTITION BY company_id, product_key ORDER BY n)
        ) twice
         WHERE twice.n = s.n AND twice.place > 1
        RETURNING s.sheet, s.row_number, s.product, twice.first_row
        """
    )
    refused = [
        Refused(sheet, row, "duplicate-row", product, {"row": first, "sheet": sheet, "name": product})
        for sheet, row, product, first in cursor.fetchall()
    ]
    cursor.execute(
        """
        UPDATE import_stage s
           SET product_id = COALESCE(e.id, gen_random_uuid()), is_new = e.id IS NULL
          FROM import_stage o
          LEFT JOIN (SELECT DISTINCT ON (company_id, key) company_id, key, id FROM import_existing
                      ORDER BY company_id, key, id) e
            ON e.company_id = o.company_id AND e.key = o.product_key
         WHERE o.n = s.n
        """
    )
    cursor.execute("CREATE INDEX ON import_stage (product_id)")
    cursor.execute("ANALYZE import_stage")
    return refused
