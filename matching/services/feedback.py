"""What was shown, opened, saved, dismissed and invited: with the rank, the model and the features of that moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import Product, User
from companies.querysets import standing_of
from core import events
from core.errors import DomainError
from matching.enums import Act, DismissReason, MatchState
from matching.models import Match, MatchFeedback
from matching.services.rank import LineMatches, RankedProduct, line_with_criteria, match_line
from tenders import models as tenders
from tenders.enums import NeedStatus


def looks_as_buyer(user: User, need: tenders.SourcingNeed) -> bool:
    """Whether what this person sees was shown to the buyer; staff who look on, superusers among them, do not count."""
    return need.company_id in standing_of(user).companies


@transaction.atomic
def record_shown(
    *, found: LineMatches, shown: Sequence[RankedProduct], actor: User | None, now: datetime | None = None
) -> int:
    """Note that products were put before the buyer; only the first showing of each counts.

    Returns the number of products that had not been shown before. Safe to run twice and at the same time.
    """
    moment = now or timezone.now()
    known = set(
        Match.objects.filter(line=found.line, product_id__in=[s.product_id for s in shown]).values_list(
            "product_id", flat=True
        )
    )
    rows = [_match_of(found, s, moment) for s in shown if s.product_id not in known]
    if not rows:
        return 0
    Match.objects.bulk_create(rows, ignore_conflicts=True)
    written = set(Match.objects.filter(pk__in=[r.pk for r in rows]).values_list("pk", flat=True))
    MatchFeedback.objects.bulk_create([_act(r, Act.SHOWN, actor, moment) for r in rows if r.pk in written])
    return len(written)


def _match_of(found: LineMatches, ranked: RankedProduct, moment: datetime) -> Match:
    return Match(
        line=found.line,
        product_id=ranked.product_id,
        rank_shown=ranked.rank,
        score=ranked.score,
        model_version=found.ranker.version,
        features=found.stored_features(ranked),
        shown_at=moment,
    )


def _act(match: Match, act: Act, actor: User | None, moment: datetime) -> MatchFeedback:
    return MatchFeedback(
        match=match, act=act, rank=match.rank_shown, model_version=match.model_version, by=actor, at=moment
    )


def _locked(line: tenders.NeedLine, product: Product, moment: datetime) -> Match:
    """The match's row, locked; made on the spot if the product was never shown (saved from elsewhere).

    Raises DomainError `not-eligible` for a product that is not a match of the line, `need-closed`.
    """
    if line.need.status not in {NeedStatus.PUBLISHED, NeedStatus.DRAFT}:
        raise DomainError("need-closed", _("This need is closed; its matches can no longer be changed."))
    match: Match | None = Match.objects.select_for_update().filter(line=line, product=product).first()
    if match is not None:
        return match
    found = match_line(line=line_with_criteria(line.pk), now=moment)
    ranked = found.find(product.pk)
    if ranked is None:
        raise DomainError(
            "not-eligible", _("This product does not meet what the line requires, so it is no match of it.")
        )
    Match.objects.bulk_create([_match_of(found, ranked, moment)], ignore_conflicts=True)
    written: Match = Match.objects.select_for_update().get(line=line, product=product)
    return written


def _move(
    match: Match,
    state: MatchState,
    act: Act,
    actor: User | None,
    moment: datetime,
    fields: Sequence[str] = (),
) -> Match:
    match.state = state
    match.save(update_fields=["state", "updated_at", *fields])
    _act(match, act, actor, moment).save(force_insert=True)
    events.record(
        kind=f"match.{act.value}",
        actor=actor,
        company=match.line.need.company,
        obj=match,
        payload={"line": str(match.line_id), "product": str(match.product_id)},
        at=moment,
    )
    return match


@transaction.atomic
def record_opened(
    *, line: tenders.NeedLine, product: Product, actor: User | None, now: datetime | None = None
) -> None:
    """The buyer looked at a match's details. The first time counts; a product never shown is passed over."""
    moment = now or timezone.now()
    match = (
        Match.objects.select_for_update().filter(line=line, product=product, opened_at__isnull=True).first()
    )
    if match is not None:
        match.opened_at = moment
        match.save(update_fields=["opened_at", "updated_at"])
        _act(match, Act.OPENED, actor, moment).save(force_insert=True)


@transaction.atomic
def save_match(
    *, line: tenders.NeedLine, product: Product, actor: User | None, now: datetime | None = None
) -> Match:
    """Keep a match on the short list. Saving twice changes nothing; an invited match stays invited.

    Raises DomainError: `not-eligible`, `need-closed`.
    """
    moment = now or timezone.now()
    match = _locked(line, product, moment)
    if match.state in {MatchState.SAVED, MatchState.INVITED}:
        return match
    match.dismiss_reason = match.dismiss_note = ""
    return _move(match, MatchState.SAVED, Act.SAVED, actor, moment, ["dismiss_reason", "dismiss_note"])


@transaction.atomic
def dismiss_match(
    *,
    line: tenders.NeedLine,
    product: Product,
    reason: str,
    note: str = "",
    actor: User | None,
    now: datetime | None = None,
) -> Match:
    """Put a match aside with a reason; `restore_match` brings it back.

    Raises DomainError: `invalid` (reason), `already-invited`, `not-eligible`, `need-closed`.
    """
    if reason not in DismissReason.values:
        raise DomainError(
            "invalid",
            _("Please choose a reason."),
            fields={"reason": [_("Please choose a reason.")]},
            status=400,
        )
    moment = now or timezone.now()
    match = _locked(line, product, moment)
    if match.state == MatchState.INVITED:
        raise DomainError(
            "already-invited", _("This supplier has been invited; revoke the invitation first.")
        )
    match.dismiss_reason, match.dismiss_note = reason, note.strip()[:300]
    return _move(
        match, MatchState.DISMISSED, Act.DISMISSED, actor, moment, ["dismiss_reason", "dismiss_note"]
    )


@transaction.atomic
def restore_match(
    *, line: tenders.NeedLine, product: Product, actor: User | None, now: datetime | None = None
) -> Match:
    """Undo a dismissal or a saving: the match stands in the list again as it was shown.

    Raises DomainError: `already-invited`, `not-eligible`, `need-closed`.
    """
    moment = now or timezone.now()
    match = _locked(line, product, moment)
    if match.state == MatchState.SHOWN:
        return match
    if match.state == MatchState.INVITED:
        raise DomainError(
            "already-invited", _("This supplier has been invited; revoke the invitation first.")
        )
    match.dismiss_reason = match.dismiss_note = ""
    return _move(match, MatchState.SHOWN, Act.RESTORED, actor, moment, ["dismiss_reason", "dismiss_note"])


@transaction.atomic
def invite_match(
    *,
    line: tenders.NeedLine,
    product: Product,
    actor: User,
    message: str = "",
    now: datetime | None = None,
) -> Any:
    """Invite the supplier of a match to quote; returns the invitation.

    Raises DomainError: what `tenders.services.invitations.invite_supplier` raises, `not-eligible`, `need-closed`.
    """
    from tenders.services.invitations import invite_supplier

    moment = now or timezone.now()
    match = _locked(line, product, moment)
    invitation = invite_supplier(
        need=line.need,
        supplier=product.company,
        line=line,
        product=product,
        actor=actor,
        message=message,
        now=moment,
    )
    if match.state != MatchState.INVITED:
        match.dismiss_reason = match.dismiss_note = ""
        _move(match, MatchState.INVITED, Act.INVITED, actor, moment, ["dismiss_reason", "dismiss_note"])
    return invitation


def states_of(line: tenders.NeedLine) -> dict[UUID, Match]:
    """Matches of a line by product, without their features."""
    return {m.product_id: m for m in Match.objects.filter(line=line).defer("features")}
