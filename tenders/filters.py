"""Filters of needs: one for the buyer's own, one for the open ones; the API and the site use the same."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from companies.models import HsCode, Market, ProductSet, Province
from companies.models.company import Fold
from core.text import fold
from tenders.enums import InvitationStatus, NeedStatus, QuoteMode
from tenders.models import Invitation, NeedLine, NeedMonth, SourcingNeed


def _search(queryset: Any, text: str) -> Any:
    """Needs whose title or lines hold all words, without regard to accents; the buyer's name is not searched."""
    lines = NeedLine.objects.filter(need=OuterRef("pk")).annotate(folded=Fold("product_words"))
    queryset = queryset.annotate(folded_title=Fold("title"))
    for word in fold(text).split()[:8]:
        named = Exists(lines.filter(Q(folded__contains=word) | Q(hs_id=word)))
        queryset = queryset.filter(Q(folded_title__contains=word) | Q(number__iexact=word) | named)
    return queryset


class NeedFilter(filters.FilterSet):
    """The buyer's own needs."""

    q = filters.CharFilter(method="filter_q", label=_("Search"), max_length=100)
    status = filters.MultipleChoiceFilter(choices=NeedStatus.choices, label=_("Status"))

    class Meta:
        model = SourcingNeed
        fields: list[str] = []

    def filter_q(self, queryset: Any, name: str, value: str) -> Any:
        return _search(queryset, value)


class OpenNeedFilter(filters.FilterSet):
    """Needs of others. Nothing here tells a buyer that withholds its name from another."""

    q = filters.CharFilter(method="filter_q", label=_("Search"), max_length=100)
    product_set = filters.ModelChoiceFilter(
        queryset=ProductSet.objects.all(), method="filter_line", label=_("OCOP product set")
    )
    hs = filters.ModelChoiceFilter(queryset=HsCode.objects.all(), method="filter_line", label=_("HS code"))
    province = filters.ModelChoiceFilter(
        field_name="delivery_province", queryset=Province.objects.all(), label=_("Delivered in")
    )
    market = filters.ModelChoiceFilter(queryset=Market.objects.all(), label=_("Market"))
    month = filters.DateFilter(method="filter_month", label=_("Wanted in"), help_text="A day of the month.")
    quote_mode = filters.ChoiceFilter(choices=QuoteMode.choices, label=_("Quotes"))
    company = filters.CharFilter(method="filter_company", label=_("Buyer"), max_length=60)
    invited = filters.BooleanFilter(method="filter_invited", label=_("We are invited"))

    class Meta:
        model = SourcingNeed
        fields: list[str] = []

    def filter_q(self, queryset: Any, name: str, value: str) -> Any:
        return _search(queryset, value)

    def filter_line(self, queryset: Any, name: str, value: Any) -> Any:
        wanted = Q(**{name: value})
        if name == "product_set":  # a line that names only its HS code belongs to that code's set
            wanted |= Q(product_set__isnull=True, hs__product_set=value)
        return queryset.filter(Exists(NeedLine.objects.filter(wanted, need=OuterRef("pk"))))

    def filter_month(self, queryset: Any, name: str, value: Any) -> Any:
        months = NeedMonth.objects.filter(line__need=OuterRef("pk"), month=value.replace(day=1))
        return queryset.filter(Exists(months))

    def filter_company(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(buyer_shown=True, company__code=value)

    def filter_invited(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.filter(is_invited=value)


class InvitationFilter(filters.FilterSet):
    """Invitations that a supplier has received."""

    status = filters.MultipleChoiceFilter(
        choices=[c for c in InvitationStatus.choices if c[0] != InvitationStatus.REVOKED], label=_("Status")
    )
    open = filters.BooleanFilter(method="filter_open", label=_("Can still be answered"))

    class Meta:
        model = Invitation
        fields: list[str] = []

    def filter_open(self, queryset: Any, name: str, value: bool) -> Any:
        from django.utils import timezone

        still = Q(need__status=NeedStatus.PUBLISHED, need__quote_deadline__gt=timezone.now())
        return queryset.filter(still) if value else queryset.exclude(still)
