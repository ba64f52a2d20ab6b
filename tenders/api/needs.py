"""`/needs/`: the buyer's own. `/open-needs/`: what suppliers, agencies and visitors may read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Company, Product
from core.errors import DomainError
from tenders.filters import NeedFilter, OpenNeedFilter
from tenders.models import NeedLine, SourcingNeed
from tenders.reading import open_needs, own_needs, sent_invitations, shown_needs
from tenders.serializers import needs as shapes
from tenders.serializers.invitations import InviteSupplierSerializer, SentInvitationSerializer
from tenders.serializers.parts import line_values
from tenders.services import amendments, importing, invitations, needs, publishing
from tenders.services.clock import database_now
from tenders.services.terms import supplier_receives

LONGAN = {
    "quote_deadline": "2027-06-30T17:00:00+07:00",
    "delivery_place": "Kho Gia Lâm, Hà Nội",
    "delivery_province": "01",
    "discount_percent": "3",
    "payment_days": 30,
    "lines": [
        {
            "product_words": "Long nhãn sấy",
            "hs": "081340",
            "unit": "KGM",
            "months": [{"month": f"2027-{month:02d}-01", "quantity": "2000"} for month in range(8, 13)],
            "certificates": [{"scheme": "haccp_codex", "level": "required", "or_equivalent": True}],
            "ceiling_price": "420000",
        }
    ],
}
EXAMPLE = OpenApiExample("2 t of dried longan a month", value=LONGAN, request_only=True)


@extend_schema(tags=["needs"])
class NeedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Needs of the companies that you act for."""

    serializer_class = shapes.NeedSerializer
    filterset_class = NeedFilter
    queryset = SourcingNeed.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return own_needs(self.request.user)

    def _parsed(self, shape: type[serializers.Serializer[Any]], **options: Any) -> Any:
        parsed = shape(data=self.request.data, context=self.get_serializer_context(), **options)
        parsed.is_valid(raise_exception=True)
        return parsed

    def _answer(self, need: SourcingNeed, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(own_needs(self.request.user).get(pk=need.pk)).data, status=code)

    @extend_schema(request=shapes.NeedSerializer, responses={201: shapes.NeedSerializer}, examples=[EXAMPLE])
    def create(self, request: Request) -> Response:
        """Start a draft for the company that you act for. It may be incomplete."""
        company: Company | None = request.company or None  # type: ignore[attr-defined]
        if company is None:
            raise DomainError("no-company", _("You act for no company."), status=403)
        changes, lines = self._parsed(shapes.NeedSerializer).parts()
        need = needs.create_need(company=company, actor=request.user, changes=changes, lines=lines or [])
        return self._answer(need, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.NeedSerializer, responses=shapes.NeedSerializer, examples=[EXAMPLE])
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a draft: the given fields, and all lines where `lines` is given."""
        changes, lines = self._parsed(shapes.NeedSerializer, partial=True).parts()
        return self._answer(
            needs.update_draft(need=self.get_object(), actor=request.user, changes=changes, lines=lines)
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Throw a draft away."""
        needs.delete_draft(need=self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=shapes.CheckSerializer)
    @action(detail=True, filterset_class=None)
    def check(self, request: Request, pk: str) -> Response:
        """What stands between a draft and its publication, by field."""
        problems = publishing.publishing_problems(need=self.get_object())
        return Response({"may_be_published": not problems, "problems": problems})

    @extend_schema(request=None, responses=shapes.NeedSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Show the need to those for whom it is meant."""
        return self._answer(publishing.publish_need(need=self.get_object(), actor=request.user))

    @extend_schema(request=shapes.ReasonSerializer, responses=shapes.NeedSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End it: nobody can answer any more."""
        reason = self._parsed(shapes.ReasonSerializer).validated_data["reason"]
        return self._answer(publishing.close_need(need=self.get_object(), actor=request.user, reason=reason))

    @extend_schema(request=shapes.ReasonSerializer, responses=shapes.NeedSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Withdraw it, with a reason that the invited are told."""
        reason = self._parsed(shapes.ReasonSerializer).validated_data["reason"]
        return self._answer(publishing.cancel_need(need=self.get_object(), actor=request.user, reason=reason))

    @extend_schema(request=None, responses={201: shapes.NeedSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str) -> Response:
        """A new draft with the same lines and terms."""
        copy = needs.duplicate_need(need=self.get_object(), actor=request.user)
        return self._answer(copy, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.AmendSerializer, responses={201: shapes.AmendmentSerializer})
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, pk: str) -> Response:
        """Change a published need; the change is recorded and told to the invited."""
        need = self.get_object()
        values = dict(self._parsed(shapes.AmendSerializer).validated_data)
        reason, lines = values.pop("reason"), values.pop("lines", [])
        amendment = amendments.amend_need(
            need=need,
            actor=request.user,
            reason=reason,
            changes=shapes.plain_fields(values),
            lines={row.pop("line"): line_values(row) for row in map(dict, lines)},
        )
        return Response(shapes.AmendmentSerializer(amendment).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=shapes.AmendmentSerializer(many=True))
    @action(detail=True, filterset_class=None, pagination_class=None)
    def amendments(self, request: Request, pk: str) -> Response:
        """Its changes since it was published, the latest first."""
        rows = self.get_object().amendments.order_by("-version")
        return Response(shapes.AmendmentSerializer(rows, many=True).data)

    @extend_schema(request=shapes.CeilingSerializer, responses=shapes.NeedSerializer)
    @action(detail=True, methods=["post"])
    def ceiling(self, request: Request, pk: str) -> Response:
        """Change a line's ceiling price. No supplier ever sees it, so this is no amendment."""
        need = self.get_object()
        values = self._parsed(shapes.CeilingSerializer).validated_data
        line = get_object_or_404(NeedLine, need=need, pk=values["line"])
        amendments.change_ceiling(need=need, line=line, actor=request.user, price=values["ceiling_price"])
        return self._answer(need)

    @extend_schema(request=shapes.ImportLinesSerializer, responses=shapes.ImportedSerializer)
    @action(detail=True, methods=["post"], url_path="import-lines")
    def import_lines(self, request: Request, pk: str) -> Response:
        """Read lines from a spreadsheet or pasted rows; with `write` the good ones are added to the draft."""
        need = self.get_object()
        values = self._parsed(shapes.ImportLinesSerializer).validated_data
        found = importing.import_lines(
            need=need,
            actor=request.user,
            handle=values.get("file"),
            text=values.get("text", ""),
            write=values["write"],
        )
        rejected = [vars(problem) for problem in found.rejected]
        answer = {
            "rows": found.rows,
            "good": len(found.lines),
            "written": values["write"],
            "rejected": rejected,
        }
        return Response(answer)

    @extend_schema(methods=["GET"], responses=SentInvitationSerializer(many=True))
    @extend_schema(
        methods=["POST"], request=InviteSupplierSerializer, responses={201: SentInvitationSerializer}
    )
    @action(detail=True, methods=["get", "post"], filterset_class=None)
    def invitations(self, request: Request, pk: str) -> Response:
        """Whom you invited, with the text to paste into a chat; POST invites one supplier (again: the same row)."""
        need = self.get_object()
        rows = sent_invitations(need)
        if request.method == "GET":
            page = self.paginate_queryset(rows)
            return self.get_paginated_response(SentInvitationSerializer(page, many=True).data)
        values = self._parsed(InviteSupplierSerializer).validated_data
        invitation = invitations.invite_supplier(
            need=need,
            supplier=_company(request.user, values["company"]),
            actor=request.user,
            line=get_object_or_404(NeedLine, need=need, pk=values["line"]) if values.get("line") else None,
            product=get_object_or_404(Product.objects.visible_to(request.user), pk=values["product"])
            if values.get("product")
            else None,
            message=values["message"],
        )
        return Response(
            SentInvitationSerializer(rows.get(pk=invitation.pk)).data, status=status.HTTP_201_CREATED
        )

    @extend_schema(
        request=None,
        responses=SentInvitationSerializer,
        parameters=[OpenApiParameter("invitation", OpenApiTypes.UUID, OpenApiParameter.PATH)],
    )
    @action(
        detail=True, methods=["post"], url_path=r"invitations/(?P<invitation>[0-9a-f-]{36})/revoke",
        url_name="invitation-revoke",
    )  # fmt: skip
    def revoke_invitation(self, request: Request, pk: str, invitation: str) -> Response:
        """Take an invitation back; its link stops at once."""
        rows = sent_invitations(self.get_object())
        row = get_object_or_404(rows, pk=invitation)
        invitations.revoke_invitation(invitation=row, actor=request.user)
        return Response(SentInvitationSerializer(rows.get(pk=invitation)).data)


def _company(user: Any, code: str) -> Company:
    from uuid import UUID

    companies = Company.objects.visible_to(user)
    try:
        return get_object_or_404(companies, pk=UUID(code))
    except ValueError:
        return get_object_or_404(companies, code=code)


@extend_schema(tags=["needs"])
class OpenNeedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Needs that you may read as a supplier, agency or visitor. The list holds those that can still be answered."""

    serializer_class = shapes.OpenNeedSerializer
    filterset_class = OpenNeedFilter
    permission_classes = [AllowAny]
    queryset = SourcingNeed.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        user = self.request.user
        return open_needs(user, database_now()) if self.action == "list" else shown_needs(user)

    @extend_schema(responses=shapes.AmendmentSerializer(many=True))
    @action(detail=True, filterset_class=None, pagination_class=None)
    def amendments(self, request: Request, pk: str) -> Response:
        """What changed since it was published, the latest first."""
        need = self.get_object()
        rows = need.amendments.order_by("-version")
        return Response(
            [shown_changes(row, need) for row in shapes.AmendmentSerializer(rows, many=True).data]
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("line", OpenApiTypes.UUID, description="The first line by default."),
            OpenApiParameter(
                "price", OpenApiTypes.DECIMAL, required=True, description="Your price for one unit."
            ),
        ],
        responses=shapes.ReceivedSerializer,
    )
    @action(detail=True, filterset_class=None)
    def receives(self, request: Request, pk: str) -> Response:
        """What you receive of a price once the buyer's terms are taken off."""
        need = self.get_object()
        asked = _ReceivesQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        lines = {line.pk: line for line in need.lines.all()}
        wanted = asked.validated_data.get("line")
        line = lines.get(wanted) if wanted else next(iter(lines.values()), None)
        if line is None:
            raise DomainError("not-found", _("This need has no such line."), status=404)
        received = supplier_receives(need=need, line=line, price=asked.validated_data["price"])
        return Response(shapes.ReceivedSerializer(received).data)


class _ReceivesQuery(serializers.Serializer[Any]):
    line = serializers.UUIDField(required=False)
    price = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal("0.01"))


def shown_changes(amendment: dict[str, Any], need: Any) -> dict[str, Any]:
    """An amendment as others than the buyer read it: a withheld buyer's delivery place stays withheld."""
    if need.buyer_shown:
        return amendment
    hidden = {"delivery_place", "delivery_commune"}
    return {**amendment, "changes": {k: v for k, v in amendment["changes"].items() if k not in hidden}}
