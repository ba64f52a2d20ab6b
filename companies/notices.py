"""The words of notifications by kind, and of the short texts that people paste into a chat.

Worded when read, in the reader's language. Names in a notification's context are plain strings, or
`{"vi": ..., "en": ...}` where a row has both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MISSING = "…"

NOTICES: dict[str, Promise] = {
    "invitation.sent": gettext_lazy("%(buyer)s invites %(company)s to quote: %(title)s"),
    "invitation.accepted": gettext_lazy("%(company)s will quote: %(title)s"),
    "invitation.declined": gettext_lazy("%(company)s declined the invitation: %(title)s"),
    "invitation.revoked": gettext_lazy("The invitation was withdrawn: %(title)s"),
    "need.amended": gettext_lazy("A need changed: %(title)s. %(note)s"),
    "need.closed": gettext_lazy("A need was closed: %(title)s"),
    "need.cancelled": gettext_lazy("A need was cancelled: %(title)s. %(note)s"),
    "rating.confirmed": gettext_lazy("The star rating of %(product)s was confirmed"),
    "rating.rejected": gettext_lazy("The star rating of %(product)s was not confirmed. %(note)s"),
    "certification.confirmed": gettext_lazy("A certificate of %(company)s was confirmed: %(title)s"),
    "certification.rejected": gettext_lazy(
        "A certificate of %(company)s was not confirmed: %(title)s. %(note)s"
    ),
    "company.verified": gettext_lazy("%(company)s was confirmed by %(agency)s"),
    "company.rejected": gettext_lazy("%(company)s was not confirmed. %(note)s"),
    "claim.made": gettext_lazy("%(person)s says that %(company)s is theirs"),
    "claim.confirmed": gettext_lazy("You now act for %(company)s: your claim was confirmed"),
    "claim.refused": gettext_lazy("Your claim on %(company)s was refused. %(note)s"),
    "member.joined": gettext_lazy("%(person)s now acts for %(company)s"),
    "member.role-changed": gettext_lazy("Your role in %(company)s was changed"),
    "member.revoked": gettext_lazy("You no longer act for %(company)s"),
    "import.written": gettext_lazy("The catalogue list %(title)s was written"),
    "import.failed": gettext_lazy("The catalogue list %(title)s could not be read. %(note)s"),
}


def sentence(*, kind: str, context: Mapping[str, Any]) -> str:
    """A notification's sentence in the active language; a kind without words reads as what it is."""
    template = NOTICES.get(kind)
    if template is None:
        return kind
    return (str(template) % _Names(context)).strip()


def paste_text(kind: str, context: Mapping[str, Any], *, language: str = "vi") -> str:
    """A short text to paste into a chat, with the link of its task.

    Args:
        kind: `"invitation"` (buyer, company, what, quantity, deadline, url; `quantity` may be left out) or
            `"membership"` (company, role, url).
        context: the names, already worded in that language.
        language: `"vi"` or `"en"`.
    """
    with translation.override(language):
        names = _Names(context)
        if kind == "invitation":
            lines = [
                _("%(buyer)s invites %(company)s to quote on Offtake:") % names,
                _("%(what)s, %(quantity)s.") % names if context.get("quantity") else _("%(what)s.") % names,
                _("Please answer before %(deadline)s.") % names if context.get("deadline") else "",
                _("Open the link to see it and answer, no password needed: %(url)s") % names,
            ]
        elif kind == "membership":
            lines = [
                _("%(company)s asks you to work with it on Offtake (role: %(role)s).") % names,
                _("Open the link to accept: %(url)s") % names,
            ]
        else:
            raise ValueError(f"no text of the kind {kind!r}")
    return "\n".join(line for line in lines if line)


class _Names(dict[str, Any]):
    """Names for `%`: the reader's language where there are two, a dash-like mark where one is missing."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        language = "en" if (translation.get_language() or "vi").startswith("en") else "vi"
        super().__init__({name: _in_language(value, language) for name, value in context.items()})

    def __missing__(self, name: str) -> str:
        return "" if name == "note" else MISSING


def _in_language(value: Any, language: str) -> str:
    if isinstance(value, dict):
        return str(value.get(language) or value.get("vi") or value.get("en") or MISSING)
    return str(value)
