"""A company's own description of itself."""

from __future__ import annotations

from datetime import date
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from companies.auth import normalise_phone
from companies.models import Commune, Company, Province, User
from core import events
from core.errors import DomainError, from_validation


class CompanyFields(TypedDict, total=False):
    """What a company may change itself. Its kind, and what others confirm, is not among it."""

    name_vi: str
    name_en: str
    province: Province | None
    commune: Commune | None
    address: str
    phone: str
    email: str
    website: str
    story_vi: str
    story_en: str
    founded_on: date | None
    members_count: int | None
    lat: float | None
    lon: float | None


@transaction.atomic
def update_company(*, company: Company, actor: User, **fields: Unpack[CompanyFields]) -> Company:
    """Change the given fields of a company's profile.

    A confirmed company keeps its province: which agency answers for it does not change by its own word.

    Raises:
        DomainError: `forbidden`; `confirmed-province`; `invalid` with the fields at fault.
    """
    company = Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)
    if not actor.has_perm("companies.change_company", company):
        raise DomainError("forbidden", _("You may not change this company."), status=403)
    province = fields.get("province", company.province)
    if (
        company.is_verified
        and (province.pk if province else None) != company.province_id
        and not actor.is_staff
    ):
        message = _("The province of a confirmed company is changed by its agency.")
        raise DomainError("confirmed-province", message, fields={"province": [message]})
    for name, value in fields.items():
        setattr(company, name, value)
    if fields.get("phone"):
        company.phone = normalise_phone(fields["phone"])
    if company.commune is not None and company.commune.province_id != company.province_id:
        message = _("This commune does not lie in the chosen province.")
        raise DomainError("invalid", message, fields={"commune": [message]}, status=400)
    if any("\x00" in value for value in fields.values() if isinstance(value, str)):
        raise DomainError("invalid", _("Null characters are not allowed."), status=400)
    try:
        company.full_clean()
    except ValidationError as error:
        raise from_validation(error) from error
    company.save(update_fields=[*fields, "updated_at"])
    events.record(
        kind="company.changed", actor=actor, company=company, obj=company, payload={"fields": sorted(fields)}
    )
    return company
