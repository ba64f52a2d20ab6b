"""What stands in the navigation, by what the acting company does. No rules: a page checks its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PHONE_ENTRIES = 4  # the bottom bar holds these and "more"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation. `on` are the namespaces under which it is the current one."""

    name: str
    label: object
    icon: str
    on: tuple[str, ...] = ()
    count: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    url: str
    label: object
    icon: str
    current: bool
    beyond: bool  # not in the phone's bottom bar
    count: int = 0


DESK = Entry("desk:home", _("My work"), "house", ("desk",))
CATALOGUE = Entry("catalogue:product-list", _("Catalogue"), "search", ("catalogue",))
NEEDS = Entry("needs:need-list", _("Sourcing needs"), "clipboard-list", ("needs", "matches"))
OPEN_NEEDS = Entry("needs:open-list", _("Open needs"), "globe", ())
FIT = Entry("matches:fit", _("Needs that fit"), "target", ())
INVITATIONS = Entry("invitations:invitation-list", _("Invitations"), "mail", ("invitations",), "invitations")
PRODUCTS = Entry("supplier:product-list", _("My products"), "package", ("supplier",))
PROOFS = Entry("proofs:proof-list", _("Stars and certificates"), "award", ("proofs",))
IMPORTS = Entry("imports:import-list", _("Catalogue import"), "file-spreadsheet", ("imports",))
QUEUE = Entry("verification:queue", _("Verification"), "badge-check", ("verification",), "verification")
NOTICES = Entry("accounts:notification-list", _("Notifications"), "bell", (), "notices")
MEMBERS = Entry("accounts:member-list", pgettext_lazy("navigation", "Members"), "users", ())
COMPANY = Entry("accounts:company-edit", _("Our company"), "building-2", ())
PROFILE = Entry("accounts:profile", _("My account"), "user", ())
TOKENS = Entry("accounts:token-list", _("API tokens"), "key-round", ())
ADMIN = Entry("admin:index", _("Administration"), "settings", ())


def entries(request: HttpRequest) -> list[Entry]:
    """The lines for this person, most used first."""
    company = getattr(request, "company", None) or None  # a lazy object, which may hold None
    user = request.user
    if not user.is_authenticated:
        return [CATALOGUE, OPEN_NEEDS]
    lines = [DESK]
    if company is not None and company.is_agency:
        lines += [IMPORTS, QUEUE, CATALOGUE, OPEN_NEEDS]
    elif company is not None:
        if company.buys:
            lines += [NEEDS]
        if company.sells:
            lines += [INVITATIONS, FIT, PRODUCTS, PROOFS]
        lines += [CATALOGUE]
        if not company.sells:
            lines += [OPEN_NEEDS]
    elif user.is_staff:
        lines += [QUEUE, IMPORTS, CATALOGUE, OPEN_NEEDS]
    else:
        lines += [CATALOGUE, OPEN_NEEDS]
    lines += [NOTICES]
    if company is not None:
        lines += [COMPANY, MEMBERS]
    if user.is_staff:
        lines += [ADMIN]
    return lines


def items(request: HttpRequest, counts: dict[str, int]) -> list[Item]:
    """The lines whose pages exist, with the current one marked and what waits counted."""
    match = request.resolver_match
    view_name = match.view_name if match else ""
    spaces = set(match.namespaces) if match else set()
    lines = entries(request)
    exact = {entry.name for entry in lines}
    found: list[Item] = []
    for entry in lines:
        url = page(entry.name)
        if url:
            current = view_name == entry.name or (view_name not in exact and bool(spaces & set(entry.on)))
            found.append(
                Item(
                    url,
                    entry.label,
                    entry.icon,
                    current,
                    len(found) >= PHONE_ENTRIES,
                    counts.get(entry.count, 0),
                )
            )
    return found


def page(name: str, *args: object) -> str:
    """The address of a page, or nothing where the page does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
