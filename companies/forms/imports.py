"""The forms of the catalogue import: a file, and the columns of its sheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.importing.fields import FIELDS, IGNORED
from companies.importing.workbook import column_letters
from companies.models import CatalogueImport

LABELS = {
    "product": gettext_lazy("Product name"),
    "product_en": gettext_lazy("English name"),
    "producer": gettext_lazy("Producer"),
    "tax_code": gettext_lazy("Tax code"),
    "address": gettext_lazy("Address"),
    "village": gettext_lazy("Village"),
    "commune": gettext_lazy("Commune"),
    "district": gettext_lazy("District (before July 2025)"),
    "province": gettext_lazy("Province"),
    "phone": gettext_lazy("Phone number"),
    "email": gettext_lazy("E-mail"),
    "website": gettext_lazy("Website"),
    "product_set": gettext_lazy("Product set"),
    "stars": gettext_lazy("Stars"),
    "points": gettext_lazy("Points"),
    "decision": gettext_lazy("Decision number"),
    "decision_date": gettext_lazy("Decision date"),
    "valid_until": gettext_lazy("Valid until"),
    "year": gettext_lazy("Year of recognition"),
    "issuer": gettext_lazy("Issued by (not kept)"),
    "price": gettext_lazy("Price"),
    "currency": gettext_lazy("Currency"),
    "unit": gettext_lazy("Unit of measure"),
    "capacity": gettext_lazy("Capacity"),
    "pack": gettext_lazy("Pack"),
    "min_order": gettext_lazy("Minimum order"),
    "lead_time": gettext_lazy("Lead time (days)"),
    "shelf_life": gettext_lazy("Shelf life (days)"),
    "gtin": gettext_lazy("GTIN"),
    "hs": gettext_lazy("HS code"),
    "certificates": gettext_lazy("Certificates"),
    "words": gettext_lazy("Other names"),
    "story": gettext_lazy("Story"),
    "story_en": gettext_lazy("Story (English)"),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=gettext_lazy("As it is: .xlsx or .csv, Vietnamese or English headings in any order."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        allow_empty_file=True,
    )


class MappingForm(forms.Form):
    """One select per column of each sheet: which field it holds, or that it is not read."""

    def __init__(self, *args: Any, imported: CatalogueImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets: list[dict[str, Any]] = []
        choices = [("", _("not read")), *((name, LABELS[name]) for name in FIELDS if name not in IGNORED)]
        samples = imported.result.get("samples", {})
        for number, sheet in enumerate(imported.mapping.get("sheets", [])):
            held = {column: name for name, column in sheet["columns"].items() if name not in IGNORED}
            use = f"use-{number}"
            self.fields[use] = forms.BooleanField(
                required=False, initial=sheet["use"], label=sheet["name"] or _("the table")
            )
            columns = []
            for column, title in sorted((int(key), title) for key, title in sheet["titles"].items()):
                name = f"column-{number}-{column}"
                self.fields[name] = forms.ChoiceField(
                    choices=choices,
                    required=False,
                    initial=held.get(column, ""),
                    label=f"{column_letters(column)} · {title}",
                )
                texts = [
                    row[column] for row in samples.get(sheet["name"], []) if column < len(row) and row[column]
                ]
                months = column in sheet.get("months", {}).values()
                columns.append(
                    {"field": self[name], "title": title, "samples": texts[:2], "is_month": months}
                )
            self.sheets.append(
                {"name": sheet["name"], "use": self[use], "columns": columns, "number": number}
            )

    def chosen(self) -> dict[str, dict[str, int]]:
        """Sheet name to field to column, as `map_columns` takes it."""
        found: dict[str, dict[str, int]] = {}
        for sheet in self.sheets:
            number = sheet["number"]
            if not self.cleaned_data.get(f"use-{number}"):
                continue
            columns: dict[str, int] = {}
            for name, value in list(self.cleaned_data.items()):
                kind, _sep, rest = name.partition("-")
                if kind == "column" and value and rest.startswith(f"{number}-"):
                    column = int(rest.partition("-")[2])
                    if value in columns:
                        self.add_error(name, _("Another column holds this field already."))
                    columns.setdefault(value, column)
            found[sheet["name"]] = columns
        return found
