"""The first page, the phone's "more" page, and the choice of language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as set_language_cookie

from frontend import navigation
from frontend.home.figures import catalogue_figures
from frontend.needlist import NeedCard, need_cards
from tenders.models import SourcingNeed

SHOWN_NEEDS = 4


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What this is, in one screen: search, live figures, open needs, ways in."""
    needs = SourcingNeed.objects.visible_to(request.user).open().order_by("-published_at", "-id")
    cards: list[NeedCard] = need_cards(needs[:SHOWN_NEEDS])
    context = {
        "figures": catalogue_figures(),
        "needs": cards,
        "catalogue_url": navigation.page("catalogue:product-list"),
        "needs_url": navigation.page("needs:open-list"),
    }
    return render(request, "home/index.html", context)


@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Everything that the bottom bar has no room for."""
    return render(request, "home/more.html")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Set the language of this browser, and of the person where one is signed in."""
    language = request.POST.get("language", "")
    user = request.user
    if user.is_authenticated and language in dict(settings.LANGUAGES) and user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    return set_language_cookie(request)
