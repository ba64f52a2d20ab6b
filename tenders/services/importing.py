"""Lines pasted or uploaded into a draft."""

from __future__ import annotations

from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from companies.importing.problems import FileRefused
from companies.models import User
from core.errors import DomainError
from tenders.enums import NeedStatus
from tenders.importing.lines import ReadLines, file_words, read_lines
from tenders.models import SourcingNeed
from tenders.services.access import lock_need, require, require_status
from tenders.services.inputs import LineInput, line_input
from tenders.services.lines import replace_lines


@transaction.atomic
def import_lines(
    *, need: SourcingNeed, actor: User, handle: IO[bytes] | None = None, text: str = "", write: bool = False
) -> ReadLines:
    """Read lines and, with `write`, add the good ones to the draft; a line that is there already is not added again.

    Raises DomainError `not-allowed`, `need-published`, `file-refused` (400), `invalid` with problems by line.
    """
    need = lock_need(need)
    require(actor, "tenders.change_need", need)
    require_status(need, NeedStatus.DRAFT)
    if handle is None and not text.strip():
        message = _("Choose a file or paste rows.")
        raise DomainError("invalid", message, fields={"text": [message]}, status=400)
    try:
        found = read_lines(handle=handle, text=text)
    except FileRefused as error:
        raise DomainError("file-refused", file_words(error), status=400) from None
    if write and found.lines:
        rows = need.lines.prefetch_related("months", "certificates", "lab_limits").order_by("position")
        # An empty line is what a new form starts with.
        kept = [line for line in map(line_input, rows) if line.product_words or line.hs or line.months]
        known = {_key(line) for line in kept}
        replace_lines(need=need, lines=[*kept, *(line for line in found.lines if _key(line) not in known)])
    return found


def _key(line: LineInput) -> tuple[object, ...]:
    return line.product_words.casefold(), line.hs, line.unit, tuple(sorted(line.months.items()))
