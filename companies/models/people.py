"""Users and their ways in: passwords, one-time codes, task links, API tokens."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from companies.enums import CodePurpose, LinkPurpose
from companies.querysets import OwnQuerySet
from core.models import BaseModel


class UserManager(BaseUserManager["User"]):
    def create_user(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        password: str | None = None,
        **fields: object,
    ) -> User:
        user = self.model(email=(email or "").strip().lower() or None, phone=phone or None, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email=email, password=password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(Q(email=(username or "").lower()) | Q(phone=username))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail or phone number (E.164); at least one of them is set."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    phone = models.CharField(_("phone number"), max_length=20, null=True, blank=True, unique=True)
    full_name = models.CharField(_("full name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("vi", _("Vietnamese")), ("en", _("English"))], default="vi"
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_simulated = models.BooleanField(default=False, editable=False)
    email_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    phone_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Part of every session's hash: raising it ends all sessions of the person at once.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    # Anonymised at the person's wish.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False) | Q(is_active=False),
                name="user_has_email_or_phone",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower() if self.email else None  # signing in looks for lower case
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        if self.deleted_at:
            return gettext("Deleted account")
        return self.full_name or self.email or self.phone or str(self.pk)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        key_salt = "companies.models.User.get_session_auth_hash"
        value = f"{self.password}\n{self.session_epoch}"
        return salted_hmac(key_salt, value, secret=secret, algorithm="sha256").hexdigest()


class OneTimeCode(BaseModel):
    """A six-digit code sent to an address; only its keyed hash is stored.

    An unknown address that asks to sign in gets a row too (without a user, never sent): asking costs and tells the
    same whether or not there is an account. The code itself follows from the row's id and the server's secret, so
    that the task which sends it is given the id alone.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="codes", null=True, blank=True)
    purpose = models.CharField(max_length=10, choices=CodePurpose, default=CodePurpose.SIGN_IN)
    address = models.CharField(max_length=254, blank=True)  # where it goes; empty: nowhere
    address_hash = models.CharField(max_length=64, default="")  # keyed, of the address as asked for
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(BaseModel.Meta):
        indexes = [models.Index(fields=["address_hash", "purpose", "-created_at"])]

    def __str__(self) -> str:
        return f"code for {self.user_id}"


class TaskLink(BaseModel):
    """A signed link that opens one task without a password until `expires_at`, unless revoked.

    The URL carries the signed id (`companies.services.links`), so it can be shown again and no secret is stored.
    """

    purpose = models.CharField(max_length=20, choices=LinkPurpose)
    company = models.ForeignKey(
        "companies.Company", on_delete=models.CASCADE, null=True, blank=True, related_name="task_links"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="task_links")
    object_id = models.UUIDField(null=True, blank=True)  # the invitation, membership, claim it opens
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    single_use = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(BaseModel.Meta):
        indexes = [models.Index(fields=["purpose", "object_id"])]

    def __str__(self) -> str:
        return f"{self.purpose} {self.object_id}"


class ApiToken(BaseModel):
    """A token for another program; only its SHA-256 is stored, the prefix tells tokens apart."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    company = models.ForeignKey(
        "companies.Company", on_delete=models.CASCADE, null=True, blank=True, related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
