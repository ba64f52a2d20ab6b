"""Load the reference data of `companies/reference/data/` into the database; safe to run again at any time."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models, transaction

from companies.models import (
    CertificationScheme,
    Commune,
    HsCode,
    Incoterm,
    Market,
    MarketRequirement,
    OcopRuleVersion,
    ProductSet,
    Province,
    Unit,
)
from core.quantities import units
from core.text import vietnamese_sort_key

DATA = Path(__file__).parent / "data"


def _json(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _csv(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def _float(text: str) -> float | None:
    return float(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def provinces() -> list[Province]:
    """The 34 provinces, in no particular order."""
    return [
        Province(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            full_name_vi=row["full_name_vi"],
            full_name_en=row["full_name_en"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            sort_key=vietnamese_sort_key(row["name_vi"]),
        )
        for row in _csv("provinces.csv")
    ]


def communes() -> list[Commune]:
    """The 3,321 communes; one has no position."""
    return [
        Commune(
            code=row["code"],
            province_id=row["province_code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            full_name_vi=row["full_name_vi"],
            full_name_en=row["full_name_en"],
            lat=_float(row["lat"]),
            lon=_float(row["lon"]),
            sort_key=vietnamese_sort_key(row["name_vi"]),
        )
        for row in _csv("communes.csv")
    ]


def product_sets() -> list[ProductSet]:
    """The 26 OCOP product sets."""
    rules = _json("ocop_rules.json")
    sectors = {sector["code"]: sector for sector in rules["sectors"]}
    return [
        ProductSet(
            code=row["code"],
            number=row["no"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            sector=row["sector"],
            sector_name_vi=sectors[row["sector"]]["name_vi"],
            sector_name_en=sectors[row["sector"]]["name_en"],
            product_sectors=row["product_sectors"],
            ministry=row["managing_agencies"][0],
        )
        for row in rules["sets"]
    ]


def rule_versions() -> list[OcopRuleVersion]:
    """The rating rules as each decision set them."""
    return [
        OcopRuleVersion(
            code=row["code"],
            decision=row["decision"],
            effective_from=date.fromisoformat(row["effective_from"]),
            effective_to=_date(row["effective_to"]),
            validity_months=row["validity_months"],
            rules=row,
        )
        for row in _json("ocop_rules.json")["versions"]
    ]


def schemes() -> list[CertificationScheme]:
    """The 54 certification schemes."""
    short_names = _json("scheme_equivalents.json")["short_names"]
    return [
        CertificationScheme(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            kind=row["kind"],
            applies_to=row["applies_to"],
            issuer_type=row["issuer_type"],
            scope=row["scope"],
            legal_status=row["legal_status"],
            typical_validity_months=row["typical_validity_months"],
            recognised_in=row["recognised_in"],
            verify_hint=row["verify_hint"] or "",
            short_name=short_names[row["code"]],
        )
        for row in _json("certification_schemes.json")["schemes"]
    ]


def markets() -> list[Market]:
    """The 13 markets, Vietnam's own among them."""
    kept = ("shipment_documents", "other_legal_requirements", "notes", "confidence", "source")
    return [
        Market(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            kind=row["kind"],
            label_languages=row["label_languages"],
            details={name: row.get(name) for name in kept},
        )
        for row in _json("export_markets.json")["markets"]
    ]


def market_requirements() -> list[MarketRequirement]:
    """What each market asks for, on which basis; rows have no code of their own."""
    return [
        MarketRequirement(
            market_id=market["code"],
            scheme_id=row["scheme"],
            basis=row["basis"],
            sectors=row["sectors"],
            note=row["note"] or "",
            effective_from=_date(row["effective_from"]),
        )
        for market in _json("export_markets.json")["markets"]
        for row in market["requirements"]
    ]


def trading_units() -> list[Unit]:
    """The 34 trading units; `factor` is rounded to the column's nine decimals."""
    return [
        Unit(
            code=unit.code,
            name_vi=unit.name_vi,
            name_en=unit.name_en,
            symbol=unit.symbol_vi[:20],
            dimension=unit.dimension,
            base_unit=unit.base_unit or "",
            factor=None if unit.factor is None else unit.factor.quantize(Decimal("0.000000001")),
        )
        for unit in units().values()
    ]


def hs_codes() -> list[HsCode]:
    """The 210 HS codes that OCOP products fall under."""
    return [
        HsCode(
            code=row["hs6"],
            chapter=row["chapter"],
            name_vi=row["name_vi"],
            name_en=row["description_en"][:300],
            product_set_id=row["ocop_set_code"] or None,
            mapping_confidence=row["mapping_confidence"],
        )
        for row in _csv("hs_subset.csv")
    ]


def incoterms() -> list[Incoterm]:
    """The 11 Incoterms 2020 rules."""
    return [
        Incoterm(
            code=row["code"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            details={
                name: value for name, value in row.items() if name not in {"code", "name_vi", "name_en"}
            },
        )
        for row in _json("incoterms_2020.json")["rules"]
    ]


SOURCES = (
    (Province, provinces),
    (Commune, communes),
    (ProductSet, product_sets),
    (OcopRuleVersion, rule_versions),
    (CertificationScheme, schemes),
    (Market, markets),
    (Unit, trading_units),
    (HsCode, hs_codes),
    (Incoterm, incoterms),
)


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Write every reference row: new ones are added, changed ones updated, none is removed.

    Returns:
        How many rows each table was given, by model name.
    """
    counts = {}
    for model, make in SOURCES:
        rows = make()
        _upsert(model, rows)
        counts[model.__name__] = len(rows)
    counts["MarketRequirement"] = _replace_requirements()
    counts["equivalents"] = _write_equivalents()
    return counts


def _upsert(model: type[models.Model], rows: Sequence[Any]) -> None:
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=fields,
        unique_fields=[model._meta.pk.name],
        batch_size=1000,
    )


def _requirement_key(row: MarketRequirement) -> tuple[Any, ...]:
    return row.market_id, row.scheme_id, row.basis, tuple(row.sectors), row.note, row.effective_from


def _replace_requirements() -> int:
    wanted = market_requirements()
    present = {_requirement_key(row) for row in MarketRequirement.objects.all()}
    if present != {_requirement_key(row) for row in wanted}:
        MarketRequirement.objects.all().delete()
        MarketRequirement.objects.bulk_create(wanted)
    return len(wanted)


def _write_equivalents() -> int:
    through = CertificationScheme.satisfies.through
    pairs = _equivalents()
    through.objects.bulk_create(
        [through(from_certificationscheme_id=left, to_certificationscheme_id=right) for left, right in pairs],
        ignore_conflicts=True,
    )
    return len(pairs)


def _equivalents() -> list[tuple[str, str]]:
    accepted = _json("scheme_equivalents.json")["satisfies"]
    return [(left, right) for left, rights in accepted.items() for right in rights]


def check_reference() -> list[str]:
    """What the database lacks or holds otherwise than the files; empty when it is up to date. Writes nothing."""
    faults = []
    for model, make in SOURCES:
        names = [field.attname for field in model._meta.concrete_fields]
        stored = {row[0]: row for row in model._default_manager.order_by().values_list("pk", *names)}
        for row in make():
            found = stored.get(row.pk)
            if found is None:
                faults.append(f"{model.__name__} {row.pk}: missing")
            elif any(value != getattr(row, name) for name, value in zip(names, found[1:], strict=True)):
                faults.append(f"{model.__name__} {row.pk}: differs")
    present = {_requirement_key(row) for row in MarketRequirement.objects.all()}
    faults += [
        f"MarketRequirement {row.market_id} {row.scheme_id}: missing"
        for row in market_requirements()
        if _requirement_key(row) not in present
    ]
    through = CertificationScheme.satisfies.through
    linked = set(through.objects.values_list("from_certificationscheme_id", "to_certificationscheme_id"))
    faults += [
        f"{left} satisfies {right}: missing" for left, right in _equivalents() if (left, right) not in linked
    ]
    return faults


def ensure_reference() -> None:
    """Load the reference data when the database has none yet."""
    if not Unit.objects.exists():
        load_reference()
