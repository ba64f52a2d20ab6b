"""Invitations as the buyer and as the invited supplier read them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from companies.services import links
from tenders.models import Invitation
from tenders.serializers.needs import BuyerSerializer, OpenNeedSerializer
from tenders.services.texts import invitation_text


class SentInvitationSerializer(serializers.ModelSerializer[Invitation]):
    """For the buyer: whom it asked, what came of it, and the text to paste into a chat."""

    company = BuyerSerializer(read_only=True)
    link = serializers.SerializerMethodField()
    text_vi = serializers.SerializerMethodField()
    text_en = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = [
            "id", "company", "line", "product", "message", "status", "created_at", "opened_at", "answered_at",
            "answer_note", "link", "text_vi", "text_en",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "string"})
    def get_link(self, invitation: Invitation) -> str:
        return links.link_url(link=invitation.link) if invitation.link else ""

    @extend_schema_field({"type": "string"})
    def get_text_vi(self, invitation: Invitation) -> str:
        return invitation_text(invitation=invitation, link=self.get_link(invitation), language="vi")

    @extend_schema_field({"type": "string"})
    def get_text_en(self, invitation: Invitation) -> str:
        return invitation_text(invitation=invitation, link=self.get_link(invitation), language="en")


class InviteSupplierSerializer(serializers.Serializer[Any]):
    company = serializers.CharField(max_length=60, help_text="The supplier's code or id.")
    line = serializers.UUIDField(required=False, allow_null=True)
    product = serializers.UUIDField(required=False, allow_null=True)
    message = serializers.CharField(max_length=1000, allow_blank=True, default="")


class ReceivedInvitationSerializer(serializers.ModelSerializer[Invitation]):
    """For the supplier: the need with its buyer, and its own answer. Nothing of others who were invited."""

    need = OpenNeedSerializer(read_only=True)
    company = serializers.CharField(source="company.code", read_only=True)

    class Meta:
        model = Invitation
        fields = [
            "id", "company", "need", "line", "product", "message", "status", "created_at", "opened_at", "answered_at",
            "answer_note",
        ]  # fmt: skip
        read_only_fields = fields


class AnswerSerializer(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(choices=["accept", "decline"], help_text="accept: will quote.")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")
