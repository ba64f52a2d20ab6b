"""Stating, confirming, correcting and checking a product's capacity by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import CapacityMethod, CapacityProof
from companies.models import CapacityStatement, Document, MonthlyCapacity, Product, User
from companies.services.capacity_months import MAX_QUANTITY, STEP, Entry, months_of
from core import events
from core.errors import DomainError
from core.months import add_months, first_day
from core.quantities import Quantity, QuantityError, convert

HORIZON = 36  # months ahead that may be stated


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A month in which more is promised than there is."""

    month: date
    stated: Decimal
    promised: Decimal

    @property
    def missing(self) -> Decimal:
        return self.promised - self.stated


def to_product_unit(*, product: Product, value: Decimal, unit: str) -> Decimal:
    """A quantity in the product's own unit.

    Raises:
        DomainError: `invalid`: the unit does not turn into the product's (a package without net content).
    """
    net = Quantity(product.pack_content, "KGM") if product.pack_content else None
    try:
        return convert(value, unit, product.unit_id, net=net)
    except QuantityError as error:
        message = _("This unit cannot be turned into the product's unit.")
        if error.code == "net-content-needed":
            message = _("Enter the net content of one pack on the product first.")
        raise DomainError("invalid", message, fields={"unit": [message]}, status=400) from None


@transaction.atomic
def state_capacity(
    *,
    product: Product,
    actor: User,
    method: str,
    start: date | None = None,
    end: date | None = None,
    amount: Decimal | None = None,
    count: Decimal | None = None,
    share: Decimal = Decimal(1),
    unit: str = "",
    next_year_too: bool = False,
    months: Mapping[date, Decimal] | None = None,
    document: Document | None = None,
    source_text: str = "",
) -> CapacityStatement:
    """Turn what the supplier knows into months to confirm. Nothing of it counts before `confirm_statement`.

    Args:
        amount: the harvest of the season, the yield of a hectare, the size of a batch, or the stock.
        count: hectares, or batches a week.
        share: the part (0..1) of the harvest that is for sale here.
        unit: of `amount` and `months`; empty for the product's own.

    Raises:
        DomainError: `forbidden`; `invalid` with the fields at fault.
    """
    _allowed(actor, "companies.change_capacity", product)
    if not 0 < share <= 1:
        raise _wrong("share", _("A share lies above 0 % and at most at 100 %."))
    unit = unit or product.unit_id

    def own(value: Decimal) -> Decimal:
        return to_product_unit(product=product, value=value, unit=unit)

    entry = Entry(
        method=method,
        start=start,
        end=end,
        amount=None if amount is None else own(amount),
        count=count,
        share=share,
        next_year_too=next_year_too,
        months=None if months is None else {first_day(month): own(value) for month, value in months.items()},
    )
    found = _future(months_of(entry))
    inputs: dict[str, Any] = {
        "start": start and f"{start:%Y-%m}",
        "end": end and f"{end:%Y-%m}",
        "amount": amount,
        "count": count,
        "share": share,
        "unit": unit,
        "next_year_too": next_year_too,
    }
    statement = CapacityStatement.objects.create(
        product=product,
        method=method,
        inputs={} if method == CapacityMethod.MONTHLY else inputs,
        months={f"{month:%Y-%m}": str(value) for month, value in found.items()},
        document=document,
        source_text=source_text[:200],
        stated_by=actor,
    )
    events.record(kind="capacity.stated", actor=actor, company=product.company, obj=product)
    return statement


@transaction.atomic
def confirm_statement(
    *,
    statement: CapacityStatement,
    actor: User,
    months: Mapping[date, Decimal | None] | None = None,
    now: Any = None,
) -> list[Shortfall]:
    """Write a statement's months into the capacity; months that it does not name stay as they are.

    Args:
        months: the months as the supplier corrected them in the preview, in the product's unit; None for a month
            leaves it out (unknown, or as stated before). Without it the statement's own months.

    Returns:
        The months in which more is promised than is now there; new promises are refused there by the database.

    Raises:
        DomainError: `forbidden`; `already-confirmed`; `invalid`.
    """
    _allowed(actor, "companies.change_capacity", statement.product)
    product = _locked(statement.product)
    statement = CapacityStatement.objects.select_for_update().get(pk=statement.pk)
    if statement.confirmed_at is not None:
        raise DomainError("already-confirmed", _("These months were confirmed already."))
    wanted = (
        statement_months(statement) if months is None else {m: v for m, v in months.items() if v is not None}
    )
    wanted = _future(wanted)
    for value in wanted.values():
        if not 0 <= value <= MAX_QUANTITY:
            raise _wrong("months", _("A quantity is below nothing or far too large."))
    shortfalls = _write_months(product=product, wanted=wanted, statement=statement)
    statement.months = {f"{month:%Y-%m}": str(value) for month, value in wanted.items()}
    statement.confirmed_at = now or timezone.now()
    statement.save(update_fields=["months", "confirmed_at", "updated_at"])
    events.record(
        kind="capacity.confirmed",
        actor=actor,
        company=product.company,
        obj=product,
        payload={"months": sorted(statement.months)},
    )
    _tell_shortfalls(product, actor, shortfalls)
    return shortfalls


@transaction.atomic
def correct_month(
    *, product: Product, month: date, stated: Decimal | None, reason: str, actor: User
) -> list[Shortfall]:
    """Correct one month, with the reason (a hail storm, a second harvest).

    Args:
        stated: in the product's unit; may be below what is promised, which is told as a shortfall. None makes the
            month unknown again, where nothing is promised in it.

    Raises:
        DomainError: `forbidden`; `reason-missing`; `promised` (unknown, but something is promised); `invalid`.
    """
    _allowed(actor, "companies.change_capacity", product)
    month = first_day(month)
    reason = " ".join(reason.replace("\x00", " ").split())[:200]
    if not reason:
        message = _("Say why this month is corrected.")
        raise DomainError("reason-missing", message, fields={"reason": [message]}, status=400)
    product = _locked(product)
    _future({month: stated or Decimal(0)})
    if stated is None:
        row = MonthlyCapacity.objects.select_for_update().filter(product=product, month=month).first()
        if row is not None and row.reserved + row.bound > 0:
            raise DomainError(
                "promised", _("Something is promised in this month, so it cannot become unknown.")
            )
        if row is not None:
            row.delete()
        shortfalls: list[Shortfall] = []
    else:
        if not 0 <= stated <= MAX_QUANTITY:
            raise _wrong("stated", _("A quantity is below nothing or far too large."))
        shortfalls = _write_months(product=product, wanted={month: stated}, reason=reason)
    events.record(
        kind="capacity.corrected",
        actor=actor,
        company=product.company,
        obj=product,
        payload={"months": [f"{month:%Y-%m}"], "reason": reason},
    )
    _tell_shortfalls(product, actor, shortfalls)
    return shortfalls


@transaction.atomic
def check_capacity(
    *, product: Product, actor: User, months: Iterable[date] | None = None, now: Any = None
) -> list[MonthlyCapacity]:
    """An agency of the province (or staff) has seen on site that the stated months are real.

    Args:
        months: which; without it all that are stated from this month on.

    Raises:
        DomainError: `forbidden`; `not-stated` (a month has no capacity to check).
    """
    _allowed(actor, "companies.check_capacity", product)
    product = _locked(product)
    rows = MonthlyCapacity.objects.select_for_update().filter(product=product).order_by("month")
    if months is None:
        rows = rows.filter(month__gte=first_day(timezone.localdate()))
    else:
        wanted = {first_day(month) for month in months}
        rows = rows.filter(month__in=wanted)
    found = list(rows)
    if not found or (months is not None and len(found) < len(wanted)):
        raise DomainError("not-stated", _("There is no stated capacity to check."))
    for row in found:
        row.proof = CapacityProof.CHECKED
        row.checked_by = actor
        row.checked_at = now or timezone.now()
        row.save(update_fields=["proof", "checked_by", "checked_at", "updated_at"])
    events.record(
        kind="capacity.checked",
        actor=actor,
        company=product.company,
        obj=product,
        payload={"months": [f"{row.month:%Y-%m}" for row in found]},
    )
    return found


def statement_months(statement: CapacityStatement) -> dict[date, Decimal]:
    """A statement's months as dates and decimals, in order."""
    return {
        date(int(key[:4]), int(key[5:7]), 1): Decimal(value)
        for key, value in sorted(statement.months.items())
    }


def shortfalls_of(product: Product) -> list[Shortfall]:
    """The months from now on in which more is promised than there is."""
    rows = MonthlyCapacity.objects.filter(product=product, month__gte=first_day(timezone.localdate()))
    return [
        Shortfall(row.month, row.stated, row.reserved + row.bound)
        for row in rows.order_by("month")
        if row.reserved + row.bound > row.stated
    ]


def _write_months(
    *,
    product: Product,
    wanted: Mapping[date, Decimal],
    statement: CapacityStatement | None = None,
    reason: str = "",
) -> list[Shortfall]:
    """Insert or change the months in order of month, the order in which commitments lock them.

    A changed figure loses the proof that the old one had.
    """
    known = {
        row.month: row
        for row in MonthlyCapacity.objects.select_for_update()
        .filter(product=product, month__in=list(wanted))
        .order_by("month")
    }
    new: list[MonthlyCapacity] = []
    shortfalls = []
    for month, value in sorted(wanted.items()):
        stated = value.quantize(STEP)
        row = known.get(month)
        if row is None:
            new.append(
                MonthlyCapacity(
                    product=product, month=month, stated=stated, statement=statement, correction=reason
                )
            )
            continue
        if row.stated != stated:
            row.stated, row.proof, row.checked_by, row.checked_at = stated, CapacityProof.STATED, None, None
        row.statement = statement or row.statement
        row.correction = reason
        row.save(
            update_fields=[
                "stated",
                "proof",
                "checked_by",
                "checked_at",
                "statement",
                "correction",
                "updated_at",
            ]
        )
        if row.reserved + row.bound > stated:
            shortfalls.append(Shortfall(month, stated, row.reserved + row.bound))
    MonthlyCapacity.objects.bulk_create(new)
    return shortfalls


def _tell_shortfalls(product: Product, actor: User, shortfalls: list[Shortfall]) -> None:
    if shortfalls:
        events.record(
            kind="capacity.shortfall",
            actor=actor,
            company=product.company,
            obj=product,
            payload={"months": [f"{one.month:%Y-%m}" for one in shortfalls]},
        )


def _future(months: Mapping[date, Decimal]) -> dict[date, Decimal]:
    """The months from this one on, within the horizon."""
    this = first_day(timezone.localdate())
    last = add_months(this, HORIZON)
    found = {first_day(month): value for month, value in months.items() if this <= first_day(month) <= last}
    if not found:
        raise _wrong("months", _("None of these months lies ahead."))
    return dict(sorted(found.items()))


def _locked(product: Product) -> Product:
    """Writers of one product's capacity take turns; commitments, which only refer to the product, may go on."""
    row: Product = (
        Product.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .get(pk=product.pk)
    )
    return row


def _allowed(actor: User, permission: str, product: Product) -> None:
    if not actor.has_perm(permission, product):
        raise DomainError("forbidden", _("You may not change this capacity."), status=403)


def _wrong(name: str, message: str) -> DomainError:
    return DomainError("invalid", message, fields={name: [message]}, status=400)
