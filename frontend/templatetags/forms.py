"""`{% load forms %}`: fields with label, help and error tied together, and links that keep the query."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def field(
    bound: BoundField, label: str = "", unit: str = "", css: str = "", optional: bool = True
) -> SafeString:
    """`{% field form.price unit="₫/kg" %}`: one field; `optional=False` leaves out the word "optional"."""
    context = {
        "field": bound,
        "label": label or bound.label,
        "unit": unit,
        "css": css,
        "mark_optional": optional,
    }
    return SafeString(render_to_string("components/field.html", context))


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """`{% form_errors form %}` at the top of a form: what is wrong, with a link to each field."""
    return SafeString(render_to_string("components/form_errors.html", {"form": form}))


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """`<a href="?{% query page=2 %}">`: the current query with changes; an empty value removes the name."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        elif isinstance(value, list | tuple):
            parameters.setlist(name, [str(one) for one in value])
        else:
            parameters[name] = str(value)
    return str(parameters.urlencode())
