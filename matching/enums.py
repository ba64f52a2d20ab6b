"""Choices of this app. Values are stable: they are stored and stand in the API."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MatchState(models.TextChoices):
    SHOWN = "shown", _("Shown")
    SAVED = "saved", _("Saved")
    DISMISSED = "dismissed", _("Dismissed")
    INVITED = "invited", _("Invited")


class DismissReason(models.TextChoices):
    PRICE = "price", _("Too expensive")
    CAPACITY = "capacity", _("Too little capacity")
    QUALITY = "quality", _("Quality or certificates do not convince")
    DISTANCE = "distance", _("Too far away")
    NOT_THE_PRODUCT = "not_the_product", _("Not the product we look for")
    KNOWN = "known", _("We know this supplier already")
    OTHER = "other", _("Another reason")


class Act(models.TextChoices):
    SHOWN = "shown", _("Shown")
    OPENED = "opened", _("Opened")
    SAVED = "saved", _("Saved")
    DISMISSED = "dismissed", _("Dismissed")
    RESTORED = "restored", _("Restored")
    INVITED = "invited", _("Invited")
