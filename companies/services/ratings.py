"""OCOP star ratings: recorded by anyone who may, confirmed only by the level that issues them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import IssuingLevel, Verification
from companies.models import Company, Document, OcopRuleVersion, Product, StarRating, User
from companies.services.notifications import audience
from core import events
from core.errors import DomainError, from_validation


class RatingFields(TypedDict, total=False):
    """What a certificate says."""

    stars: int
    points: Decimal | None
    decision_number: str
    issued_on: date | None
    valid_until: date | None
    document: Document | None


def rule_version_on(issued_on: date | None) -> OcopRuleVersion | None:
    """The decision whose rules hold for a certificate issued on that day."""
    if issued_on is None:
        return None
    return (
        OcopRuleVersion.objects.filter(effective_from__lte=issued_on)
        .exclude(effective_to__lt=issued_on)
        .order_by("-effective_from")
        .first()
    )


def star_band(version: OcopRuleVersion | None, stars: int) -> dict[str, Any] | None:
    """The band of points and the issuing level of `stars` under a version of the rules."""
    bands = version.rules.get("star_bands", []) if version else []
    return next((band for band in bands if band["star"] == stars), None)


def issuing_level(version: OcopRuleVersion | None, stars: int) -> str:
    """Ministry for 5 stars, else what the version says; without a version the province."""
    if stars == 5:
        return IssuingLevel.CENTRAL
    band = star_band(version, stars)
    return (band or {}).get("issuing_level") or IssuingLevel.PROVINCE


@transaction.atomic
def record_rating(
    *, product: Product, actor: User, listed_by: Company | None, **fields: Unpack[RatingFields]
) -> StarRating:
    """Write down a rating as its holder or an agency tells it; it counts as unverified until it is confirmed.

    Args:
        listed_by: whose word it is (the supplier, or the agency); None when staff enters it.

    Raises:
        DomainError: `forbidden`; `invalid` with the fields at fault.
    """
    if not (
        actor.has_perm("companies.change_product", product)
        or actor.has_perm("companies.check_certification", product)
    ):
        raise DomainError("forbidden", _("You may not enter ratings of this product."), status=403)
    version = rule_version_on(fields.get("issued_on"))
    level = issuing_level(version, fields.get("stars") or 0)
    rating = StarRating(
        product=product,
        listed_by=listed_by,
        status=Verification.PENDING,
        rule_version=version,
        issuing_level=level,
        issuing_province=None if level == IssuingLevel.CENTRAL else product.company.province,
        **fields,
    )
    _check(rating)
    rating.save()
    refresh_stars(products=[product.pk])
    events.record(kind="rating.recorded", actor=actor, company=product.company, obj=rating)
    return rating


@transaction.atomic
def confirm_rating(
    *, rating: StarRating, actor: User, now: datetime | None = None, **fields: Unpack[RatingFields]
) -> StarRating:
    """Confirm a rating on behalf of its issuing level: the province for 3 and 4 stars, the ministry for 5, or staff.

    Args:
        fields: what the decision says where the list was wrong or silent; never another number of stars.

    Raises:
        DomainError: `forbidden`, `already-decided`, `incomplete` (no decision number or date), `points-do-not-fit`.
    """
    rating = (
        StarRating.objects.select_for_update(of=("self",))
        .select_related("product__company")
        .get(pk=rating.pk)
    )
    if not actor.has_perm("companies.confirm_rating", rating):
        raise DomainError(
            "forbidden", _("Only the level that issues this rating may confirm it."), status=403
        )
    if rating.status == Verification.CONFIRMED:
        return rating
    for name, value in fields.items():
        if name != "stars":
            setattr(rating, name, value)
    _place(rating)
    missing = {
        name: [_("Needed before the rating can be confirmed.")]
        for name in ("decision_number", "issued_on")
        if not getattr(rating, name)
    }
    if missing:
        raise DomainError(
            "incomplete",
            _("A rating without decision number and date cannot be confirmed."),
            fields=missing,
            status=400,
        )
    _check(rating)
    rating.status = Verification.CONFIRMED
    rating.confirmed_by = actor
    rating.confirmed_at = now or timezone.now()
    rating.decision_note = ""
    rating.save()
    refresh_stars(products=[rating.product_id])
    told = _holder(rating)
    events.record(
        kind="rating.confirmed", actor=actor, company=rating.product.company, obj=rating, payload=told
    )
    return rating


@transaction.atomic
def reject_rating(*, rating: StarRating, actor: User, note: str, now: datetime | None = None) -> StarRating:
    """Refuse a rating with a reason; it stops counting at once.

    Raises:
        DomainError: `forbidden`; `reason-missing`.
    """
    rating = (
        StarRating.objects.select_for_update(of=("self",))
        .select_related("product__company")
        .get(pk=rating.pk)
    )
    if not actor.has_perm("companies.confirm_rating", rating):
        raise DomainError("forbidden", _("Only the level that issues this rating may refuse it."), status=403)
    if not note.strip():
        raise DomainError(
            "reason-missing",
            _("Please give a reason."),
            fields={"note": [_("Please give a reason.")]},
            status=400,
        )
    rating.status = Verification.REJECTED
    rating.confirmed_by, rating.confirmed_at = actor, now or timezone.now()
    rating.decision_note = note.strip()[:500]
    rating.save(update_fields=["status", "confirmed_by", "confirmed_at", "decision_note", "updated_at"])
    refresh_stars(products=[rating.product_id])
    told = _holder(rating)
    events.record(
        kind="rating.rejected", actor=actor, company=rating.product.company, obj=rating, payload=told
    )
    return rating


@transaction.atomic
def correct_rating(*, rating: StarRating, actor: User, **fields: Unpack[RatingFields]) -> StarRating:
    """Change what was written down; a confirmed rating goes back to waiting for confirmation."""
    rating = (
        StarRating.objects.select_for_update(of=("self",))
        .select_related("product__company")
        .get(pk=rating.pk)
    )
    if not (
        actor.has_perm("companies.change_product", rating.product)
        or actor.has_perm("companies.check_certification", rating)
    ):
        raise DomainError("forbidden", _("You may not change this rating."), status=403)
    for name, value in fields.items():
        setattr(rating, name, value)
    _place(rating)
    rating.status, rating.confirmed_by, rating.confirmed_at = Verification.PENDING, None, None
    _check(rating)
    rating.save()
    refresh_stars(products=[rating.product_id])
    events.record(kind="rating.corrected", actor=actor, company=rating.product.company, obj=rating)
    return rating


def _place(rating: StarRating) -> None:
    """The rules in force on the day of issue, and with them the level and province that issued it."""
    rating.rule_version = rule_version_on(rating.issued_on)
    rating.issuing_level = issuing_level(rating.rule_version, rating.stars)
    central = rating.issuing_level == IssuingLevel.CENTRAL
    rating.issuing_province = None if central else rating.product.company.province


def _check(rating: StarRating) -> None:
    try:
        rating.full_clean()
    except ValidationError as error:
        raise from_validation(error) from error
    band = star_band(rating.rule_version, rating.stars)
    if band is None or rating.points is None:
        return
    above = rating.points > band["max"] if band.get("max_inclusive", True) else rating.points >= band["max"]
    if rating.points < band["min"] or above:
        text = _("%(points)s points do not make %(stars)s stars under decision %(decision)s.") % {
            "points": rating.points.normalize(),
            "stars": rating.stars,
            "decision": rating.rule_version.decision if rating.rule_version else "",
        }
        raise DomainError("points-do-not-fit", text, fields={"points": [text]}, status=400)


def refresh_stars(*, products: list[UUID] | None = None, today: date | None = None) -> int:
    """Derive each product's stars from its ratings, in one statement; `None` means every product.

    A rating still valid comes before a lapsed one, a confirmed one before a listed one, then the latest. Returns the
    number of products that changed. Runs nightly too, as validity is a matter of the day.
    """
    only = "" if products is None else "WHERE p.id = ANY(%(products)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE companies_product AS product
               SET stars = best.stars, stars_confirmed = best.confirmed, stars_valid_until = best.valid_until,
                   updated_at = now()
              FROM (SELECT DISTINCT ON (p.id) p.id, r.stars, COALESCE(r.status = 'confirmed', false) AS confirmed,
                           r.valid_until
                      FROM companies_product p
                      LEFT JOIN companies_starrating r ON r.product_id = p.id AND r.status <> 'rejected'
                      {only}
                     ORDER BY p.id, (r.valid_until IS NULL OR r.valid_until >= %(today)s) DESC,
                              (r.status = 'confirmed') DESC, r.issued_on DESC NULLS LAST, r.created_at DESC) AS best
             WHERE best.id = product.id
               AND (product.stars, product.stars_confirmed, product.stars_valid_until)
                   IS DISTINCT FROM (best.stars, best.confirmed, best.valid_until)
            """,  # noqa: S608 - `only` is one of two constants above
            {"products": products, "today": today or timezone.localdate()},
        )
        return int(cursor.rowcount)


def _holder(rating: StarRating) -> dict[str, Any]:
    """The part of an event's payload by which the product's company is told."""
    return audience(
        companies=[rating.product.company],
        names={"product": rating.product, "note": rating.decision_note},
        url="/proofs/",
    )
