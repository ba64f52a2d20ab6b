"""The charts' geometry against figures worked by hand."""

from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from core.months import month_range
from frontend import charts

MONTHS = month_range(date(2027, 8, 1), 2)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_coverage_chart_stacks_to_scale_and_marks_what_is_missing():
    chart = charts.coverage_chart(
        MONTHS,
        [charts.Series("A", [1000, 600]), charts.Series("B", [1000, Decimal(1000)])],
        unit="KGM",
        demand=[2000, 2000],
    )
    wide = chart.frames[0]
    first, second = wide.boxes[0], wide.boxes[1]
    # The axis ends at 2 t: from the top at 34 to the floor at 212, so 1 t is 89 high (less a pixel of air).
    assert (first.css, first.y, first.height) == ("s1", "123.0", "88.0")
    assert (second.css, second.y, second.height) == ("s2", "34.0", "88.0")
    missing = [box for box in wide.boxes if box.css == "short"]
    assert [box.title for box in missing] == ["short 0.4\u00a0t"]
    assert chart.legend[-1] == ("Still missing", "short")
    assert "Aug 2027: 2\u00a0t, fully covered" in chart.summary
    assert "Sep 2027: 1.6\u00a0t of 2\u00a0t, short by 0.4\u00a0t" in chart.summary


def test_coverage_chart_without_demand_says_capacity_only():
    chart = charts.coverage_chart(MONTHS, [charts.Series("A", [0, 300])], unit="KGM")
    assert not chart.frames[0].demand_path
    assert [box.css for box in chart.frames[0].boxes] == ["s1"]
    assert chart.summary == "Aug 2027: 0\u00a0kg. Sep 2027: 300\u00a0kg"


def test_coverage_chart_of_nothing_still_draws():
    assert charts.coverage_chart([], [], unit="KGM", demand=[]).frames[0].boxes == []


def test_coverage_chart_template_escapes_names():
    chart = charts.coverage_chart(MONTHS, [charts.Series("<b>A</b>", [1, 1])], unit="H87")
    html = render_to_string("components/coverage_chart.html", {"chart": chart, "table": True})
    assert "<b>A</b>" not in html
    assert "&lt;b&gt;A&lt;/b&gt;" in html
    assert "style=" not in html


def test_contributions_scale_to_the_largest_and_keep_the_base_apart():
    parts = charts.contributions([("Coverage", 24), ("Distance", -12)], base=20)
    assert [(part.points, part.width, part.css) for part in parts[:2]] == [
        ("+24", "74.0", "pos"),
        ("−12", "37.0", "neg"),
    ]
    assert parts[2].is_base
    assert parts[2].points == "20"


def test_funnel_tells_what_each_step_costs():
    steps = charts.funnel([("Set", 600), ("Product", 150), ("HACCP", 150)])
    assert [(step.width, step.removed) for step in steps] == [("100.0", 0), ("25.0", 450), ("25.0", 0)]


def test_sparkline_runs_from_low_to_high():
    path, x, y = charts.sparkline([0, 10])
    assert path == "M4.0 20.0L92.0 4.0"
    assert (x, y) == ("92.0", "4.0")
