"""How often somebody may try to sign in: counters in the cache, one per address and caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` in `window`."""

    name: str
    times: int
    window: timedelta


# A wrong password or code is counted against the account from one caller, the account, and the caller.
TRIES_HERE = Limit("tries-here", 10, timedelta(minutes=15))
TRIES_ACCOUNT = Limit("tries-account", 100, timedelta(hours=1))
TRIES_CALLER = Limit("tries-caller", 100, timedelta(minutes=15))
CODES_ACCOUNT = Limit("codes-account", 5, timedelta(minutes=30))
CODES_CALLER = Limit("codes-caller", 30, timedelta(minutes=30))


def keyed_hash(text: str) -> str:
    """An address as a key that tells nobody the address (hex, 64)."""
    return salted_hmac("companies.services.limits", text, algorithm="sha256").hexdigest()


def count(limit: Limit, who: str) -> None:
    """Count one try. Raises `DomainError("too-often", status=429)` beyond the limit."""
    if not settings.SIGN_IN_LIMITS:
        return
    key = f"limit:{limit.name}:{keyed_hash(who)}"
    cache.add(key, 0, timeout=int(limit.window.total_seconds()))
    try:
        times = cache.incr(key)
    except ValueError:  # it lapsed between the two calls
        cache.set(key, 1, timeout=int(limit.window.total_seconds()))
        times = 1
    if times > limit.times:
        minutes = int(limit.window.total_seconds() // 60)
        raise DomainError(
            "too-often",
            _("Too many tries. Please wait %(minutes)d minutes and try again.") % {"minutes": minutes},
            status=429,
        )


def count_try(*, account: str, caller: str) -> None:
    """Count a try to sign in as `account` (a normalised address) from `caller` (a network address)."""
    count(TRIES_HERE, f"{account}|{caller}")
    count(TRIES_ACCOUNT, account)
    count(TRIES_CALLER, caller)


def count_code(*, account: str, caller: str) -> None:
    """Count a request for a code."""
    count(CODES_ACCOUNT, account)
    count(CODES_CALLER, caller)


def forget_tries(*, account: str, caller: str) -> None:
    """After the person signed in, earlier typing errors no longer count here."""
    cache.delete(f"limit:{TRIES_HERE.name}:{keyed_hash(f'{account}|{caller}')}")
