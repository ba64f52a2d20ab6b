"""Geometry of the charts: numbers in, coordinates out. The templates in components/ draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from core import formats

Number = Decimal | int | float
SERIES_CLASSES = 8


@dataclass(frozen=True, slots=True)
class Series:
    """One supplier's (or one kind's) values by month, in the chart's unit."""

    name: str
    values: Sequence[Number]


@dataclass(frozen=True, slots=True)
class Box:
    x: str
    y: str
    width: str
    height: str
    css: str
    title: str = ""
    label: str = ""
    label_x: str = ""
    label_y: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    x: str
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One drawing of the chart at a width; `css` says on which screens it is shown."""

    css: str
    width: int
    height: int
    left: int
    right: int
    boxes: list[Box]
    grid: list[Mark]
    months: list[Mark]
    demand_path: str
    demand_label: Mark | None


@dataclass(frozen=True, slots=True)
class Chart:
    """What `{% coverage_chart %}` draws."""

    frames: list[Frame]
    legend: list[tuple[str, str]]
    summary: str
    head: list[str]
    rows: list[tuple[str, list[str]]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    css: str
    width: int
    height: int
    left: int
    top: int = 34
    bottom: int = 30
    labels_from: int = 60  # a column narrower than this holds no words


_WIDE = _Layout("wide-only", 760, 242, 62)
_SMALL = _Layout("small-only", 340, 210, 60, labels_from=44)


@dataclass(slots=True)
class _Scale:
    top: float
    unit: str
    factor: float
    ticks: list[float] = field(default_factory=list)


def coverage_chart(
    months: Sequence[date],
    series: Sequence[Series],
    *,
    unit: str,
    demand: Sequence[Number] | None = None,
    caption: str = "",
) -> Chart:
    """The stacked chart of what suppliers cover month by month against what is asked.

    Args:
        months: first days, in order.
        series: values by month in `unit`, one entry a supplier, drawn from the bottom up. From the ninth on
            they share one colour: give the rest as one series.
        unit: UN/CEFACT code of all values; kilograms are shown in tonnes when large.
        demand: asked quantity by month; without it the chart shows capacity alone.
        caption: what the chart is, for its text alternative.
    """
    columns = [[float(one.values[i] or 0) for one in series] for i in range(len(months))]
    asked = [float(value or 0) for value in demand] if demand is not None else [0.0] * len(months)
    scale = _scale(max([sum(column) for column in columns] + asked + [0.0]), unit)
    frames = [
        _frame(layout, months, columns, series, asked if demand is not None else None, scale)
        for layout in (_WIDE, _SMALL)
    ]
    legend = [(one.name, _css(i)) for i, one in enumerate(series)]
    short = [max(want - sum(have), 0.0) for want, have in zip(asked, columns, strict=True)]
    if demand is not None and any(_shown(gap, scale) for gap in short):
        legend.append((gettext("Still missing"), "short"))
    return Chart(
        frames=frames,
        legend=legend,
        summary=_summary(months, columns, asked if demand is not None else None, scale, caption),
        head=[formats.month(month) for month in months],
        rows=_rows(series, demand, short, scale),
        caption=caption,
    )


def _scale(highest: float, unit: str) -> _Scale:
    factor = 1.0
    if unit == "KGM" and highest >= 1000:
        unit, factor = "TNE", 0.001
    top = highest * factor or 1.0
    step = 10.0 ** len(str(int(top))) / 10
    for part in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0):
        if top / (step * part) <= 4:
            step *= part
            break
    ticks = [0.0]
    while ticks[-1] < top - 1e-9:
        ticks.append(round(ticks[-1] + step, 6))
    return _Scale(top=ticks[-1], unit=unit, factor=factor, ticks=ticks)


def _shown(value: float, scale: _Scale) -> bool:
    """Whether a gap is large enough to be seen and named (half a percent of the axis)."""
    return value * scale.factor > scale.top * 0.005


def _say(value: float, scale: _Scale) -> str:
    shown = Decimal(str(round(value * scale.factor, 3)))
    return formats.quantity(shown, scale.unit, scale=False)


def _css(index: int) -> str:
    return f"s{index + 1}" if index < SERIES_CLASSES else "s0"


def _frame(
    layout: _Layout,
    months: Sequence[date],
    columns: list[list[float]],
    series: Sequence[Series],
    asked: list[float] | None,
    scale: _Scale,
) -> Frame:
    right = layout.width - 6
    floor = layout.height - layout.bottom
    rise = floor - layout.top
    slot = (right - layout.left) / max(len(months), 1)
    bar = slot * 0.68

    def up(value: float) -> float:
        return floor - rise * value * scale.factor / scale.top

    boxes: list[Box] = []
    names: list[Mark] = []
    path: list[str] = []
    every = max(1, round(len(months) * 34 / (right - layout.left) + 0.499))
    for i, month in enumerate(months):
        x = layout.left + slot * i + (slot - bar) / 2
        middle = x + bar / 2
        base = 0.0
        for j, value in enumerate(columns[i]):
            if value > 0:
                boxes.append(_box(x, up(base + value), bar, up(base) - up(base + value), _css(j)))
                base += value
        if asked is not None:
            gap = asked[i] - base
            if _shown(gap, scale):
                words = gettext("short %(quantity)s") % {"quantity": _say(gap, scale)}
                boxes.append(_short_box(x, up(asked[i]), bar, up(base) - up(asked[i]), words, layout))
            edge = layout.left + slot * i
            path.append(f"{'M' if not path else 'L'}{edge:.1f} {up(asked[i]):.1f}H{edge + slot:.1f}")
        if i % every == 0:
            names.append(Mark(f"{middle:.1f}", f"{floor + 20:.0f}", formats.month(month, "short")))
    label = None
    if asked and len(set(asked)) == 1:
        words = gettext("Need: %(quantity)s a month") % {"quantity": _say(asked[0], scale)}
        label = Mark(f"{right}", f"{up(asked[0]) - 8:.1f}", words)
    elif asked:
        label = Mark(f"{right}", "14", gettext("Dashed line: the need"))
    grid = [
        Mark(f"{layout.left - 8}", f"{floor - rise * tick / scale.top:.1f}", _tick(tick, scale))
        for tick in scale.ticks
    ]
    return Frame(
        css=layout.css, width=layout.width, height=layout.height, left=layout.left, right=right, boxes=boxes,
        grid=grid, months=names, demand_path="".join(path), demand_label=label,
    )  # fmt: skip


def _box(x: float, y: float, width: float, height: float, css: str) -> Box:
    # One pixel of air between two suppliers of a month.
    return Box(f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{max(height - 1, 0.6):.1f}", css)


def _short_box(x: float, y: float, width: float, height: float, words: str, layout: _Layout) -> Box:
    fits = width >= max(layout.labels_from, len(words) * 6.6) and height >= 18
    return Box(
        f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{max(height - 1, 1):.1f}", "short", title=words,
        label=words if fits else "", label_x=f"{x + width / 2:.1f}", label_y=f"{y + height / 2 + 4:.1f}",
    )  # fmt: skip


def _tick(value: float, scale: _Scale) -> str:
    return formats.quantity(Decimal(str(value)), scale.unit, scale=False)


def _summary(
    months: Sequence[date], columns: list[list[float]], asked: list[float] | None, scale: _Scale, caption: str
) -> str:
    parts = [caption] if caption else []
    if asked is None:
        for month, column in zip(months, columns, strict=True):
            parts.append(f"{formats.month(month)}: {_say(sum(column), scale)}")
    else:
        for month, want, column in zip(months, asked, columns, strict=True):
            gap = want - sum(column)
            values = {
                "month": formats.month(month),
                "have": _say(min(sum(column), want), scale),
                "want": _say(want, scale),
                "gap": _say(gap, scale),
            }
            if _shown(gap, scale):
                parts.append(gettext("%(month)s: %(have)s of %(want)s, short by %(gap)s") % values)
            else:
                parts.append(gettext("%(month)s: %(want)s, fully covered") % values)
    return ". ".join(parts)


def _rows(
    series: Sequence[Series], demand: Sequence[Number] | None, short: list[float], scale: _Scale
) -> list[tuple[str, list[str]]]:
    rows = [(one.name, [_say(float(value or 0), scale) for value in one.values]) for one in series]
    if demand is not None:
        rows.append((gettext("Need"), [_say(float(value or 0), scale) for value in demand]))
        rows.append((gettext("Still missing"), [_say(gap, scale) if gap > 0 else "0" for gap in short]))
    return rows


@dataclass(frozen=True, slots=True)
class Contribution:
    """One part of a score: `width` is its bar of at most 74 units."""

    label: str
    points: str
    width: str
    css: str
    is_base: bool = False
    words: str = ""


def contributions(
    parts: Sequence[tuple[str, Number]], *, base: Number | None = None, base_label: str = ""
) -> list[Contribution]:
    """Bars for the named parts of a score (largest part = full width) and the base, which has none.

    Args:
        parts: label and points, positive or negative, in the order to show.
        base: the score before any part.
    """
    largest = max([abs(float(points)) for _label, points in parts] + [1e-9])
    found = [
        Contribution(
            label=str(label),
            points=signed(points),
            width=f"{abs(float(points)) / largest * 74:.1f}",
            css="pos" if float(points) >= 0 else "neg",
        )
        for label, points in parts
    ]
    if base is not None:
        found.append(
            Contribution(base_label or gettext("Starting score"), signed(base, plus=False), "0", "pos", True)
        )
    return found


def signed(points: Number, *, plus: bool = True) -> str:
    """ "+24", "−2", "0", "+0,4" (one decimal below ten parts of a point when it rounds to nothing)."""
    value = round(float(points), 1)
    shown = round(value) if abs(value) >= 1 else value
    text = formats.number(Decimal(str(shown)))
    return f"+{text}" if plus and shown > 0 else text


@dataclass(frozen=True, slots=True)
class FunnelStep:
    label: str
    count: int
    width: str
    removed: int


def funnel(steps: Sequence[tuple[str, int]]) -> list[FunnelStep]:
    """What is left after each requirement, bars against the first count."""
    first = max(steps[0][1], 1) if steps else 1
    found: list[FunnelStep] = []
    before: int | None = None
    for label, count in steps:
        removed = 0 if before is None else before - count
        found.append(FunnelStep(str(label), count, f"{count / first * 100:.1f}", removed))
        before = count
    return found


def sparkline(values: Sequence[Number], *, width: int = 96, height: int = 24) -> tuple[str, str, str]:
    """The path of a small line through `values` and the place of its last point."""
    numbers = [float(value or 0) for value in values]
    if not numbers:
        return "", "0", "0"
    high, low = max(*numbers, 0.0) if len(numbers) > 1 else max(numbers[0], 0.0), min([*numbers, 0.0])
    span = (high - low) or 1.0
    step = (width - 8) / max(len(numbers) - 1, 1)
    points = [
        (4 + step * i, height - 4 - (value - low) / span * (height - 8)) for i, value in enumerate(numbers)
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return path, f"{points[-1][0]:.1f}", f"{points[-1][1]:.1f}"


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: str
    width: str


def bars(rows: Sequence[tuple[str, Number]], *, unit: str = "") -> list[Bar]:
    """Horizontal bars, the largest at full width (100)."""
    largest = max([float(value) for _label, value in rows] + [1e-9])
    return [
        Bar(
            str(label),
            formats.quantity(value, unit) if unit else formats.number(value),
            f"{float(value) / largest * 100:.1f}",
        )
        for label, value in rows
    ]
