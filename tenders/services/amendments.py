"""Changing a published need: recorded, with a reason, told to the invited. The ceiling price is not part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from companies.models import User
from core import events
from core.errors import DomainError
from tenders.enums import NeedStatus, QuoteMode, Visibility
from tenders.models import NeedAmendment, NeedLine, SourcingNeed
from tenders.services.access import lock_need, require, require_status
from tenders.services.clock import database_now, this_month
from tenders.services.inputs import LineInput, line_input
from tenders.services.lines import fill_line, fill_market, line_problems, write_parts
from tenders.services.needs import check_need, set_fields
from tenders.services.publishing import Problems, publishing_problems

NEED_FIELDS = (
    "description", "quote_deadline", "visibility", "name_withheld", "discount_percent", "listing_fee",
    "promotion_fee_percent", "payment_days", "returns_percent", "vat_basis", "delivery_place", "delivery_province",
    "delivery_commune", "deliveries_per_month", "exclude_on_lapse",
)  # fmt: skip
LINE_FIELDS = (
    "months", "specification", "required_stars", "preferred_stars", "stars_must_be_confirmed", "certificates",
    "lab_limits", "pack", "min_shelf_life_days", "preferred_markets", "min_share_percent", "max_suppliers",
    "partial_allowed",
)  # fmt: skip
_REACH = {Visibility.INVITED: 0, Visibility.VERIFIED: 1, Visibility.PUBLIC: 2}


@transaction.atomic
def amend_need(
    *,
    need: SourcingNeed,
    actor: User,
    reason: str,
    changes: Mapping[str, Any] | None = None,
    lines: Mapping[UUID, Mapping[str, Any]] | None = None,
    now: datetime | None = None,
) -> NeedAmendment:
    """Change a published need and record what it was, what it became and why.

    Args:
        changes: values of `NEED_FIELDS`; references as codes.
        lines: by line id, values of `LINE_FIELDS` as in `LineInput`.

    The product asked for, its unit, the quote mode, market and currency stay: for these, close the need and duplicate
    it. A deadline only moves later, visibility only widens, a name once told stays told.

    Raises:
        DomainError: `not-allowed`, `need-draft` (or its other states), `deadline-passed` (sealed), `reason-needed`,
            `not-amendable`, `nothing-changed`, `need-incomplete` and `invalid` with problems by field.

    Records `need.amended`; links of invitations stay valid until the new deadline.
    """
    need = lock_need(need)
    require(actor, "tenders.change_need", need)
    require_status(need, NeedStatus.PUBLISHED)
    moment = database_now(now)
    if need.quote_mode == QuoteMode.SEALED and need.quote_deadline and need.quote_deadline <= moment:
        raise DomainError(
            "deadline-passed", _("The deadline of this sealed need has passed; it can only be closed.")
        )
    if not reason.strip():
        message = _("Say why; the invited suppliers are told.")
        raise DomainError("reason-needed", message, fields={"reason": [message]}, status=400)
    _refuse_fixed(changes or {}, lines or {})
    before = snapshot(need)
    _refuse_narrowing(need, changes or {}, moment)
    set_fields(need, changes or {})
    check_need(need)
    _write_lines(need, lines or {})
    need.save(update_fields=[*(changes or {}), "updated_at"])
    _recheck(need, before, moment)
    after = snapshot(need)
    different = {
        key: [before.get(key), after.get(key)]
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    }
    if not different:
        raise DomainError("nothing-changed", _("Nothing was changed."), status=400)
    return _record(need, actor, reason, different, moment)


def _record(
    need: SourcingNeed, actor: User, reason: str, different: dict[str, list[Any]], moment: datetime
) -> NeedAmendment:
    from tenders.services.invitations import extend_links, tell_invited

    need.version += 1
    need.save(update_fields=["version", "updated_at"])
    amendment = NeedAmendment.objects.create(
        need=need,
        version=need.version,
        reason=reason.strip()[:500],
        changes=different,
        made_by=actor,
        created_at=moment,
    )
    if "quote_deadline" in different:
        extend_links(need=need)
    events.record(
        kind="need.amended",
        actor=actor,
        company=need.company,
        obj=need,
        payload={
            "number": need.number,
            "version": need.version,
            "fields": sorted(different),
            **tell_invited(need=need, note=amendment.reason),
        },
        at=moment,
    )
    return amendment


@transaction.atomic
def change_ceiling(
    *, need: SourcingNeed, line: NeedLine, actor: User, price: Decimal | None, now: datetime | None = None
) -> NeedLine:
    """Change the ceiling price of a line, draft or published. Suppliers never see it, so it is no amendment.

    Raises DomainError `not-allowed`, `need-closed`, `invalid`. Records `need.ceiling-changed`, without the price.
    """
    need = lock_need(need)
    require(actor, "tenders.change_need", need)
    require_status(need, NeedStatus.DRAFT, NeedStatus.PUBLISHED)
    if price is not None and not 0 < price < Decimal(10) ** 14:
        message = _("The price must be above zero.")
        raise DomainError("invalid", message, fields={"ceiling_price": [message]}, status=400)
    line = NeedLine.objects.select_for_update().get(pk=line.pk, need=need)
    line.ceiling_price = price
    line.ceiling_excludes = line.ceiling_excludes and price is not None
    line.save(update_fields=["ceiling_price", "ceiling_excludes", "updated_at"])
    events.record(
        kind="need.ceiling-changed", actor=actor, company=need.company, obj=need,
        payload={"number": need.number, "line": str(line.pk)}, at=database_now(now),
    )  # fmt: skip
    return line


def snapshot(need: SourcingNeed) -> dict[str, Any]:
    """What suppliers read of a need, as plain JSON values by field; never the ceiling price."""
    found: dict[str, Any] = {}
    for name in NEED_FIELDS:
        key = f"{name}_id" if name.startswith("delivery_") and hasattr(need, f"{name}_id") else name
        found[name] = _plain(getattr(need, key))
    rows = NeedLine.objects.filter(need=need).prefetch_related("months", "certificates", "lab_limits")
    for row in rows.order_by("position"):
        data = line_input(row)
        for name in LINE_FIELDS:
            found[f"lines.{row.position}.{name}"] = _plain(getattr(data, name))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else f"{key:%Y-%m}": _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value.isoformat() if isinstance(value, datetime) else value


def _refuse_fixed(changes: Mapping[str, Any], lines: Mapping[UUID, Mapping[str, Any]]) -> None:
    fixed = {name for name in changes if name not in NEED_FIELDS}
    fixed |= {name for change in lines.values() for name in change if name not in LINE_FIELDS}
    if fixed:
        message = _("This cannot be changed once published; close this need and duplicate it.")
        raise DomainError(
            "not-amendable", message, fields={name: [message] for name in sorted(fixed)}, status=400
        )


def _refuse_narrowing(need: SourcingNeed, changes: Mapping[str, Any], moment: datetime) -> None:
    fields: Problems = {}
    deadline = changes.get("quote_deadline", need.quote_deadline)
    if deadline != need.quote_deadline:
        if deadline is None or (need.quote_deadline and deadline < need.quote_deadline):
            fields["quote_deadline"] = [_("A deadline can only be moved later.")]
        elif deadline <= moment:
            fields["quote_deadline"] = [_("The deadline has passed; choose a later one.")]
    visibility = changes.get("visibility", need.visibility)
    if visibility in _REACH and _REACH[visibility] < _REACH[Visibility(need.visibility)]:
        fields["visibility"] = [
            _("Those who have seen a need cannot unsee it: visibility can only be widened.")
        ]
    if changes.get("name_withheld") and not need.name_withheld:
        fields["name_withheld"] = [_("Your name has been shown already.")]
    if fields:
        raise DomainError("invalid", next(iter(fields.values()))[0], fields=fields, status=400)


def _write_lines(need: SourcingNeed, lines: Mapping[UUID, Mapping[str, Any]]) -> None:
    rows = {
        row.pk: row
        for row in NeedLine.objects.filter(need=need, pk__in=lines).prefetch_related(
            "months", "certificates", "lab_limits"
        )
    }
    problems: Problems = {}
    written: list[tuple[NeedLine, LineInput]] = []
    for pk, change in lines.items():
        if pk not in rows:
            problems["lines"] = [_("This need has no such line.")]
            continue
        data = replace(line_input(rows[pk]), **change)
        fill_line(rows[pk], data, rows[pk].position)
        problems |= line_problems(rows[pk], data, f"lines.{rows[pk].position - 1}")
        written.append((rows[pk], data))
    if problems:
        raise DomainError("invalid", next(iter(problems.values()))[0], fields=problems, status=400)
    for row, data in written:
        row.save()
        write_parts(row, data)
    if written:
        fill_market(need=need)


def _recheck(need: SourcingNeed, before: dict[str, Any], moment: datetime) -> None:
    """A need must stay publishable. What was so before the amendment (months and a deadline gone by) may stay so."""
    problems = publishing_problems(need=need, now=moment)
    after = snapshot(need)
    if after["quote_deadline"] == before["quote_deadline"]:
        problems.pop("quote_deadline", None)
    for row in NeedLine.objects.filter(need=need).prefetch_related("months"):
        field = f"lines.{row.position - 1}.months"
        key = f"lines.{row.position}.months"
        gone = {month for month in {*before[key], *after[key]} if month < f"{this_month(moment):%Y-%m}"}
        if row.quantities and all(before[key].get(m) == after[key].get(m) for m in gone):
            problems.pop(field, None)
    if problems:
        raise DomainError("need-incomplete", next(iter(problems.values()))[0], fields=problems, status=400)
