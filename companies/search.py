"""Searching products by words: folded words first, similar words where few are found; ranked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import BooleanField, Case, ExpressionWrapper, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from companies.models import Company
from core.text import fold

FEW = 5  # below this many hits, similar words are looked for too
MOST_SIMILAR = 500
MAX_WORDS = 8
MAX_LENGTH = 120


def words_of(text: str) -> list[str]:
    """The folded words of a query, at most eight."""
    return fold(text.replace("\x00", " ")[:MAX_LENGTH]).split()[:MAX_WORDS]


def among(ids: Iterable[UUID]) -> RawSQL:
    """For `pk__in=`: thousands of ids as one parameter."""
    return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])


def _begins(field: str, word: str) -> Q:
    """A word of the folded column begins so."""
    return Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})


def _all_words(words: Iterable[str]) -> Q:
    found = Q()
    for word in words:
        found &= _begins("search", word)
    return found


def _with_words(words: list[str]) -> Q:
    """Each word begins a word of the product or of its supplier's name.

    Which words no supplier's name holds is asked first (one query): for those the trigram index alone answers.
    """
    marks = {
        f"w{i}": BoolOr(ExpressionWrapper(_begins("search", word), BooleanField()))
        for i, word in enumerate(words)
    }
    in_names = Company.objects.aggregate(**marks)
    found = Q()
    for i, word in enumerate(words):
        own = _begins("search", word)
        if in_names[f"w{i}"]:
            own |= Q(company__in=Company.objects.filter(_begins("search", word)).values("pk"))
        found &= own
    return found


def search_products(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Products that a query finds, with `relevance` (integer, more is better).

    "ca phe sach" finds "Cà phê sạch"; "ca phe sahc" finds it too, because nothing better is there. Two or three
    small queries decide at once whether similar words are needed, and which.
    """
    words = words_of(text)
    if not words:
        return queryset.annotate(relevance=Value(0, output_field=IntegerField()))
    folded = " ".join(words)
    in_product = _all_words(words)
    tiers = [
        When(search__startswith=folded, then=Value(450)),
        When(search__contains=folded, then=Value(350)),
        When(in_product, then=Value(300)),
    ]
    if not text.isascii():  # accents were typed: the names with just these accents first
        tiers.insert(0, When(name_vi__icontains=" ".join(text.split()), then=Value(500)))
    exact = _with_words(words)
    ids = queryset.order_by().values_list("pk", flat=True)
    if len(ids.filter(in_product)[:FEW]) == FEW:
        relevance = Case(*tiers, default=Value(200), output_field=IntegerField())
        return queryset.filter(exact).annotate(relevance=relevance)
    hits = set(ids.filter(exact)[:MOST_SIMILAR])
    closeness = TrigramWordSimilarity(folded, "search")
    if len(hits) < FEW:
        similar = ids.filter(search__trigram_word_similar=folded).order_by(closeness.desc(), "pk")
        tiers.append(When(pk__in=hits, then=Value(200)))
        hits = hits | set(similar[:MOST_SIMILAR])
        by_closeness = Cast(closeness * Value(100.0), IntegerField())
        relevance = Case(*tiers, default=by_closeness, output_field=IntegerField())
        return queryset.filter(pk__in=among(hits)).annotate(relevance=relevance)
    relevance = Case(*tiers, default=Value(200), output_field=IntegerField())
    return queryset.filter(exact).annotate(relevance=relevance)


def search_companies(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Companies whose name holds the words, or a similar name where few do."""
    words = words_of(text)
    if not words:
        return queryset
    exact = _all_words(words)
    if len(queryset.order_by().filter(exact).values("pk")[:FEW]) < FEW:
        exact |= Q(search__trigram_word_similar=" ".join(words))
    return queryset.filter(exact)
