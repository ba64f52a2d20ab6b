"""The commitment ledger: what is promised of a product's months, and may never be promised twice.

The database's triggers (`companies/models/capacity.py`) move the sums and refuse what does not fit; the functions here
only say it in words. A quote binds nothing; an award reserves until a deadline; a contract binds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import CommitmentState
from companies.models import Commitment, MonthlyCapacity, Product, User
from core import events, formats
from core.errors import DomainError
from core.months import first_day

NOT_EXCEEDED = "capacity_not_exceeded"
STATED = "capacity_stated"


@transaction.atomic
def reserve(
    *,
    product: Product,
    quantities: Mapping[date, Decimal],
    source_type: str,
    source_id: UUID,
    expires_at: datetime,
    actor: User | None = None,
) -> list[Commitment]:
    """Reserve quantities (in the product's unit) of several months: all of them or none.

    Args:
        source_type: what the promise comes from, e.g. "tenders.award"; with `source_id` it finds its commitments.
        expires_at: when the reservation lapses unless it is bound.

    Raises:
        DomainError: `capacity-exceeded`, `capacity-not-stated` (with months and what is left, in words); `invalid`.
    """
    wanted = {first_day(month): quantity for month, quantity in quantities.items() if quantity}
    if not wanted or len(wanted) < len([q for q in quantities.values() if q]) or min(wanted.values()) < 0:
        raise DomainError("invalid", _("Name each month once, with a quantity above nothing."), status=400)
    # In order of month, so that two who reserve the same months wait for each other instead of deadlocking.
    rows = [
        Commitment(
            product=product,
            month=month,
            quantity=quantity,
            state=CommitmentState.RESERVED,
            expires_at=expires_at,
            source_type=source_type,
            source_id=source_id,
        )
        for month, quantity in sorted(wanted.items())
    ]
    try:
        with transaction.atomic():
            Commitment.objects.bulk_create(rows)
    except IntegrityError as error:
        raise _in_words(error, product, wanted) from error
    _record("capacity.reserved", product, rows, actor)
    return rows


@transaction.atomic
def bind(
    *, source_type: str, source_id: UUID, actor: User | None = None, now: datetime | None = None
) -> list[Commitment]:
    """Turn a source's reservations into commitments that bind. Already bound ones stay; safe to run twice.

    Raises:
        DomainError: `reservation-expired`: one of them lapsed; nothing is bound then.
    """
    moment = now or timezone.now()
    rows = _of_source(source_type, source_id)
    lapsed = [
        row for row in rows if row.state == CommitmentState.RESERVED and (row.expires_at or moment) <= moment
    ]
    live = [row for row in rows if row.state != CommitmentState.RELEASED]
    if lapsed or not live:
        raise DomainError(
            "reservation-expired", _("The reservation has lapsed; the quantities are free again.")
        )
    _move([row for row in live if row.state == CommitmentState.RESERVED], CommitmentState.BOUND, actor)
    return live


@transaction.atomic
def release(*, source_type: str, source_id: UUID, actor: User | None = None) -> list[Commitment]:
    """Give a source's reserved or bound quantities back. Safe to run twice."""
    rows = [row for row in _of_source(source_type, source_id) if row.state != CommitmentState.RELEASED]
    _move(rows, CommitmentState.RELEASED, actor)
    return rows


def expire_reservations(*, now: datetime | None = None, limit: int = 500) -> int:
    """Give back what was reserved until now or earlier. Returns how many; several runners share the work.

    Each product's reservations go in one short transaction; rows that another runner holds are skipped.
    """
    moment = now or timezone.now()
    due = Commitment.objects.filter(state=CommitmentState.RESERVED, expires_at__lte=moment)
    products = list(due.order_by("product_id").values_list("product_id", flat=True).distinct()[:limit])
    released = 0
    for product_id in products:
        with transaction.atomic():
            rows = list(
                due.filter(product_id=product_id)
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("product__company")
                .order_by("month", "pk")
            )
            _move(rows, CommitmentState.RELEASED, None, kind="capacity.reservation_expired")
            released += len(rows)
    return released


def _of_source(source_type: str, source_id: UUID) -> list[Commitment]:
    return list(
        Commitment.objects.select_for_update(of=("self",))
        .select_related("product__company")
        .filter(source_type=source_type, source_id=source_id)
        .order_by("product_id", "month", "pk")
    )


def _move(rows: list[Commitment], state: CommitmentState, actor: User | None, kind: str = "") -> None:
    """Move rows, in the given order, to a state; the trigger moves the month's sums."""
    for row in rows:
        row.state = state
        row.released_at = timezone.now() if state == CommitmentState.RELEASED else None
        row.save(update_fields=["state", "released_at", "updated_at"])
    by_product: dict[UUID, list[Commitment]] = {}
    for row in rows:
        by_product.setdefault(row.product_id, []).append(row)
    for group in by_product.values():
        _record(kind or f"capacity.{state.value}", group[0].product, group, actor)


def _record(kind: str, product: Product, rows: Iterable[Commitment], actor: User | None) -> None:
    events.record(
        kind=kind,
        actor=actor,
        company=product.company,
        obj=product,
        payload={"months": [f"{row.month:%Y-%m}" for row in rows]},
    )


def _in_words(error: IntegrityError, product: Product, wanted: Mapping[date, Decimal]) -> Exception:
    """What the database refused, with months and amounts; an error that is not ours unchanged."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if constraint not in {NOT_EXCEEDED, STATED}:
        return error
    left = {
        row.month: max(row.stated - row.reserved - row.bound, Decimal(0))
        for row in MonthlyCapacity.objects.filter(product=product, month__in=list(wanted))
    }
    unknown = [month for month in wanted if month not in left]
    if unknown:
        names = ", ".join(formats.month(month) for month in sorted(unknown))
        return DomainError(
            "capacity-not-stated", _("No capacity is stated for %(months)s.") % {"months": names}
        )
    unit = product.unit_id
    parts = [
        _("%(month)s: %(wanted)s wanted, %(left)s left")
        % {
            "month": formats.month(month),
            "wanted": formats.quantity(quantity, unit),
            "left": formats.quantity(left[month], unit),
        }
        for month, quantity in sorted(wanted.items())
        if quantity > left[month]
    ]
    if not parts:  # freed again in the meantime
        return DomainError("capacity-exceeded", _("Somebody else was quicker. Please look again and repeat."))
    return DomainError("capacity-exceeded", _("Not enough is left: %(list)s.") % {"list": "; ".join(parts)})
