"""The admin, for what has no page. Money, stars and rights change through the services, so most is read-only here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from companies import models


class ReadOnlyAdmin(admin.ModelAdmin):
    """To look things up: writing goes through the site, where events and checks are."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["__str__", "email", "phone", "is_active", "is_staff", "created_at"]
    list_filter = ["is_staff", "is_active", "is_simulated"]
    search_fields = ["email", "phone", "full_name"]
    fields = [
        "full_name",
        "email",
        "phone",
        "language",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
    ]
    readonly_fields = ["last_login"]


@admin.register(models.Company)
class CompanyAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "kind", "province", "verification", "sells", "buys", "is_simulated"]
    list_filter = ["kind", "verification", "sells", "buys", "is_simulated"]
    list_select_related = ["province"]
    search_fields = ["name_vi", "name_en", "tax_code", "code"]
    raw_id_fields = ["commune", "listed_by", "verified_by"]
    filter_horizontal = ["mandate"]
    readonly_fields = ["verification", "verified_by", "verified_at", "deliveries_count", "on_time_in_full"]


@admin.register(models.Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["name_vi", "company", "product_set", "stars", "stars_confirmed", "published"]
    list_filter = ["stars", "stars_confirmed", "published", "is_simulated"]
    list_select_related = ["company", "product_set"]
    search_fields = ["name_vi", "name_en", "company__name_vi"]
    show_full_result_count = False


@admin.register(models.Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "company", "role", "revoked_at"]
    list_select_related = ["user", "company"]
    search_fields = ["user__email", "user__phone", "company__name_vi"]


@admin.register(models.StarRating)
class StarRatingAdmin(ReadOnlyAdmin):
    list_display = ["product", "stars", "status", "decision_number", "issued_on", "valid_until"]
    list_filter = ["stars", "status", "issuing_level"]
    list_select_related = ["product"]
    search_fields = ["decision_number", "product__name_vi"]
    show_full_result_count = False


@admin.register(models.Certification)
class CertificationAdmin(ReadOnlyAdmin):
    list_display = ["company", "scheme", "number", "status", "valid_to"]
    list_filter = ["status", "scheme"]
    list_select_related = ["company", "scheme"]
    search_fields = ["number", "company__name_vi"]
    show_full_result_count = False


@admin.register(models.CatalogueImport)
class CatalogueImportAdmin(ReadOnlyAdmin):
    list_display = ["original_name", "company", "status", "rows", "good", "created", "updated", "created_at"]
    list_filter = ["status"]
    list_select_related = ["company"]


@admin.register(models.Province, models.ProductSet, models.CertificationScheme, models.Market, models.Unit)
class ReferenceAdmin(ReadOnlyAdmin):
    """Reference data is loaded by `manage.py load_reference`, not typed."""

    list_display = ["code", "name_vi", "name_en"]
    search_fields = ["code", "name_vi", "name_en"]
