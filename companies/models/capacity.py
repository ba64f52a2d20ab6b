"""Capacity per product and month, and the commitment ledger that may never exceed it.

`MonthlyCapacity` is one materialised row per product and month; `Commitment` rows are what is promised. Database
triggers move each commitment into the month's `reserved` and `bound` and refuse what does not fit, so no code path,
bulk write or race can promise a kilogram twice. A product without a row for a month has *unknown* capacity there, and
nothing can be promised on it.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.enums import CapacityMethod, CapacityProof, CommitmentState
from companies.models.catalogue import Document, Product
from companies.models.people import User
from companies.querysets import CapacityQuerySet, OfProductQuerySet
from core.models import BaseModel


class CapacityStatement(BaseModel):
    """How a supplier told its capacity, before and after it confirmed the months that came of it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="capacity_statements")
    method = models.CharField(_("how it is told"), max_length=10, choices=CapacityMethod)
    inputs = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    months = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder
    )  # {"2027-08": "0.900"} in the product's unit
    source_text = models.CharField(max_length=200, blank=True)  # "20-30 tấn/tháng", as an imported list says
    proof = models.CharField(max_length=10, choices=CapacityProof, default=CapacityProof.STATED)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    stated_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = OfProductQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.method} {self.product_id}"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class MonthlyCapacity(BaseModel):
    """What a product can be supplied in a month, and how much of it is promised (in the product's unit)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="months")
    month = models.DateField()  # first day
    stated = models.DecimalField(max_digits=14, decimal_places=3)
    reserved = models.DecimalField(max_digits=14, decimal_places=3, default=0, editable=False)
    bound = models.DecimalField(max_digits=14, decimal_places=3, default=0, editable=False)
    proof = models.CharField(max_length=10, choices=CapacityProof, default=CapacityProof.STATED)
    checked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    statement = models.ForeignKey(
        CapacityStatement, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    correction = models.CharField(max_length=200, blank=True)  # why this month differs from the statement

    objects = CapacityQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering = ["product_id", "month"]
        verbose_name_plural = "monthly capacities"
        constraints = [
            models.UniqueConstraint(fields=["product", "month"], name="one_capacity_per_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="capacity_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(stated__gte=0, reserved__gte=0, bound__gte=0), name="capacity_not_negative"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="ledger_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.reserved <> 0 OR NEW.bound <> 0 THEN
                            RAISE EXCEPTION 'capacity: reserved and bound come from commitments'
                                USING ERRCODE = '23514', CONSTRAINT = 'capacity_ledger_only';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF (NEW.reserved <> OLD.reserved OR NEW.bound <> OLD.bound) AND pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'capacity: reserved and bound come from commitments'
                            USING ERRCODE = '23514', CONSTRAINT = 'capacity_ledger_only';
                    END IF;
                    IF NEW.reserved + NEW.bound > OLD.reserved + OLD.bound
                       AND NEW.reserved + NEW.bound > NEW.stated THEN
                        RAISE EXCEPTION 'capacity: % of % left', NEW.stated - OLD.reserved - OLD.bound, NEW.month
                            USING ERRCODE = '23514', CONSTRAINT = 'capacity_not_exceeded';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.month:%Y-%m}"

    @property
    def available(self) -> object:
        """Stated less promised; negative is a shortfall (a hail storm), never below for new promises."""
        return self.stated - self.reserved - self.bound


class Commitment(BaseModel):
    """Capacity promised in a month: reserved by an award until confirmed, or bound by a contract.

    Quantity, product and month never change; only `state` moves forward: reserved, bound, released.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="commitments")
    month = models.DateField()
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    state = models.CharField(max_length=10, choices=CommitmentState, default=CommitmentState.RESERVED)
    expires_at = models.DateTimeField(null=True, blank=True)  # reserved: when it lapses
    source_type = models.CharField(max_length=60)  # what it comes from: "tenders.award"
    source_id = models.UUIDField()
    released_at = models.DateTimeField(null=True, blank=True)

    objects = OfProductQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="commitment_positive"),
            models.CheckConstraint(condition=Q(month__day=1), name="commitment_month_is_first_day"),
            models.CheckConstraint(
                condition=~Q(state="reserved") | Q(expires_at__isnull=False), name="reservation_expires"
            ),
        ]
        indexes = [
            models.Index(fields=["product", "month"]),
            models.Index(fields=["expires_at"], condition=Q(state="reserved"), name="reservations_by_expiry"),
            models.Index(fields=["source_type", "source_id"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keep_ledger",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("more_reserved", "numeric := 0"), ("more_bound", "numeric := 0")],
                func="""
                    IF TG_OP = 'UPDATE' THEN
                        IF NEW.product_id <> OLD.product_id OR NEW.month <> OLD.month OR NEW.quantity <> OLD.quantity
                           OR (OLD.state = 'released' AND NEW.state <> 'released')
                           OR (OLD.state = 'bound' AND NEW.state = 'reserved') THEN
                            RAISE EXCEPTION 'commitment: only its state moves forward'
                                USING ERRCODE = '23514', CONSTRAINT = 'commitment_moves_forward';
                        END IF;
                    END IF;
                    IF TG_OP IN ('INSERT', 'UPDATE') THEN
                        IF NEW.state = 'reserved' THEN more_reserved := more_reserved + NEW.quantity; END IF;
                        IF NEW.state = 'bound' THEN more_bound := more_bound + NEW.quantity; END IF;
                    END IF;
                    IF TG_OP IN ('DELETE', 'UPDATE') THEN
                        IF OLD.state = 'reserved' THEN more_reserved := more_reserved - OLD.quantity; END IF;
                        IF OLD.state = 'bound' THEN more_bound := more_bound - OLD.quantity; END IF;
                    END IF;
                    IF more_reserved <> 0 OR more_bound <> 0 THEN
                        UPDATE companies_monthlycapacity
                           SET reserved = reserved + more_reserved, bound = bound + more_bound, updated_at = now()
                         WHERE product_id = COALESCE(NEW.product_id, OLD.product_id)
                           AND month = COALESCE(NEW.month, OLD.month);
                        IF NOT FOUND AND TG_OP <> 'DELETE' THEN
                            RAISE EXCEPTION 'capacity: not stated for this month'
                                USING ERRCODE = '23514', CONSTRAINT = 'capacity_stated';
                        END IF;
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.quantity} {self.month:%Y-%m}"


AVAILABLE = F("stated") - F("reserved") - F("bound")
