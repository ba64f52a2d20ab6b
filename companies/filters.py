"""The one set of filters of the catalogue, for the API and the site."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import (
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from companies.certificates import holds_any
from companies.models import (
    Company,
    MonthlyCapacity,
    Product,
)
from companies.models.capacity import AVAILABLE
from companies.models.catalogue import STAR_RANK
from companies.querysets import AnyUser, audience_filter
from companies.search import among, search_companies, search_products, words_of
from core.forms import LocalDecimalField, MonthField
from core.months import add_months, first_day, months_between

MAX_MONTHS = 24
MAX_CODE = 40
STAR_CHOICES = [("5", "5"), ("4", "4"), ("3", "3"), ("0", _("No star"))]
SORT_CHOICES = [
    ("relevance", pgettext_lazy("sort", "Best fit first")),
    ("stars", pgettext_lazy("sort", "Most stars first")),
    ("name", pgettext_lazy("sort", "By name")),
    ("newest", pgettext_lazy("sort", "Newest first")),
]
ORDERINGS = {
    "relevance": ("-relevance", "-star_rank", "sort_key", "id"),
    "stars": ("-star_rank", "sort_key", "id"),
    "name": ("sort_key", "id"),
    "newest": ("-created_at", "-id"),
}
FACETS = ("set", "stars", "province", "certificate", "market")


@extend_schema_field({"type": "string", "pattern": r"^20[2-9]\d-(0[1-9]|1[0-2])$"})
class MonthFilter(filters.Filter):
    field_class = MonthField


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 10**12})
class LocalNumberFilter(filters.NumberFilter):
    field_class = LocalDecimalField


def _today() -> date:
    return timezone.localdate()


class CodesField(forms.MultipleChoiceField):
    """Codes of reference data; one that is not there finds nothing, so that old links keep working."""

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) <= MAX_CODE and "\x00" not in str(value)


@extend_schema_field({"type": "array", "items": {"type": "string", "maxLength": MAX_CODE}})
class CodesFilter(filters.MultipleChoiceFilter):
    """Rows of reference data by their codes, several of them meaning "any of"."""

    field_class = CodesField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=(), widget=forms.CheckboxSelectMultiple, **kwargs)


class ProductFilter(filters.FilterSet):
    """What the catalogue can be narrowed by; the reader's rights decide what a price or capacity filter speaks of.

    `queryset` is what the reader may see (`visible_to`); `request.user` is the reader.
    """

    q = filters.CharFilter(label=_("Search"), method="filter_nothing", max_length=200)
    set = CodesFilter(label=_("Product set"), method="filter_nothing")
    stars = filters.MultipleChoiceFilter(
        label=_("Stars"), choices=STAR_CHOICES, widget=forms.CheckboxSelectMultiple, method="filter_nothing"
    )
    stars_min = filters.NumberFilter(
        label=_("At least so many stars"), field_name="stars", lookup_expr="gte", min_value=1, max_value=5
    )
    confirmed = filters.BooleanFilter(
        label=_("Confirmed stars only"), widget=forms.CheckboxInput, method="filter_confirmed"
    )
    province = CodesFilter(label=_("Province"), method="filter_nothing")
    certificate = CodesFilter(label=_("Valid certificate"), method="filter_nothing")
    market = CodesFilter(label=_("Already sold to"), method="filter_nothing")
    available_from = MonthFilter(
        label=_("Available from"),
        method="filter_nothing",
        help_text=_("A month, for example 2027-08. Only capacities that you may read count."),
    )
    available_to = MonthFilter(label=_("Available to"), method="filter_nothing")
    available_min = LocalNumberFilter(
        label=_("At least so much in each month (kg)"), method="filter_nothing", min_value=0, max_value=10**12
    )
    price_min = LocalNumberFilter(
        label=_("Price from (₫)"), method="filter_price_min", min_value=0, max_value=10**13
    )
    price_max = LocalNumberFilter(
        label=_("Price to (₫)"), method="filter_price_max", min_value=0, max_value=10**13
    )
    company = filters.CharFilter(label=_("Company"), method="filter_company", max_length=60)
    simulated = filters.BooleanFilter(label=_("Simulated"), field_name="is_simulated")
    published = filters.BooleanFilter(label=_("Published"), field_name="published")
    sort = filters.ChoiceFilter(
        label=_("Sort by"), choices=SORT_CHOICES, method="filter_nothing", null_label=None, empty_label=None
    )

    class Meta:
        model = Product
        fields: list[str] = []

    @property
    def user(self) -> AnyUser:
        return getattr(self.request, "user", None)

    @cached_property
    def cleaned(self) -> dict[str, Any]:
        """What was asked for and could be read."""
        if not self.is_bound:
            return {}
        self.form.is_valid()
        return dict(getattr(self.form, "cleaned_data", {}))

    def narrowed(self, *, without: Collection[str] = ()) -> QuerySet[Product]:
        """The products under all filters but the named ones; not ordered."""
        queryset = self._found.order_by()
        for name, value in self.cleaned.items():
            if name not in without and name not in FACETS and name in self.filters:
                queryset = self.filters[name].filter(queryset, value)
        queryset = self._available(queryset)
        for name in FACETS:
            chosen = self.choice(name)
            if chosen is not None and name not in without:
                queryset = queryset.filter(chosen)
        return queryset

    def choice(self, name: str) -> Q | None:
        """What the choices within a facet ask of a product: any of them; None when nothing is chosen."""
        value = self.cleaned.get(name)
        if not value:
            return None
        if name == "set":
            return Q(product_set__in=list(value))
        if name == "province":
            return Q(company__province__in=list(value))
        if name == "certificate":
            return holds_any(value, _today())
        if name == "market":
            return Q(markets__overlap=list(value))
        wanted = Q(stars__in=[int(star) for star in value if star != "0"])
        return wanted | Q(stars__isnull=True) if "0" in value else wanted

    @cached_property
    def _found(self) -> QuerySet[Product]:
        """What the words find, decided once for the list and all its facets."""
        return search_products(self.queryset, self.cleaned.get("q") or "")

    def filter_queryset(self, queryset: QuerySet[Product]) -> QuerySet[Product]:
        return self.narrowed().annotate(star_rank=STAR_RANK)

    @property
    def chosen_sort(self) -> str:
        """The order asked for, else by fit for words and by stars without."""
        wanted = self.cleaned.get("sort") or ""
        searching = bool(words_of(self.cleaned.get("q") or ""))
        if wanted in ORDERINGS and (wanted != "relevance" or searching):
            return str(wanted)
        return "relevance" if searching else "stars"

    @property
    def ordering(self) -> tuple[str, ...]:
        return ORDERINGS[self.chosen_sort]

    def is_narrow(self) -> bool:
        """Whether anything but the order was asked for."""
        return any(
            value not in (None, "", [], False) for name, value in self.cleaned.items() if name != "sort"
        )

    # -- methods of the filters; django-filter calls them with (queryset, name, value) --------------------------

    def filter_nothing(self, queryset: QuerySet[Product], name: str, value: Any) -> QuerySet[Product]:
        return queryset  # read elsewhere: by `choice`, together with another field, or by the order

    def filter_confirmed(self, queryset: QuerySet[Product], name: str, value: bool) -> QuerySet[Product]:
        return queryset.filter(confirmed_stars(_today())) if value else queryset

    def filter_price_min(self, queryset: QuerySet[Any], name: str, value: Decimal) -> QuerySet[Product]:
        readable = audience_filter(self.user, "price_audience")
        return queryset.filter(readable, currency="VND", price__gte=value)

    def filter_price_max(self, queryset: QuerySet[Any], name: str, value: Decimal) -> QuerySet[Product]:
        readable = audience_filter(self.user, "price_audience")
        return queryset.filter(readable, currency="VND", price__lte=value)

    def filter_company(self, queryset: QuerySet[Product], name: str, value: str) -> QuerySet[Product]:
        return queryset.filter(company__code=value)

    def _available(self, queryset: QuerySet[Product]) -> QuerySet[Product]:
        ids = self._available_ids
        return queryset if ids is None else queryset.filter(pk__in=among(ids))

    @cached_property
    def _available_ids(self) -> list[UUID] | None:
        """Products with something (or `available_min`, for what is weighed) left in every month asked for.

        Read once for the list and its facets. Counts only rows whose capacity the reader may read; the list itself is
        of what the reader may see.
        """
        start, end = self.cleaned.get("available_from"), self.cleaned.get("available_to")
        least = self.cleaned.get("available_min")
        if not (start or end or least):
            return None
        start = start or min(first_day(_today()), end or date.max)
        end = end or (start if self.cleaned.get("available_from") else add_months(start, 11))
        count = months_between(start, end) + 1
        if not 1 <= count <= MAX_MONTHS:
            return []
        rows = MonthlyCapacity.objects.filter(
            audience_filter(self.user, "capacity_audience", "product__"), month__range=(start, end)
        )
        if least:
            kilograms = ExpressionWrapper(
                AVAILABLE * Coalesce(F("product__unit__factor"), F("product__pack_content")),
                output_field=DecimalField(max_digits=24, decimal_places=6),
            )
            weighed = Q(product__unit__dimension="mass") | Q(
                product__unit__dimension="package", product__pack_content__isnull=False
            )
            rows = rows.filter(weighed).annotate(kilograms=kilograms).filter(kilograms__gte=least)
        else:
            rows = rows.annotate(left=AVAILABLE).filter(left__gt=0)
        full = rows.order_by().values("product").annotate(months=Count("month")).filter(months=count)
        return list(full.values_list("product", flat=True))


def confirmed_stars(day: date) -> Q:
    return Q(stars_confirmed=True) & (Q(stars_valid_until__isnull=True) | Q(stars_valid_until__gte=day))


class CompanyFilter(filters.FilterSet):
    """Companies by words, kind, province, and by what they do."""

    q = filters.CharFilter(label=_("Search"), method="filter_words", max_length=200)
    province = CodesFilter(label=_("Province"), method="filter_province")
    simulated = filters.BooleanFilter(label=_("Simulated"), field_name="is_simulated")

    class Meta:
        model = Company
        fields = ["kind", "sells", "buys", "verification"]

    def filter_words(self, queryset: QuerySet[Company], name: str, value: str) -> QuerySet[Company]:
        return search_companies(queryset, value)

    def filter_province(self, queryset: QuerySet[Company], name: str, value: Any) -> QuerySet[Company]:
        return queryset.filter(province__in=list(value)) if value else queryset
