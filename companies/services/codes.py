"""One-time codes of six digits: asked for, sent by a task, checked once.

The code is derived from the row's id and the server's secret; the row keeps a keyed hash of it, and the task that
sends it is given the row's id alone. Asking does the same work whether or not there is an account.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from companies.auth import Address, parse_address
from companies.enums import CodePurpose
from companies.models import OneTimeCode, User
from companies.sending import Message, sender
from companies.services import limits
from core.errors import DomainError

VALID_FOR = timedelta(minutes=10)
MAX_ATTEMPTS = 5
KEPT_FOR = timedelta(days=1)


def request_code(
    *, address: str, purpose: str, now: datetime, caller: str, user: User | None = None
) -> OneTimeCode:
    """Make a code for an e-mail address or phone number and have it sent.

    For `SIGN_IN` it leaves only where the address has an account; for `SIGN_UP` and `CONFIRM` always. `CONFIRM` is for
    the `user` who adds the address. An earlier code for the same address and purpose stops working.

    Raises:
        DomainError: `address-invalid`, or `too-often` (429).
    """
    where = parse_address(address)
    limits.count_code(account=where.value, caller=caller)
    owner = user or find_user(where)
    goes_out = purpose != CodePurpose.SIGN_IN or owner is not None
    with transaction.atomic():
        row = OneTimeCode(
            user=owner,
            purpose=purpose,
            address=where.value if goes_out else "",
            address_hash=limits.keyed_hash(where.value),
            expires_at=now + VALID_FOR,
            created_at=now,
        )
        row.code_hash = _hash(row, _code(row))
        row.save(force_insert=True)
        # A broker that is away does not fail the request: the sweep sends what was not sent.
        transaction.on_commit(lambda: _enqueue(row), robust=True)
    return row


def find_user(where: Address) -> User | None:
    """The active account of an address."""
    if where.is_mail:
        return User.objects.filter(email=where.value, is_active=True).first()
    return User.objects.filter(phone=where.value, is_active=True).first()


def check_code(
    *, address: str, code: str, purpose: str, now: datetime, caller: str, user: User | None = None
) -> OneTimeCode:
    """Use up the newest code of an address. Returns its row; `row.user` is the account, if there is one.

    Each try is counted before it is judged, outside any transaction of its own, so that a refusal is not rolled back.

    Raises:
        DomainError: `code-wrong` (400; also for expired, used and never made codes, in the same words), `too-often`.
    """
    where = parse_address(address)
    limits.count_try(account=where.value, caller=caller)
    row = (
        OneTimeCode.objects.filter(address_hash=limits.keyed_hash(where.value), purpose=purpose)
        .filter(Q(user=user) if user is not None else Q())
        .order_by("-created_at", "-id")
        .first()
    )
    typed = "".join(code.split())
    if row is None:
        _hash(OneTimeCode(), typed)
        raise wrong_code()
    counted = OneTimeCode.objects.filter(
        pk=row.pk, attempts__lt=MAX_ATTEMPTS, used_at__isnull=True, expires_at__gt=now
    ).update(attempts=F("attempts") + 1)
    right = hmac.compare_digest(_hash(row, typed), row.code_hash) and bool(row.address)
    if not counted or not right:
        raise wrong_code()
    if not OneTimeCode.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=now):
        raise wrong_code()
    limits.forget_tries(account=where.value, caller=caller)
    return row


def send_code(*, code_id: str) -> bool:
    """Send a code (called by the task). Returns whether it left; safe to run twice: a sent code is not sent again."""
    with transaction.atomic():
        row = (
            OneTimeCode.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(pk=code_id)
            .first()
        )
        if row is None or not row.address or row.sent_at is not None or row.used_at is not None:
            return False
        language = row.user.language if row.user else settings.LANGUAGE_CODE
        with translation.override(language):
            message = Message(
                address=row.address,
                subject=_("Your Offtake code"),
                body=_(
                    "%(code)s is your Offtake code. It works for 10 minutes. "
                    "Nobody from Offtake will ever ask you for it."
                )
                % {"code": _code(row)},
            )
        sender().send(message)
        row.sent_at = timezone.now()
        row.save(update_fields=["sent_at", "updated_at"])
    return True


def unsent_codes(*, now: datetime) -> list[str]:
    """Ids of codes that still should leave: the task that was to send them was lost."""
    rows = OneTimeCode.objects.filter(sent_at__isnull=True, used_at__isnull=True, expires_at__gt=now)
    return [str(pk) for pk in rows.exclude(address="").values_list("pk", flat=True)[:200]]


def purge_codes(*, now: datetime) -> int:
    """Remove codes that lapsed a day ago, and with them the addresses of people who never signed up."""
    return OneTimeCode.objects.filter(expires_at__lt=now - KEPT_FOR).delete()[0]


def _enqueue(row: OneTimeCode) -> None:
    from companies.tasks import send_code as task

    task.delay(str(row.pk))


def _code(row: OneTimeCode) -> str:
    digest = salted_hmac("companies.services.codes.code", str(row.pk), algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def _hash(row: OneTimeCode, code: str) -> str:
    return salted_hmac("companies.services.codes.hash", f"{row.pk}|{code}", algorithm="sha256").hexdigest()


def wrong_code() -> DomainError:
    return DomainError(
        "code-wrong",
        _("This code is not right, or it is no longer valid. Type the newest one, or ask for another."),
        fields={"code": [_("This code is not right, or it is no longer valid.")]},
        status=400,
    )
