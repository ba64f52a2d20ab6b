"""Matches as they were shown, what became of them, and the registry of ranking models."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.models import Product, User
from core.models import BaseModel
from matching.enums import Act, DismissReason, MatchState
from matching.querysets import MatchQuerySet
from tenders.models import NeedLine


class RankerModel(BaseModel):
    """A trained ranker: where it came from, how good it is, and its arrays (npz without pickle, hash checked)."""

    version = models.CharField(max_length=40, unique=True)  # "r12"
    trained_until = models.DateTimeField()  # outcomes up to here were learned from
    trained_from = models.DateTimeField(null=True, blank=True)
    needs_count = models.PositiveIntegerField(default=0)
    rows_count = models.PositiveIntegerField(default=0)
    schema = models.JSONField(encoder=DjangoJSONEncoder)  # feature schema
    schema_hash = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    metrics = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    artefact = models.BinaryField()
    artefact_sha256 = models.CharField(max_length=64)
    active = models.BooleanField(default=False)
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(BaseModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["active"], condition=Q(active=True), name="one_active_ranker")
        ]

    def __str__(self) -> str:
        return self.version


class Match(BaseModel):
    """One product judged against one need line, as it was shown: rank, model, features of then, and its state."""

    line = models.ForeignKey(NeedLine, on_delete=models.CASCADE, related_name="matches")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="matches")
    state = models.CharField(max_length=10, choices=MatchState, default=MatchState.SHOWN)
    rank_shown = models.PositiveIntegerField(null=True, blank=True)  # of the first showing
    score = models.FloatField(null=True, blank=True)
    model_version = models.CharField(max_length=40, blank=True)
    features = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # as of `shown_at`, not recomputed
    shown_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    dismiss_reason = models.CharField(_("reason"), max_length=20, choices=DismissReason, blank=True)
    dismiss_note = models.CharField(_("note"), max_length=300, blank=True)
    label = models.PositiveSmallIntegerField(null=True, blank=True)  # graded outcome; null = not known yet
    label_at = models.DateTimeField(null=True, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name_plural = "matches"
        constraints = [
            models.UniqueConstraint(fields=["line", "product"], name="one_match_per_line_and_product")
        ]
        indexes = [models.Index(fields=["line", "state"]), models.Index(fields=["shown_at"])]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.product_id}"


class MatchFeedback(BaseModel):
    """One act upon a match, with the rank and model version at which it happened. Append-only."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="feedback")
    act = models.CharField(max_length=10, choices=Act)
    rank = models.PositiveIntegerField(null=True, blank=True)
    model_version = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    explored = models.BooleanField(default=False)  # shown to learn, not by score

    class Meta(BaseModel.Meta):
        indexes = [models.Index(fields=["match", "at"])]

    def __str__(self) -> str:
        return f"{self.act} {self.match_id}"
