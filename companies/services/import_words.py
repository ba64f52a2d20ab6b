"""The words for every problem that an import can have, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from companies.models import Commune, Province

_L = gettext_lazy

FILE: Mapping[str, Promise] = {
    "empty-file": _L("The file is empty."),
    "too-large": _L("The file is larger than %(megabytes)s MB."),
    "too-large-unpacked": _L(
        "The file unpacks to far more than a spreadsheet should hold, and was not opened."
    ),
    "too-many-cells": _L("The file has more than %(limit)s cells. Please split it."),
    "broken-workbook": _L("The file is damaged or is not an Excel workbook. Please save it again as .xlsx."),
    "not-a-workbook": _L("The file is damaged or is not an Excel workbook. Please save it again as .xlsx."),
    "forbidden-xml": _L("The file holds declarations that a spreadsheet does not need, and was not opened."),
    "no-sheets": _L("The workbook has no visible sheet."),
    "encrypted": _L("The file is protected by a password. Please save it without one."),
    "is-xls": _L("This is an old .xls file. Please open it in Excel and save it as .xlsx."),
    "is-other-spreadsheet": _L("This kind of spreadsheet is not read. Please save it as .xlsx or .csv."),
    "is-pdf": _L(
        "This is a PDF, whatever its name says. Please upload the spreadsheet itself (.xlsx or .csv)."
    ),
    "is-picture": _L("This is a picture. Please upload the spreadsheet itself (.xlsx or .csv)."),
    "is-document": _L("This is a text document. Please copy its table into a spreadsheet (.xlsx or .csv)."),
    "is-archive": _L("This is an archive of files. Please upload the spreadsheet itself (.xlsx or .csv)."),
    "is-web-page": _L("This is a web page saved under another name. Please save it as .xlsx."),
    "unknown-type": _L("This is neither an .xlsx nor a .csv file."),
    "unknown-encoding": _L("The text's encoding is not known. Please save the file as CSV UTF-8."),
    "broken-csv": _L("The text cannot be split into columns. Please check its quotation marks."),
    "no-table": _L(
        "No row with headings was found: there must be one for the product's name and the producer."
    ),
    "sheet-gone": _L("The workbook has no sheet called “%(sheet)s”."),
}

CELL: Mapping[str, Promise] = {
    "product-missing": _L("The product has no name."),
    "product-no-name": _L("This is not a product's name."),
    "producer-missing": _L("The producer is missing."),
    "producer-no-name": _L("This is not a producer's name."),
    "other-producer": _L("This product is another producer's; you can import only those of %(own)s."),
    "too-long": _L("Too long: %(length)s characters, at most %(limit)s are kept."),
    "cell-error": _L("The cell shows an error of the spreadsheet."),
    "formula-without-value": _L(
        "The cell holds a formula without a stored result. Formulas are not run; please paste the value."
    ),
    "other-province": _L("This place is in %(province)s, which is not yours to import."),
    "place-unknown": _L("This place was not found. Please name the province."),
    "place-needed": _L("The province is missing."),
    "commune-unknown": _L("The commune was not found; only the province is kept."),
    "commune-divided": _L(
        "The old commune was divided among %(communes)s; the first is taken until somebody corrects it."
    ),
    "not-stars": _L("This is no star rating."),
    "stars-out-of-range": _L("An OCOP rating has 3, 4 or 5 stars."),
    "stars-ambiguous": _L("It is not clear how many stars are meant."),
    "not-a-date": _L("This is not a date."),
    "no-such-date": _L("There is no such day. Dates are written day, month, year."),
    "date-incomplete": _L("The day is missing; a date is kept only when it is whole."),
    "date-in-future": _L("The decision lies in the future."),
    "date-before-programme": _L("The decision is older than the OCOP programme (May 2018)."),
    "dates-differ": _L("The decision's own text gives another date: %(other)s."),
    "valid-before-issued": _L("The rating would end before it was issued."),
    "year-differs": _L("The year does not fit the date of the decision, %(date)s. The rating stays unverified."),
    "not-a-year": _L("This is not a year."),
    "points-out-of-range": _L("Points go from 0 to 100."),
    "points-do-not-fit": _L("These points do not make %(stars)s stars. The rating stays unverified."),
    "not-a-number": _L("This is not a number."),
    "not-a-phone": _L("This is no phone number; it was left out."),
    "not-an-email": _L("This is no e-mail address; it was left out."),
    "not-a-website": _L("This is no web address; it was left out."),
    "not-a-tax-code": _L("This is no tax code; it was left out."),
    "not-a-gtin": _L("A barcode has 8, 12, 13 or 14 digits."),
    "gtin-check-digit": _L("The barcode's check digit is wrong: a digit was mistyped."),
    "not-an-hs-code": _L("An HS code has six digits."),
    "hs-unknown": _L("This HS code is not among those of OCOP products; it was left out."),
    "not-a-duration": _L("This is no length of time; it was left out."),
    "not-a-price": _L("This price cannot be read."),
    "price-not-positive": _L("A price is above zero."),
    "price-unit-unclear": _L("Is this in đồng or in thousand đồng? Please write it out."),
    "price-unit-unknown": _L("The unit “%(unit)s” is not known; the price was left out."),
    "price-unit-differs": _L("The price is of another unit than the product's; it was left out."),
    "price-is-range": _L("This is a range; which price holds is not clear, so none was kept."),
    "unknown-unit": _L("The unit “%(unit)s” is not known."),
    "unit-ambiguous": _L("The unit “%(unit)s” can mean different amounts. Please write another."),
    "min-order-unclear": _L("The minimum order cannot be read; it was left out."),
    "number-ambiguous": _L("This number can be read in two ways. Please write it without a comma before three digits."),
    "not-a-quantity": _L("This is not a quantity."),
    "quantity-not-positive": _L("A quantity is above zero."),
    "quantity-too-large": _L("This quantity is too large to be true."),
    "capacity-unclear": _L("The quantity was not understood; the words are kept, the capacity stays unknown."),
    "capacity-no-period": _L("A month or a year is not named; the words are kept, the capacity stays unknown."),
    "capacity-limit": _L("This is an upper limit; the words are kept, the capacity stays unknown."),
    "capacity-unit-differs": _L(
        "The capacity is in another unit than the product's; the words are kept, the capacity stays unknown."
    ),
    "certificates-unknown": _L("No certificate known here is named; it was left out."),
    "hidden-row": _L("The row is hidden in the sheet; it was read all the same."),
    "duplicate-row": _L("The product is listed twice; row %(row)s comes first."),
    "duplicate-spelling": _L("The same product is listed in row %(row)s as “%(name)s”."),
    "producer-ambiguous": _L("There are several producers of this name in the province. Please add the commune."),
    "tax-code-elsewhere": _L("The tax code belongs to a company of another province, or the rows give different ones."),
}  # fmt: skip

LEFT_OUT: Mapping[str, Promise] = {
    "hidden-sheet": _L("hidden, not read"),
    "no-table": _L("no headings of a catalogue, not read"),
}


def file_words(code: str, params: Mapping[str, Any]) -> str:
    """Why a file was refused, in a sentence."""
    return (
        str(FILE.get(code, FILE["unknown-type"])) % dict(params)
        if params
        else str(FILE.get(code, FILE["unknown-type"]))
    )


def cell_words(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong with a cell, in a sentence; codes of places are turned into names."""
    shown = dict(params)
    if "province" in shown:
        shown["province"] = _name(Province, shown["province"])
    if "communes" in shown:
        shown["communes"] = ", ".join(_name(Commune, code) for code in shown["communes"])
    text = str(CELL[code])
    return text % shown if shown else text


def _name(model: type[Province] | type[Commune], code: str) -> str:
    row = model.objects.filter(code=code).first()
    return row.name if row else code


def note_words(code: str, count: int) -> str:
    """What was noted of many rows, counted."""
    params = {"count": count}
    texts = {
        "rating-unverified": ngettext(
            "%(count)s rating without decision number or date: it stays unverified.",
            "%(count)s ratings without decision number or date: they stay unverified.",
            count,
        ),
        "set-guessed": ngettext(
            "%(count)s product set was guessed and waits to be confirmed.",
            "%(count)s product sets were guessed and wait to be confirmed.",
            count,
        ),
        "set-unknown": ngettext(
            "%(count)s product whose set could not be guessed.",
            "%(count)s products whose set could not be guessed.",
            count,
        ),
        "unit-not-stated": ngettext(
            "%(count)s product without a unit.", "%(count)s products without a unit.", count
        ),
        "capacity-to-confirm": ngettext(
            "%(count)s capacity, spread over the months, waits for the producer to confirm it.",
            "%(count)s capacities, spread over the months, wait for the producers to confirm them.",
            count,
        ),
        "place-missing": ngettext("%(count)s row names no place.", "%(count)s rows name no place.", count),
    }
    return texts[code] % params


def left_out_words(code: str) -> str:
    """Why a sheet of the workbook was not read."""
    return str(LEFT_OUT.get(code, code))


def row_words() -> str:
    """What stands for the column where a problem concerns the whole row."""
    return _("whole row")
