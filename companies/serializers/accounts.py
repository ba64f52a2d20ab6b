"""People, members, tokens, claims and notifications at the API's edge. They parse; the services decide."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from companies.enums import Role
from companies.models import (
    ApiToken,
    Company,
    CompanyClaim,
    Document,
    MemberInvitation,
    Membership,
    Notification,
    User,
)
from companies.notices import sentence
from companies.services.links import link_url
from companies.services.members import invitation_text

LANGUAGES = [("vi", "Vietnamese"), ("en", "English")]


class AddressField(serializers.CharField):
    """A phone number (Vietnam's by default) or an e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "A phone number, e.g. 0912 345 678, or an e-mail address.")
        super().__init__(min_length=3, max_length=254, **kwargs)


class CompanyBriefSerializer(serializers.ModelSerializer[Company]):
    name = serializers.CharField(read_only=True, help_text="In the language of the request.")

    class Meta:
        model = Company
        fields = ["id", "code", "name", "kind", "verification", "is_simulated"]
        read_only_fields = fields


class OwnMembershipSerializer(serializers.ModelSerializer[Membership]):
    company = CompanyBriefSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "company", "role", "created_at"]
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer[User]):
    """The person who asks. Address changes need a code: see the site."""

    memberships = serializers.SerializerMethodField()
    full_name = serializers.CharField(required=False, max_length=120)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)

    class Meta:
        model = User
        fields = ["id", "full_name", "email", "phone", "language", "is_staff", "created_at", "memberships"]
        read_only_fields = ["id", "email", "phone", "is_staff", "created_at"]

    def get_memberships(self, user: User) -> list[dict[str, Any]]:
        rows = Membership.objects.active().filter(user=user).select_related("company")
        only = getattr(user, "only_company_id", None)
        if only is not None:
            rows = rows.filter(company_id=only)
        return list(OwnMembershipSerializer(rows.order_by("created_at"), many=True).data)


class CodeRequestSerializer(serializers.Serializer[Any]):
    address = AddressField()


class CodeSentSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField(read_only=True)


class SignInSerializer(serializers.Serializer[Any]):
    """An address with either its password or the code that was sent to it."""

    address = AddressField()
    password = serializers.CharField(required=False, max_length=256, trim_whitespace=False)
    code = serializers.RegexField(r"^[0-9]{6}$", required=False, help_text="The six digits that were sent.")
    name = serializers.CharField(
        required=False, max_length=80, help_text="What the token is called in the list."
    )


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    company = serializers.PrimaryKeyRelatedField(
        queryset=Company.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = ApiToken
        fields = ["id", "name", "prefix", "company", "created_at", "last_used_at", "revoked_at"]
        read_only_fields = ["id", "prefix", "created_at", "last_used_at", "revoked_at"]


class TokenCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    company = serializers.UUIDField(
        required=False, allow_null=True, help_text="Tie the token to this company: it acts for no other."
    )


class RawTokenSerializer(TokenSerializer):
    """A new token: the only answer that holds the token itself."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    text = serializers.SerializerMethodField(help_text="In the language of the request.")

    class Meta:
        model = Notification
        fields = ["id", "kind", "text", "url", "company", "created_at", "read_at"]
        read_only_fields = fields

    def get_text(self, row: Notification) -> str:
        return sentence(kind=row.kind, context=row.context)


class ReadCountSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(read_only=True, min_value=0)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    name = serializers.CharField(source="user.full_name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True, allow_null=True)
    phone = serializers.CharField(source="user.phone", read_only=True, allow_null=True)

    class Meta:
        model = Membership
        fields = ["id", "name", "email", "phone", "role", "created_at"]
        read_only_fields = ["id", "created_at"]


class RoleSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)


class MemberInviteSerializer(serializers.Serializer[Any]):
    address = AddressField()
    role = serializers.ChoiceField(choices=Role.choices)
    full_name = serializers.CharField(required=False, allow_blank=True, max_length=120)


class MemberInvitationSerializer(serializers.ModelSerializer[MemberInvitation]):
    link = serializers.SerializerMethodField(help_text="Opens the invitation without a password.")
    text_vi = serializers.SerializerMethodField(help_text="To paste into a chat.")
    text_en = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(
        source="link.expires_at", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = MemberInvitation
        fields = [
            "id", "full_name", "email", "phone", "role", "created_at", "expires_at", "accepted_at", "revoked_at",
            "link", "text_vi", "text_en",
        ]  # fmt: skip
        read_only_fields = fields

    def get_link(self, row: MemberInvitation) -> str | None:
        return link_url(link=row.link) if row.link and not row.accepted_at and not row.revoked_at else None

    def get_text_vi(self, row: MemberInvitation) -> str | None:
        return member_text(row, "vi")

    def get_text_en(self, row: MemberInvitation) -> str | None:
        return member_text(row, "en")


def member_text(row: MemberInvitation, language: str) -> str | None:
    """The text to paste for an open invitation to act for a company."""
    if row.link is None or row.accepted_at or row.revoked_at:
        return None
    return invitation_text(row, language)


class AcceptSerializer(serializers.Serializer[Any]):
    link = serializers.CharField(max_length=200, help_text="The part of the link's address after /l/.")


class OwnDocumentField(serializers.PrimaryKeyRelatedField):
    """A document that the asking person uploaded."""

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        if request is None or not request.user.is_authenticated:
            return Document.objects.none()
        return Document.objects.filter(uploaded_by=request.user)


class ClaimSerializer(serializers.ModelSerializer[CompanyClaim]):
    company = CompanyBriefSerializer(read_only=True)
    person = serializers.CharField(source="user.full_name", read_only=True)
    proof = serializers.CharField(
        max_length=2000, help_text="How the agency can see that the company is yours."
    )
    document = OwnDocumentField(required=False, allow_null=True)

    class Meta:
        model = CompanyClaim
        fields = [
            "id",
            "company",
            "person",
            "proof",
            "document",
            "status",
            "created_at",
            "decided_at",
            "decision_note",
        ]
        read_only_fields = ["id", "status", "created_at", "decided_at", "decision_note"]


class ClaimDecisionSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ClaimRefusalSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=500)
