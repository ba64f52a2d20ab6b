"""The short text of an invitation, to paste into a chat."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

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
        sentences = [
            _("%(buyer)s invites %(supplier)s to quote for:")
            % {"buyer": need.company.name, "supplier": invitation.company.name}
        ]
        sentences += [f"- {line_summary(line)}" for line in lines[:3]]
        if len(lines) > 3:
            sentences.append(_("and %(count)d more") % {"count": len(lines) - 3})
        if need.quote_deadline:
            sentences.append(_("Please answer before %(moment)s.") % {"moment": formats.moment(need.quote_deadline)})
        if invitation.message:
            sentences.append(f"“{invitation.message}”")
        sentences.append(_("Open without a password: %(link)s") % {"link": link})
        return "\n".join(sentences)


def line_summary(line: NeedLine) -> str:
    """ "Long nhãn sấy: 2 tấn a month, T8 – T12/2027"; its months should be prefetched."""
    quantities = line.quantities
    if not quantities:
        return line.label
    least, most = min(quantities.values()), max(quantities.values())
    amount = formats.quantity(most, line.unit_id)
    if least != most:
        amount = f"{formats.quantity(least, line.unit_id)} – {amount}"
    span = formats.month_span(min(quantities), max(quantities))
    return _("%(product)s: %(quantity)s a month, %(months)s") % {
        "product": line.label, "quantity": amount, "months": span
    }  # fmt: skip
