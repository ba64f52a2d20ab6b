"""A line of a need as it is typed: what, how much in each month, required against preferred, ceiling price."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.models import CertificationScheme, HsCode, Market, ProductSet
from core import formats
from core.forms import LocalDecimalField, MonthField
from core.months import months_from_to
from core.quantities import QuantityError, base_code, convert, get_unit
from tenders.enums import Level
from tenders.importing.months import MAX_MONTHS, MonthsRefused, parse_months, spread
from tenders.models import NeedLine
from tenders.services.inputs import CertificateInput, LabLimitInput, LineInput
from tenders.services.lines import guess_product

UNITS = ("TNE", "KGM", "DTN", "LTR", "H87", "DZN")
STARS = [("", gettext_lazy("Any")), ("3", "3 ★"), ("4", "4 ★"), ("5", "5 ★")]
COMMON = (
    "haccp_codex", "iso_22000", "fssc_22000", "brcgs_food", "ifs_food", "vietgap_crop", "globalgap_ifa",
    "vietgap_aquaculture", "vietgap_livestock", "organic_tcvn_11041", "organic_eu", "organic_usda_nop", "organic_jas",
    "halal_jakim", "iso_9001",
)  # fmt: skip
_MONTH_KEY = re.compile(r"m-(\d{4})-(\d{2})$")


class Choices:
    """Reference rows that every line of a form offers, loaded once."""

    @cached_property
    def hs(self) -> list[HsCode]:
        return list(HsCode.objects.order_by("code"))

    @cached_property
    def sets(self) -> list[tuple[str, str]]:
        return [("", _("Guess from the product")), *((s.pk, s.name) for s in ProductSet.objects.all())]

    @cached_property
    def markets(self) -> list[tuple[str, str]]:
        return [(m.pk, m.name) for m in Market.objects.all()]

    @cached_property
    def schemes(self) -> list[tuple[str, Any]]:
        names = {s.pk: s.short_name or s.name for s in CertificationScheme.objects.all()}
        common = [(code, names[code]) for code in COMMON if code in names]
        others = sorted(
            ((code, name) for code, name in names.items() if code not in COMMON), key=lambda row: row[1]
        )
        return [("", "—"), (_("Often asked for"), common), (_("Others"), others)]


class CertificateRow(forms.Form):
    scheme = forms.ChoiceField(label=gettext_lazy("Certificate"), required=False)
    level = forms.ChoiceField(
        label=gettext_lazy("Required or preferred"),
        choices=Level.choices,
        initial=Level.REQUIRED,
        required=False,
    )
    or_equivalent = forms.BooleanField(label=gettext_lazy("or equivalent"), initial=True, required=False)
    must_be_confirmed = forms.BooleanField(
        label=gettext_lazy("only confirmed certificates count"), required=False
    )
    also_accepted = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = choices.schemes  # type: ignore[attr-defined]

    def as_input(self) -> CertificateInput | None:
        data = self.cleaned_data
        if not data.get("scheme"):
            return None
        return CertificateInput(
            scheme=data["scheme"],
            level=data["level"] or Level.REQUIRED,
            or_equivalent=data["or_equivalent"],
            must_be_confirmed=data["must_be_confirmed"],
            also_accepted=[code for code in data["also_accepted"].split(",") if code],
        )


class LabRow(forms.Form):
    parameter = forms.CharField(label=gettext_lazy("Parameter"), max_length=120, required=False)
    at_least = LocalDecimalField(
        label=gettext_lazy("at least"), required=False, max_digits=14, decimal_places=5
    )
    at_most = LocalDecimalField(
        label=gettext_lazy("at most"), required=False, max_digits=14, decimal_places=5
    )
    unit_text = forms.CharField(label=gettext_lazy("Unit"), max_length=30, required=False)
    level = forms.ChoiceField(
        label=gettext_lazy("Required or preferred"),
        choices=Level.choices,
        initial=Level.PREFERRED,
        required=False,
    )

    def as_input(self) -> LabLimitInput | None:
        data = self.cleaned_data
        if not data.get("parameter"):
            return None
        return LabLimitInput(
            parameter=data["parameter"],
            at_most=data["at_most"],
            at_least=data["at_least"],
            unit_text=data["unit_text"],
            level=data["level"] or Level.PREFERRED,
        )


class LineForm(forms.Form):
    """One line. `months` are read from fields named by month; a new number or range is spread over them."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    product_words = forms.CharField(
        label=gettext_lazy("Product"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("For example: dried longan pulp")}),
    )  # fmt: skip
    hs = forms.CharField(
        label=gettext_lazy("HS code"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "hs-codes"}),
    )
    product_set = forms.ChoiceField(label=gettext_lazy("OCOP product set"), required=False)
    each = LocalDecimalField(
        label=gettext_lazy("In each month"), required=False, max_digits=14, decimal_places=3
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), initial="TNE")
    start = MonthField(label=gettext_lazy("From month"), required=False)
    end = MonthField(label=gettext_lazy("To month"), required=False)
    spread_of = forms.CharField(widget=forms.HiddenInput, required=False)
    paste = forms.CharField(
        label=gettext_lazy("Paste quantities"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("“2 2 2 3.5” from the first month on, or “2 t/month from 8/2027 to 12/2027”."),
    )  # fmt: skip
    required_stars = forms.TypedChoiceField(
        label=gettext_lazy("Stars required, at least"),
        choices=STARS,
        coerce=int,
        empty_value=None,
        required=False,
    )
    preferred_stars = forms.TypedChoiceField(
        label=gettext_lazy("Stars preferred, at least"),
        choices=STARS,
        coerce=int,
        empty_value=None,
        required=False,
    )
    stars_must_be_confirmed = forms.BooleanField(
        label=gettext_lazy("only confirmed stars count"), required=False
    )
    ceiling_price = LocalDecimalField(
        label=gettext_lazy("Ceiling price for one kg, litre or piece"), required=False, max_digits=16, decimal_places=2,
        help_text=gettext_lazy("Only you see this. It ranks cheaper offers higher."),
    )  # fmt: skip
    ceiling_excludes = forms.BooleanField(
        label=gettext_lazy("leave out products whose listed price is above it"), required=False
    )
    pack = forms.CharField(label=gettext_lazy("Pack"), max_length=120, required=False)
    min_shelf_life_days = forms.IntegerField(
        label=gettext_lazy("Shelf life, at least (days)"), required=False, min_value=1, max_value=36_500
    )
    min_share_percent = LocalDecimalField(
        label=gettext_lazy("Smallest share of one supplier, %"), required=False, min_value=Decimal(0),
        max_value=Decimal(100), max_digits=5, decimal_places=2,
    )  # fmt: skip
    max_suppliers = forms.IntegerField(
        label=gettext_lazy("Suppliers, at most"), required=False, min_value=1, max_value=1000
    )
    whole_only = forms.BooleanField(
        label=gettext_lazy("one supplier must bring the whole quantity"), required=False
    )
    preferred_markets = forms.MultipleChoiceField(
        label=gettext_lazy("Preferred: sold already in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    specification = forms.CharField(
        label=gettext_lazy("Specification"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, for example “Moisture: 18 % at most”."),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, prefix: str, choices: Choices, line: NeedLine | None = None
    ) -> None:
        initial = initial_of(line) if line is not None else {"unit": "TNE"}
        super().__init__(data, prefix=prefix, initial=initial)
        units = list(dict.fromkeys([*UNITS, *([initial["unit"]] if initial.get("unit") else [])]))
        self.fields["unit"].choices = [(code, formats.unit_symbol(code)) for code in units]  # type: ignore[attr-defined]
        self.fields["product_set"].choices = choices.sets  # type: ignore[attr-defined]
        self.fields["preferred_markets"].choices = choices.markets  # type: ignore[attr-defined]
        self.line = line
        self.guessed: Any = None
        if line is not None and line.product_set_id and not line.hs_id:
            guessed = guess_product(words=line.product_words)[1]
            if guessed is not None and guessed.pk == line.product_set_id:
                self.guessed = guessed  # it keeps following the words
                self.initial["product_set"] = ""
        self.stored = cast(Mapping[date, Decimal], initial.get("months", {}))
        certificates = _certificates_of(line)
        rows = formset_factory(CertificateRow, extra=1, max_num=21)
        self.certificates = rows(
            data, prefix=f"{prefix}-cert", initial=certificates, form_kwargs={"choices": choices}
        )
        labs = _labs_of(line)
        self.labs = formset_factory(LabRow, extra=1, max_num=21)(data, prefix=f"{prefix}-lab", initial=labs)

    @property
    def number(self) -> int:
        """1 for the first line."""
        return self.index + 1

    @property
    def index(self) -> int:
        """0 for the first line."""
        return int(str(self.prefix).rpartition("-")[2])

    @property
    def group(self) -> str:
        """The name by which the page's script knows this line's month fields."""
        return f"months-{self.index}"

    def is_valid(self) -> bool:
        own = super().is_valid()
        return bool(self.certificates.is_valid() and self.labs.is_valid() and own)

    def clean_hs(self) -> str:
        """ "081340 – Quả sấy" as the list writes it, or the digits alone."""
        text = self.cleaned_data["hs"].strip()
        if not text:
            return ""
        code = re.sub(r"[.\s]", "", re.split(r"[^\d.\s]", text)[0])[:6]
        if not HsCode.objects.filter(pk=code).exists():
            raise ValidationError(_("Choose an HS code of six digits from the list."))
        return code

    def clean_specification(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for row in self.cleaned_data["specification"].splitlines():
            name, colon, value = row.partition(":")
            if name.strip():
                found[name.strip()] = value.strip() if colon else ""
        return found

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.has_error("each") and not self.has_error("start") and not self.has_error("end"):
            try:
                self._settle_months(data)
            except MonthsRefused as error:
                self.add_error("paste" if data.get("paste") else "end", str(error))
        return data

    def _settle_months(self, data: dict[str, Any]) -> None:
        """What is pasted wins; then a number or range that was changed; then the table."""
        each, start, end = data.get("each"), data.get("start"), data.get("end")
        months = self._typed_months()
        self.respread = False
        if data.get("paste"):
            months, unit = parse_months(data["paste"], start=start or min(months, default=None))
            if unit:
                data["unit"] = unit
            self.respread = True
        elif each and start and (_signature(each, start, end) != data.get("spread_of") or not months):
            months = spread(each, start, end or start)
            self.respread = True
        data["months"] = {month: value for month, value in months.items() if value}
        self.stored = months
        self.signature = _signature(each, start, end)

    def _typed_months(self) -> dict[date, Decimal]:
        found: dict[date, Decimal] = {}
        for key in self.data:
            if not key.startswith(f"{self.prefix}-m-"):
                continue
            name = _MONTH_KEY.search(key)
            if name is None or not 1 <= int(name[2]) <= 12 or not 2000 <= int(name[1]) <= 2100:
                continue
            month = date(int(name[1]), int(name[2]), 1)
            try:
                value = LocalDecimalField(required=False, min_value=0).clean(self.data[key])
            except ValidationError as error:
                raise MonthsRefused(f"{formats.month(month)}: {error.messages[0]}") from None
            found[month] = value or Decimal(0)
            if len(found) > MAX_MONTHS:
                break
        return found

    @property
    def month_rows(self) -> list[tuple[date, str, str]]:
        """Month, field name and value of the table, without gaps; at most 36 months."""
        if not self.stored:
            return []
        whole = list(months_from_to(min(self.stored), max(self.stored)))[:MAX_MONTHS]
        shown = {month: self.stored.get(month, Decimal(0)) for month in whole}
        return [
            (month, f"{self.prefix}-m-{month:%Y-%m}", formats.number(value).replace("−", "-"))
            for month, value in shown.items()
        ]

    @property
    def spread_signature(self) -> str:
        """Of which number and range the table was made."""
        if hasattr(self, "signature"):
            return str(self.signature)
        return _signature(self.initial.get("each"), self.initial.get("start"), self.initial.get("end"))

    def as_input(self) -> LineInput:
        """Quantities and price turned into the unit's base (kg, litre, piece); the set guessed where none is chosen."""
        data = self.cleaned_data
        unit, factor = base_of(data["unit"])
        hs, product_set = data["hs"] or None, data["product_set"] or None
        if product_set is None and hs is None and data["product_words"]:
            # Never the HS code: together with words it would exclude, and a guess must not.
            guessed = guess_product(words=data["product_words"])[1]
            product_set = guessed.pk if guessed else None
        return LineInput(
            id=data["id"],
            product_words=data["product_words"],
            hs=hs,
            product_set=product_set,
            unit=unit,
            months={month: value * factor for month, value in data.get("months", {}).items()},
            specification=data["specification"],
            required_stars=data["required_stars"],
            preferred_stars=data["preferred_stars"],
            stars_must_be_confirmed=data["stars_must_be_confirmed"],
            certificates=[row for one in self.certificates if (row := one.as_input())],
            lab_limits=[limit for one in self.labs if (limit := one.as_input())],
            ceiling_price=data["ceiling_price"],
            ceiling_excludes=data["ceiling_excludes"] and data["ceiling_price"] is not None,
            pack=data["pack"],
            min_shelf_life_days=data["min_shelf_life_days"],
            preferred_markets=data["preferred_markets"],
            min_share_percent=data["min_share_percent"] or Decimal(0),
            max_suppliers=data["max_suppliers"],
            partial_allowed=not data["whole_only"],
        )


def base_of(unit: str) -> tuple[str, Decimal]:
    """The unit that a quantity is kept in, and how many of it one `unit` is: tonnes are kept as kilograms."""
    try:
        base = base_code(get_unit(unit).code)
        return (base, convert(Decimal(1), unit, base)) if base else (unit, Decimal(1))
    except QuantityError:
        return unit, Decimal(1)


def _signature(each: Decimal | None, start: date | None, end: date | None) -> str:
    number = "" if each is None else f"{each.normalize():f}"
    return f"{number}|{start or ''}|{end or ''}"


def initial_of(line: NeedLine) -> dict[str, Any]:
    """A stored line as it stands in the form; kilograms from a tonne on are shown in tonnes."""
    base, to_base = base_of(line.unit_id)
    quantities = {month: value * to_base for month, value in line.quantities.items()}
    unit = base
    if base == "KGM" and (not quantities or all(value >= 1000 for value in quantities.values())):
        unit, quantities = "TNE", {month: value / 1000 for month, value in quantities.items()}
    values = set(quantities.values())
    start, end = min(quantities, default=None), max(quantities, default=None)
    uniform = len(values) == 1 and start is not None and end is not None
    uniform = uniform and len(quantities) == len(list(months_from_to(start, end)))  # type: ignore[arg-type]
    ceiling = line.ceiling_price
    return {
        "id": line.pk,
        "product_words": line.product_words,
        "hs": f"{line.hs.pk} – {line.hs.name}" if line.hs else "",
        "product_set": line.product_set_id or "",
        "each": values.pop() if uniform else None,
        "unit": unit,
        "start": start,
        "end": end,
        "months": quantities,
        "required_stars": line.required_stars or "",
        "preferred_stars": line.preferred_stars or "",
        "stars_must_be_confirmed": line.stars_must_be_confirmed,
        "ceiling_price": None if ceiling is None else (ceiling / to_base).quantize(Decimal("0.01")),
        "ceiling_excludes": line.ceiling_excludes,
        "pack": line.pack,
        "min_shelf_life_days": line.min_shelf_life_days,
        "min_share_percent": line.min_share_percent or None,
        "max_suppliers": line.max_suppliers,
        "whole_only": not line.partial_allowed,
        "preferred_markets": line.preferred_markets,
        "specification": "\n".join(f"{name}: {value}" for name, value in line.specification.items()),
    }


def _certificates_of(line: NeedLine | None) -> list[dict[str, Any]]:
    if line is None:
        return []
    return [
        {
            "scheme": row.scheme_id,
            "level": row.level,
            "or_equivalent": row.or_equivalent,
            "must_be_confirmed": row.must_be_confirmed,
            "also_accepted": ",".join(row.also_accepted),
        }
        for row in line.certificates.all()
        if not row.from_market
    ]


def _labs_of(line: NeedLine | None) -> list[dict[str, Any]]:
    if line is None:
        return []
    names = ("parameter", "at_least", "at_most", "unit_text", "level")
    return [{name: getattr(row, name) for name in names} for row in line.lab_limits.all()]
