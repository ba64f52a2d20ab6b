"""`{% load icons %}`: icons of the sprite, and stars."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """`{% icon "search" %}` is decoration; `{% icon "search" label=_("Search") %}` has a name of its own."""
    place = static("frontend/img/icons.svg")
    css = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>', css, label, place, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, place, name)


@register.simple_tag
def stars(count: int | None, verified: bool = True) -> SafeString:
    """`{% stars 4 %}`; `{% stars 4 verified=False %}` draws hollow stars and says: not confirmed."""
    if not count:
        return format_html('<span class="soft">{}</span>', gettext("Not rated"))
    label = ngettext("%(count)d star", "%(count)d stars", count) % {"count": count}
    if not verified:
        label = gettext("%(stars)s, not confirmed") % {"stars": label}
    place = static("frontend/img/icons.svg")
    drawn = format_html_join(
        "",
        '<svg class="icon{}"><use href="{}#star"/></svg>',
        (("" if i < count else " off", place) for i in range(5)),
    )
    css = "stars" if verified else "stars stars-unverified"
    return format_html('<span class="{}" role="img" aria-label="{}">{}</span>', css, label, drawn)
