"""What is wrong with a file or a cell, as codes and parameters.

The words are in `companies.services.import_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 120  # characters of a faulty value that are kept


class FileRefused(Exception):
    """The file as a whole cannot be read. `code` says why, `params` fill the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class ValueRefused(ValueError):
    """One cell cannot be understood."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one row. An error keeps the row out; a warning is told and the row is written."""

    code: str
    column: str  # the sheet's own heading, or nothing when it concerns the whole row
    value: str  # the cell as written, shortened
    is_error: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)


def shown(value: object) -> str:
    """A cell's value as it is repeated to people: one line, shortened."""
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
