"""For whom a catalogue is imported, and what that lets the import do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import AgencyLevel, Verification
from companies.importing.rows import Context
from companies.models import CertificationScheme, Company, HsCode, ProductSet, Province, User
from core.errors import DomainError
from core.text import fold


@dataclass(frozen=True, slots=True)
class Scope:
    """Who imports.

    `company` is the agency or the supplier whose list it is (None for staff). `provinces` are the codes that rows
    may lie in (None: any). `confirms` are the star ratings that this importer issues and so confirms by listing
    them with decision and date. `is_own` is set for a supplier, who writes its own products and nothing else.
    """

    company: Company | None
    actor: User | None
    provinces: frozenset[str] | None
    confirms: frozenset[int]
    is_own: bool = False

    @property
    def assumed_province(self) -> str | None:
        """An agency of one province lists that province where a row names no place."""
        return next(iter(self.provinces)) if self.provinces and len(self.provinces) == 1 else None


def scope_of(*, company: Company | None, actor: User | None) -> Scope:
    """What an import for `company` (None: staff) may do.

    Raises:
        DomainError: `not-verified` for an agency or supplier that is not confirmed; `no-mandate` for an agency
            without a province; `does-not-sell` for a company that sells nothing.
    """
    if company is None:
        return Scope(None, actor, None, frozenset({3, 4, 5}))
    if company.is_agency:
        if not company.is_verified:
            raise DomainError(
                "not-verified", _("This agency is not confirmed yet and cannot import a catalogue.")
            )
        if company.agency_level == AgencyLevel.CENTRAL:
            return Scope(company, actor, None, frozenset({5}))
        provinces = frozenset(company.mandate.values_list("code", flat=True))
        if not provinces:
            raise DomainError("no-mandate", _("This agency has no province of its own yet."))
        return Scope(company, actor, provinces, frozenset({3, 4}))
    if not company.sells or company.verification == Verification.REJECTED:
        raise DomainError("does-not-sell", _("Only agencies and companies that sell can import a catalogue."))
    return Scope(company, actor, None, frozenset(), is_own=True)


def scope_of_code(code: str | None) -> Scope:
    """The scope for `--agency CODE`: a company's code, or a province's for the agency of that province.

    A province without an agency on the platform can be imported for all the same; its ratings stay unverified.

    Raises:
        DomainError: `unknown-agency` and what `scope_of` raises.
    """
    if not code:
        return scope_of(company=None, actor=None)
    company = Company.objects.filter(code=code).first()
    if company is None and (province := Province.objects.filter(code=code.zfill(2)).first()):
        company = (
            Company.objects.filter(
                mandate=province, agency_level=AgencyLevel.PROVINCE, verification=Verification.CONFIRMED
            )
            .order_by("created_at")
            .first()
        )
        if company is None:
            return Scope(None, None, frozenset({province.code}), frozenset())
    if company is None:
        raise DomainError(
            "unknown-agency", _("No agency or province has the code “%(code)s”.") % {"code": code}
        )
    return scope_of(company=company, actor=None)


def context_of(scope: Scope, *, today: date | None = None) -> Context:
    """What the row checks need to know, read from the database once."""
    sets = list(ProductSet.objects.values_list("number", "code", "name_vi", "name_en"))
    hs = HsCode.objects.exclude(product_set=None).values_list("code", "product_set__number")
    known = dict.fromkeys(HsCode.objects.values_list("code", flat=True), 0) | dict(hs)
    return Context(
        today=today or timezone.localdate(),
        provinces=scope.provinces,
        assumed_province=scope.assumed_province,
        own_producer=scope.company.name_vi if scope.is_own and scope.company else "",
        own_place=(scope.company.province_id, scope.company.commune_id)
        if scope.is_own and scope.company
        else (None, None),
        set_names=[(number, fold(name)) for number, *names in sets for name in names],
        hs_sets=known,
        schemes=_scheme_words(),
    )


def _scheme_words() -> list[tuple[str, str]]:
    """Regular expressions of folded words by which a certificate is known, the longest first."""
    words = {
        code: re.escape(fold(short))
        for code, short in CertificationScheme.objects.values_list("code", "short_name")
        if short and code != "ocop_star"
    }
    pairs = [(pattern, code) for code, pattern in words.items()]
    pairs += [(pattern, code) for pattern, code in _MORE_WORDS if code in words]
    return sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)


_MORE_WORDS = (
    (r"iso[ :]*22000", "iso_22000"),
    (r"fssc(?:[ :]*22000)?", "fssc_22000"),
    (r"iso[ :]*9001", "iso_9001"),
    (r"global ?g\.?a\.?p\.?", "globalgap_ifa"),
    (r"brc(?:gs)?", "brcgs_food"),
    (r"ifs", "ifs_food"),
    (r"usda(?: organic)?", "organic_usda_nop"),
    (r"tcvn 11041[\-0-9:]*", "organic_tcvn_11041"),
    (r"ma (?:so )?vung trong", "growing_area_code"),
    (r"chi dan dia ly", "gi_vn"),
    (r"an toan thuc pham|attp|vsattp", "food_safety_eligibility_vn"),
    (r"ban tu cong bo|tu cong bo(?: san pham)?", "product_self_declaration_vn"),
    (r"fda", "us_fda_ffr"),
    (r"rainforest", "rainforest_alliance"),
)
