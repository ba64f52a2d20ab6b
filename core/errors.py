"""The one exception that services raise when an act is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class DomainError(Exception):
    """A business act was refused; both edges (API, HTML) show `message` and nothing is written.

    Args:
        code: stable, machine-readable, e.g. `"deadline-passed"`.
        message: a translated sentence for the person who tried.
        fields: messages by field name, where the fault lies in what was typed.
        status: the HTTP status at the API edge: 400 malformed, 403 not yours to do, 409 the state forbids it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        status: int = 409,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)
        self.fields = {name: [str(text) for text in texts] for name, texts in (fields or {}).items()}
        self.status = status


def from_validation(error: ValidationError) -> DomainError:
    """Turn Django's `ValidationError` (from `full_clean`) into a `DomainError` with status 400."""
    if hasattr(error, "error_dict"):
        fields = {name: list(map(str, texts)) for name, texts in error.message_dict.items()}
        first = next(iter(fields.values()))[0]
        general = fields.pop(NON_FIELD_ERRORS, None)
        return DomainError("invalid", general[0] if general else first, fields=fields, status=400)
    return DomainError("invalid", "; ".join(map(str, error.messages)), status=400)
