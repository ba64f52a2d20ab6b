"""Who may do what: named predicates, asked by the API and the HTML alike through `user.has_perm(name, obj)`."""

from __future__ import annotations

from typing import Any

import rules

from companies.enums import Audience
from companies.querysets import standing_of


def _company_of(obj: Any) -> Any:
    """The company that a row belongs to."""
    if obj is None or obj._meta.model_name == "company":
        return obj
    product = getattr(obj, "product", None)
    return product.company if product is not None else getattr(obj, "company", None)


@rules.predicate
def is_staff(user: Any) -> bool:
    return standing_of(user).is_staff


@rules.predicate
def acts_for(user: Any, obj: Any) -> bool:
    company = _company_of(obj)
    return company is not None and company.pk in standing_of(user).companies


@rules.predicate
def edits_for(user: Any, obj: Any) -> bool:
    company = _company_of(obj)
    return company is not None and company.pk in standing_of(user).editable


@rules.predicate
def owns(user: Any, obj: Any) -> bool:
    company = _company_of(obj)
    return company is not None and company.pk in standing_of(user).owned


@rules.predicate
def oversees(user: Any, obj: Any) -> bool:
    """Acts (not only looks) for an agency that is responsible for the province of the row's company."""
    company = _company_of(obj)
    standing = standing_of(user)
    if company is None or not standing.is_agency:
        return False
    return standing.edits_centrally or company.province_id in standing.editable_provinces


@rules.predicate
def is_verified_buyer(user: Any) -> bool:
    return standing_of(user).is_verified_buyer


@rules.predicate
def is_agency(user: Any) -> bool:
    return standing_of(user).is_agency


@rules.predicate
def issues_rating(user: Any, rating: Any) -> bool:
    """Whether the user acts for the level that issues this rating: the province for 3 and 4 stars, the ministry for 5.

    A province's agency confirms only ratings of products in its own provinces; a ministry does not confirm the
    province's ratings, nor a province the ministry's.
    """
    standing = standing_of(user)
    if rating.stars == 5:
        return standing.edits_centrally
    return rating.product.company.province_id in standing.editable_provinces


rules.add_perm("companies.view_company", acts_for | oversees | is_staff)
rules.add_perm("companies.change_company", edits_for | is_staff)
rules.add_perm("companies.manage_members", owns | is_staff)
rules.add_perm("companies.verify_company", oversees | is_staff)
rules.add_perm("companies.change_product", edits_for | is_staff)
rules.add_perm("companies.change_capacity", edits_for | is_staff)
rules.add_perm("companies.check_capacity", oversees | is_staff)
rules.add_perm("companies.confirm_rating", issues_rating | is_staff)
rules.add_perm("companies.check_certification", oversees | is_staff)
rules.add_perm("companies.view_documents", acts_for | oversees | is_staff)
rules.add_perm("companies.import_catalogue", edits_for | is_staff)


@rules.predicate
def reads_price(user: Any, product: Any) -> bool:
    """The same rule as `audience_filter(user, "price_audience")`, for one row at hand."""
    return _in_audience(user, product, product.price_audience)


@rules.predicate
def reads_capacity(user: Any, product: Any) -> bool:
    """The same rule as `audience_filter(user, "capacity_audience")`, for one row at hand."""
    return _in_audience(user, product, product.capacity_audience)


def _in_audience(user: Any, product: Any, audience: str) -> bool:
    standing = standing_of(user)
    if audience == Audience.PUBLIC or standing.is_staff or standing.is_central:
        return True
    if audience == Audience.VERIFIED_BUYERS and standing.is_verified_buyer:
        return True
    return product.company_id in standing.companies or product.company.province_id in standing.provinces


rules.add_perm("companies.view_price", reads_price)
rules.add_perm("companies.view_capacity", reads_capacity)
