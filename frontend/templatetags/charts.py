"""`{% load charts %}`: server-drawn SVG charts, each with a text alternative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.translation import gettext

from core import formats
from frontend import charts

register = template.Library()


@register.inclusion_tag("components/coverage_chart.html")
def coverage_chart(chart: charts.Chart, table: bool = True) -> dict[str, Any]:
    """`{% coverage_chart chart %}` for `frontend.charts.coverage_chart(...)`; `table=False`: no figures."""
    return {"chart": chart, "table": table}


@register.inclusion_tag("components/contributions.html")
def contribution_bars(parts: Sequence[charts.Contribution], label: str = "") -> dict[str, Any]:
    """`{% contribution_bars parts %}` for a `frontend.charts.contributions(...)`."""
    return {"parts": parts, "label": label}


@register.inclusion_tag("components/funnel.html")
def funnel(steps: Sequence[charts.FunnelStep], label: str = "") -> dict[str, Any]:
    """`{% funnel steps %}` for a `frontend.charts.funnel(...)`."""
    return {"steps": steps, "label": label}


@register.inclusion_tag("components/bars.html")
def bar_chart(rows: Sequence[charts.Bar], label: str = "") -> dict[str, Any]:
    """`{% bar_chart rows label=... %}` for a `frontend.charts.bars(...)`."""
    return {"rows": rows, "label": label}


@register.inclusion_tag("components/meter.html")
def meter(share: Any, label: str = "") -> dict[str, Any]:
    """`{% meter 0.92 label=... %}`: one bar of a whole."""
    value = min(max(float(share or 0), 0.0), 1.0)
    return {"width": f"{value * 100:.1f}", "label": label or formats.percent(value)}


@register.inclusion_tag("components/sparkline.html")
def sparkline(values: Sequence[Any], label: str = "", unit: str = "") -> dict[str, Any]:
    """`{% sparkline values label=... %}`: a small line; the label says what it shows, else its range."""
    path, x, y = charts.sparkline(values)
    if not label and values:
        numbers = [float(value or 0) for value in values]
        low, high = formats.number(min(numbers)), formats.number(max(numbers))
        label = gettext("From %(low)s to %(high)s") % {"low": low, "high": high}
    return {"path": path, "x": x, "y": y, "label": label, "unit": unit}
