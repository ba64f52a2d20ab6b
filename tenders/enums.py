"""Choices of this app. Values are stable: they are stored and stand in the API."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NeedStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class QuoteMode(models.TextChoices):
    DIRECT = "direct", _("Direct: read on arrival")
    SEALED = "sealed", _("Sealed: opened together after the deadline")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everyone")
    VERIFIED = "verified", _("All verified suppliers")
    INVITED = "invited", _("Invited suppliers only")


class Level(models.TextChoices):
    """Required excludes, preferred ranks; never mix them."""

    REQUIRED = "required", _("Required")
    PREFERRED = "preferred", _("Preferred")


class VatBasis(models.TextChoices):
    EXCLUDED = "excluded", _("VAT not included")
    INCLUDED = "included", _("VAT included")


class InvitationStatus(models.TextChoices):
    SENT = "sent", _("Sent")
    OPENED = "opened", _("Opened")
    ACCEPTED = "accepted", _("Will quote")
    DECLINED = "declined", _("Declined")
    REVOKED = "revoked", _("Revoked")
