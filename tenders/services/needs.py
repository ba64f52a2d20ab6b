"""Drafts of sourcing needs: created, changed, copied, thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from companies.models import Company, User
from core import events, formats
from core.errors import DomainError, from_validation
from core.months import add_months
from tenders.enums import NeedStatus
from tenders.models import NeedLine, SourcingNeed
from tenders.services.access import lock_need, require, require_buyer, require_status
from tenders.services.clock import database_now, this_month
from tenders.services.inputs import LineInput, line_input
from tenders.services.lines import replace_lines

DRAFT_FIELDS = (
    "title", "description", "quote_mode", "visibility", "name_withheld", "market", "currency", "quote_deadline",
    "discount_percent", "listing_fee", "promotion_fee_percent", "payment_days", "returns_percent", "vat_basis",
    "delivery_place", "delivery_province", "delivery_commune", "deliveries_per_month", "incoterm",
    "exclude_on_lapse",
)  # fmt: skip
_KEYS = {"market", "delivery_province", "delivery_commune", "incoterm"}


@transaction.atomic
def create_need(
    *,
    company: Company,
    actor: User,
    changes: Mapping[str, Any] | None = None,
    lines: Sequence[LineInput] = (),
    id: UUID | None = None,
    now: datetime | None = None,
) -> SourcingNeed:
    """Start a draft. It may be incomplete; publishing is what is checked.

    Args:
        changes: values of `DRAFT_FIELDS`; references as codes.
        id: the draft's key, where a form that saves itself has chosen one.

    Raises:
        DomainError: `not-allowed`, `not-a-buyer`, `invalid` with problems by field.

    Records `need.created`.
    """
    require_buyer(actor, company)
    moment = database_now(now)
    need = SourcingNeed(company=company, created_by=actor, number=_next_number(moment), created_at=moment)
    if id is not None:
        need.pk = id
    set_fields(need, changes or {})
    need.title = need.title or _("New need")
    check_need(need)
    need.save(force_insert=True)
    replace_lines(need=need, lines=lines)
    _name(need, bool((changes or {}).get("title")))
    events.record(
        kind="need.created",
        actor=actor,
        company=company,
        obj=need,
        payload={"number": need.number},
        at=moment,
    )
    return need


@transaction.atomic
def update_draft(
    *,
    need: SourcingNeed,
    actor: User,
    changes: Mapping[str, Any] | None = None,
    lines: Sequence[LineInput] | None = None,
    now: datetime | None = None,
) -> SourcingNeed:
    """Change a draft: the given fields, and all its lines if `lines` is given.

    Raises:
        DomainError: `not-allowed`, `need-published` (or `need-closed`, `need-cancelled`), `invalid` by field.
    """
    need = lock_need(need)
    require(actor, "tenders.change_need", need)
    require_status(need, NeedStatus.DRAFT)
    changes = changes or {}
    before = need.market_id
    set_fields(need, changes)
    untitled = "title" in changes and not changes["title"]
    need.title = need.title or _("New need")
    check_need(need)
    need.save(update_fields=[*changes, "title", "updated_at"])
    if lines is not None:
        replace_lines(need=need, lines=lines)
    elif need.market_id != before:
        from tenders.services.lines import fill_market

        fill_market(need=need, now=now)
    _name(need, not untitled)
    return need


@transaction.atomic
def duplicate_need(*, need: SourcingNeed, actor: User, now: datetime | None = None) -> SourcingNeed:
    """A new draft with the same lines and terms; months that have passed are moved on by whole years.

    The deadline is left open. Raises DomainError `not-allowed`, `not-a-buyer`.
    """
    require(actor, "tenders.change_need", need)
    moment = database_now(now)
    fields = {name: getattr(need, f"{name}_id" if name in _KEYS else name) for name in DRAFT_FIELDS}
    fields["quote_deadline"] = None
    rows = need.lines.prefetch_related("months", "certificates", "lab_limits").order_by("position")
    lines = [replace(line_input(row), id=None) for row in rows]
    first = min((month for line in lines for month in line.months), default=None)
    shift = 0
    while first is not None and add_months(first, shift) < this_month(moment):
        shift += 12
    if shift:
        lines = [
            replace(one, months={add_months(m, shift): q for m, q in one.months.items()}) for one in lines
        ]
    return create_need(company=need.company, actor=actor, changes=fields, lines=lines, now=moment)


@transaction.atomic
def delete_draft(*, need: SourcingNeed, actor: User) -> None:
    """Throw a draft away. Raises DomainError `not-allowed`, `need-published`; records `need.deleted`."""
    need = lock_need(need)
    require(actor, "tenders.change_need", need)
    require_status(need, NeedStatus.DRAFT)
    events.record(
        kind="need.deleted", actor=actor, company=need.company, obj=need, payload={"number": need.number}
    )
    need.delete()


def default_title(lines: Sequence[NeedLine]) -> str:
    """ "Long nhãn sấy, 2 tấn mỗi tháng" from the first line; its months should be prefetched."""
    if not lines or not lines[0].label:
        return _("New need")
    first = lines[0]
    title = capfirst(first.label[:150])
    quantities = list(first.quantities.values())
    if quantities:
        average = formats.quantity(sum(quantities, Decimal(0)) / len(quantities), first.unit_id)
        template = _("%(product)s, %(quantity)s a month")
        if len(set(quantities)) > 1:
            template = _("%(product)s, about %(quantity)s a month")
        title = template % {"product": title, "quantity": average}
    if len(lines) > 1:
        title = _("%(title)s and %(count)d more") % {"title": title, "count": len(lines) - 1}
    return title[:200]


def _name(need: SourcingNeed, titled: bool) -> None:
    """Give a need that was not titled by its buyer the title of what it asks for."""
    if titled:
        return
    lines = list(
        need.lines.select_related("hs", "product_set").prefetch_related("months").order_by("position")
    )
    need.title = default_title(lines)
    need.save(update_fields=["title", "updated_at"])


def _next_number(moment: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('tenders_need_number')")
        number = cursor.fetchone()[0]
    return f"NM-{timezone.localtime(moment).year}-{number:04d}"


def set_fields(need: SourcingNeed, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in DRAFT_FIELDS:
            raise TypeError(f"not a field of a draft: {name}")
        if name in _KEYS and (value is None or isinstance(value, str)):
            setattr(need, f"{name}_id", value or None)
        else:
            setattr(need, name, value)


def check_need(need: SourcingNeed) -> None:
    """Types, choices, ranges and references, by field. Raises DomainError `invalid`."""
    fields: dict[str, list[str]] = {}
    try:
        need.full_clean(
            exclude=["number", "company", "created_by"], validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        fields = dict(from_validation(error).fields)
    for name in ("discount_percent", "promotion_fee_percent", "returns_percent"):
        if name not in fields and not 0 <= getattr(need, name) <= 100:
            fields[name] = [_("A share lies between 0 and 100 %.")]
    if "listing_fee" not in fields and need.listing_fee < 0:
        fields["listing_fee"] = [_("A fee cannot be negative.")]
    if "deliveries_per_month" not in fields and not 1 <= need.deliveries_per_month <= 31:
        fields["deliveries_per_month"] = [_("Between 1 and 31 deliveries a month.")]
    if "payment_days" not in fields and need.payment_days > 365:
        fields["payment_days"] = [_("At most 365 days.")]
    if len(need.currency) != 3 or not need.currency.isascii() or not need.currency.isupper():
        fields["currency"] = [_("Give the currency as three letters, for example VND.")]
    if fields:
        raise DomainError("invalid", next(iter(fields.values()))[0], fields=fields, status=400)
