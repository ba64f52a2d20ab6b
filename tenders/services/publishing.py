"""Publishing a need, checked; closing and cancelling it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import User
from core import events, formats
from core.errors import DomainError
from core.months import last_day
from core.quantities import QuantityError, base_code, get_unit
from core.text import fold
from tenders.enums import NeedStatus, Visibility
from tenders.models import NeedLine, SourcingNeed
from tenders.services.access import lock_need, require, require_buyer, require_status
from tenders.services.clock import database_now, this_month

Problems = dict[str, list[str]]


def publishing_problems(*, need: SourcingNeed, now: datetime | None = None) -> Problems:
    """Everything that stands between a draft and its publication, in words by field; empty when it may be published.

    Fields of lines are named `lines.<index>.<field>`, counted from 0. A constant number of queries.
    """
    moment = database_now(now)
    found: Problems = {}

    def add(field: str, message: str) -> None:
        found.setdefault(field, []).append(message)

    lines = list(
        need.lines.select_related("hs", "product_set", "unit").prefetch_related("months").order_by("position")
    )
    if not lines:
        add("lines", _("Add at least one product."))
    for index, line in enumerate(lines):
        for field, message in _line_problems(line, moment):
            add(f"lines.{index}.{field}", message)
    _deadline_problems(need, lines, moment, add)
    if not need.delivery_place and not need.delivery_province_id:
        add("delivery_place", _("Say where the goods are to be delivered, or choose a province."))
    if need.incoterm_id and (need.market is None or need.market.kind != "export"):
        add(
            "incoterm", _("An Incoterm is only for export markets; for Vietnam, describe the delivery place.")
        )
    if need.visibility != Visibility.INVITED and need.name_withheld and (word := _named_in(need, lines)):
        add(
            "name_withheld",
            _("Your name is to be withheld, but “%(word)s” stands in what suppliers will read.")
            % {"word": word},
        )
    return found


def _line_problems(line: NeedLine, moment: datetime) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if not line.hs_id and not line.product_words:
        found.append(
            (
                "product_words",
                _("Name the product in words, or give its HS code: a product set alone is too wide."),
            )
        )
    try:
        if base_code(get_unit(line.unit_id).code) is None:
            found.append(
                (
                    "unit",
                    _("Choose a unit of weight, volume or pieces: bags and boxes hold different amounts."),
                )
            )
    except QuantityError:
        found.append(("unit", _("This unit is not known.")))
    wanted = sorted(line.quantities)
    if not wanted:
        found.append(("months", _("Say how much is needed in which months.")))
    elif past := [month for month in wanted if month < this_month(moment)]:
        names = ", ".join(formats.month(month) for month in past[:3])
        found.append(("months", _("These months have passed: %(months)s.") % {"months": names}))
    if line.required_stars and line.preferred_stars and line.preferred_stars <= line.required_stars:
        found.append(("preferred_stars", _("The preferred stars must be above the required ones.")))
    if line.ceiling_excludes and line.ceiling_price is None:
        found.append(("ceiling_excludes", _("Give a ceiling price, or let prices above it pass.")))
    return found


def _deadline_problems(need: SourcingNeed, lines: list[NeedLine], moment: datetime, add: Any) -> None:
    if need.quote_deadline is None:
        add("quote_deadline", _("Say until when suppliers may answer."))
        return
    if need.quote_deadline <= moment:
        add("quote_deadline", _("The deadline has passed; choose a later one."))
    coming = [month for line in lines for month in line.quantities if month >= this_month(moment)]
    first = min(coming, default=None)
    if first is not None and timezone.localtime(need.quote_deadline).date() > last_day(first):
        add("quote_deadline", _("The deadline must lie before the end of the first month that is wanted."))


def _named_in(need: SourcingNeed, lines: list[NeedLine]) -> str:
    """A name of the buyer that stands in the need's own words; "" if none does."""
    texts = [need.title, need.description]
    for line in lines:
        texts += [line.product_words, line.pack, *line.specification, *line.specification.values()]
    written = fold(" ".join(texts))
    for name in (need.company.name_vi, need.company.name_en, need.company.code):
        if name and len(fold(name)) > 3 and fold(name) in written:
            return name
    return ""


@transaction.atomic
def publish_need(*, need: SourcingNeed, actor: User, now: datetime | None = None) -> SourcingNeed:
    """Show the need to those for whom it is meant.

    The deadline is judged by the database's clock (`now` only freezes it). Raises DomainError `not-allowed`,
    `not-a-buyer`, `need-published` (or its other states), `need-incomplete` with every problem by field. Records
    `need.published`.
    """
    need = lock_need(need)
    require(actor, "tenders.change_need", need)
    require_buyer(actor, need.company)
    require_status(need, NeedStatus.DRAFT)
    moment = database_now(now)
    problems = publishing_problems(need=need, now=moment)
    if problems:
        raise DomainError(
            "need-incomplete",
            _("This need cannot be published yet: see what is missing."),
            fields=problems,
            status=400,
        )
    from tenders.services.lines import fill_market

    fill_market(need=need, now=moment)
    need.status, need.published_at = NeedStatus.PUBLISHED, moment
    need.save(update_fields=["status", "published_at", "updated_at"])
    events.record(
        kind="need.published",
        actor=actor,
        company=need.company,
        obj=need,
        payload={"number": need.number},
        at=moment,
    )
    return need


@transaction.atomic
def close_need(
    *, need: SourcingNeed, actor: User, reason: str = "", now: datetime | None = None
) -> SourcingNeed:
    """End a published need: nobody can answer any more. Raises DomainError `not-allowed`, `need-draft`, `need-closed`.

    Records `need.closed`, which tells the invited.
    """
    return _end(need, actor, NeedStatus.CLOSED, "need.closed", reason, now, {NeedStatus.PUBLISHED})


@transaction.atomic
def cancel_need(*, need: SourcingNeed, actor: User, reason: str, now: datetime | None = None) -> SourcingNeed:
    """Withdraw a draft or published need, with a reason that the invited are told.

    Raises DomainError `not-allowed`, `reason-needed`, `need-closed`, `need-cancelled`. Records `need.cancelled`.
    """
    if not reason.strip():
        message = _("Say why; the invited suppliers are told.")
        raise DomainError("reason-needed", message, fields={"reason": [message]}, status=400)
    allowed = {NeedStatus.DRAFT, NeedStatus.PUBLISHED}
    return _end(need, actor, NeedStatus.CANCELLED, "need.cancelled", reason, now, allowed)


def _end(
    need: SourcingNeed,
    actor: User,
    status: NeedStatus,
    kind: str,
    reason: str,
    now: datetime | None,
    allowed: set[NeedStatus],
) -> SourcingNeed:
    from tenders.services.invitations import close_links, tell_invited

    need = lock_need(need)
    require(actor, "tenders.change_need", need)
    require_status(need, *allowed)
    moment = database_now(now)
    need.status, need.closed_at, need.closing_reason = status, moment, reason.strip()[:500]
    need.save(update_fields=["status", "closed_at", "closing_reason", "updated_at"])
    close_links(need=need, actor=actor)
    events.record(
        kind=kind,
        actor=actor,
        company=need.company,
        obj=need,
        payload={"number": need.number, **tell_invited(need=need, note=need.closing_reason)},
        at=moment,
    )
    return need
