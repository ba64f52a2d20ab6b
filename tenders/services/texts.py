"""The short text of an invitation, to paste into a chat."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from companies.notices import paste_text
from core import formats
from tenders.models import Invitation, NeedLine


def invitation_text(*, invitation: Invitation, link: str, language: str = "vi") -> str:
    """Who asks, for what, how much, until when, and the link. Never a price.

    The invited learn the buyer's name even where the need withholds it. The invitation's need, its lines and months
    should be loaded.
    """
    need = invitation.need
    lines: list[NeedLine] = list(need.lines.all())
    if invitation.line_id is not None:
        lines = [line for line in lines if line.pk == invitation.line_id] or lines
    with translation.override(language):
        what = "; ".join(line.label for line in lines[:3]) or need.title
        if len(lines) > 3:
            what = _("%(what)s and %(count)d more") % {"what": what, "count": len(lines) - 3}
        context = {
            "buyer": need.company.name,
            "company": invitation.company.name,
            "what": what,
            "quantity": monthly(lines[0]) if len(lines) == 1 else "",
            "deadline": formats.moment(need.quote_deadline) if need.quote_deadline else "",
            "url": link,
        }
    text = paste_text("invitation", context, language=language)
    return f"{text}\n“{invitation.message}”" if invitation.message else text


def monthly(line: NeedLine) -> str:
    """ "2 tấn a month, T8 – T12/2027"; its months should be prefetched. Nothing where no month is wanted."""
    quantities = line.quantities
    if not quantities:
        return ""
    least, most = min(quantities.values()), max(quantities.values())
    amount = formats.quantity(most, line.unit_id)
    if least != most:
        amount = f"{formats.quantity(least, line.unit_id)} – {amount}"
    span = formats.month_span(min(quantities), max(quantities))
    return _("%(quantity)s a month, %(months)s") % {"quantity": amount, "months": span}
