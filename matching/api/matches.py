"""The matching API: a need's matches and acts on them, needs that fit, the live count, the model."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.models import Product
from matching.api.payload import need_payload
from matching.models import Match
from matching.serializers import matches as shapes
from matching.services import feedback
from matching.services.counts import count_for_draft
from matching.services.fitting import needs_that_fit
from matching.services.rank import rank_need
from matching.services.registry import active_ranker
from matching.wording import Names, criterion_words, fact_words, missing_words
from tenders.enums import NeedStatus
from tenders.models import NeedLine, SourcingNeed

DISMISS_EXAMPLE = OpenApiExample(
    "Too far away",
    value={
        "line": "6f1c2b0e-7c1d-4a55-9c55-1d2f3a4b5c6d",
        "product": "0b7e8f9a-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
        "reason": "distance",
        "note": "",
    },
    request_only=True,
)


def need_of_buyer(request: Request, pk: UUID) -> SourcingNeed:
    """The buyer's own need; for everybody else there is no such need."""
    need: SourcingNeed = get_object_or_404(
        SourcingNeed.objects.owned_by(request.user).select_related("company"), pk=pk
    )
    return need


class NeedMatchesView(APIView):
    """The ranked, explained answer to a need."""

    @extend_schema(
        operation_id="needs_matches_list",
        parameters=[shapes.TopSerializer],
        responses=shapes.NeedMatchesSerializer,
        tags=["matching"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Rank the offered products for each line of a need of your company."""
        need = need_of_buyer(request, pk)
        query = shapes.TopSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        top = query.validated_data["top"]
        lines = rank_need(need=need)
        if need.status == NeedStatus.PUBLISHED and feedback.looks_as_buyer(request.user, need):
            for found in lines:
                feedback.record_shown(
                    found=found,
                    shown=[*found.ranked[:top], *found.unstated[:top]],
                    actor=request.user,
                )
        states: dict[Any, dict[Any, Match]] = {found.line.pk: {} for found in lines}
        for match in Match.objects.filter(line__need=need).defer("features"):
            states[match.line_id][match.product_id] = match
        return Response(need_payload(need, lines, top=top, states=states))


class MatchActView(APIView):
    """Acts on one match of a need."""

    serializer_class: type[shapes.MatchActSerializer] = shapes.MatchActSerializer

    def act(self, request: Request, line: NeedLine, product: Product, data: dict[str, Any]) -> Match:
        """The one service call."""
        raise NotImplementedError

    def perform(self, request: Request, pk: UUID) -> tuple[Match, dict[str, Any]]:
        """Check, find the rows, act."""
        need = need_of_buyer(request, pk)
        if not request.user.has_perm("matching.change_match", need):
            raise PermissionDenied
        body = self.serializer_class(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        line = NeedLine.objects.select_related("need__company").filter(need=need, pk=data["line"]).first()
        product = Product.objects.offered().select_related("company").filter(pk=data["product"]).first()
        if line is None or product is None:
            raise Http404
        return self.act(request, line, product, data), data


def state_of(match: Match) -> dict[str, Any]:
    """A match as the acts answer it."""
    return {
        "line": match.line_id,
        "product": match.product_id,
        "state": match.state,
        "dismiss_reason": match.dismiss_reason,
        "rank_shown": match.rank_shown,
    }


class SaveView(MatchActView):
    """Keep a match on the short list."""

    @extend_schema(
        operation_id="needs_matches_save",
        request=shapes.MatchActSerializer,
        responses=shapes.MatchStateSerializer,
        tags=["matching"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Save a match; saving it again changes nothing."""
        return Response(state_of(self.perform(request, pk)[0]))

    def act(self, request: Request, line: NeedLine, product: Product, data: dict[str, Any]) -> Match:
        """Save."""
        return feedback.save_match(line=line, product=product, actor=request.user)


class DismissView(MatchActView):
    """Put a match aside."""

    serializer_class = shapes.DismissSerializer

    @extend_schema(
        operation_id="needs_matches_dismiss",
        request=shapes.DismissSerializer,
        responses=shapes.MatchStateSerializer,
        examples=[DISMISS_EXAMPLE],
        tags=["matching"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Dismiss a match with a reason; `restore` brings it back."""
        return Response(state_of(self.perform(request, pk)[0]))

    def act(self, request: Request, line: NeedLine, product: Product, data: dict[str, Any]) -> Match:
        """Dismiss."""
        return feedback.dismiss_match(
            line=line,
            product=product,
            reason=data["reason"],
            note=data["note"],
            actor=request.user,
        )


class RestoreView(MatchActView):
    """Undo a dismissal or a saving."""

    @extend_schema(
        operation_id="needs_matches_restore",
        request=shapes.MatchActSerializer,
        responses=shapes.MatchStateSerializer,
        tags=["matching"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Bring a match back to the list."""
        return Response(state_of(self.perform(request, pk)[0]))

    def act(self, request: Request, line: NeedLine, product: Product, data: dict[str, Any]) -> Match:
        """Restore."""
        return feedback.restore_match(line=line, product=product, actor=request.user)


class InviteView(MatchActView):
    """Invite a match's supplier."""

    serializer_class = shapes.InviteSerializer

    @extend_schema(
        operation_id="needs_matches_invite",
        request=shapes.InviteSerializer,
        responses={201: shapes.InvitedSerializer},
        tags=["matching"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Invite the supplier of a match to quote."""
        match, _data = self.perform(request, pk)
        return Response(state_of(match) | {"invitation": self.invitation.pk}, status=201)

    def act(self, request: Request, line: NeedLine, product: Product, data: dict[str, Any]) -> Match:
        """Invite."""
        self.invitation = feedback.invite_match(
            line=line,
            product=product,
            actor=request.user,
            message=data["message"],
        )
        found: Match = Match.objects.get(line=line, product=product)
        return found


class FittingNeedsView(APIView):
    """Open needs that the acting company's products fit."""

    @extend_schema(
        operation_id="my_fitting_needs", responses=shapes.FittingNeedsSerializer, tags=["matching"]
    )
    def get(self, request: Request) -> Response:
        """Rank open needs for your products; near misses say what is missing."""
        company = request._request.company  # type: ignore[attr-defined]
        if not company or not company.sells:
            return Response({"results": []})
        names = Names()
        rows = needs_that_fit(company=company, user=request.user)
        return Response({"results": [_fitting(row, names) for row in rows]})


def _fitting(row: Any, names: Names) -> dict[str, Any]:
    from matching.lines import unit_factor

    factor = unit_factor(row.line.unit_id)[1]
    return {
        "need": row.line.need_id,
        "number": row.line.need.number,
        "title": row.line.need.title,
        "line": row.line.pk,
        "product": row.product_id,
        "score": row.score,
        "coverage": row.covered,
        "fits": not row.missing,
        "missing": [
            {"reason": m.code, "detail": m.detail, "words": missing_words(m, names)} for m in row.missing
        ],
        "explanation": [fact_words(f, names, unit=row.line.unit_id, factor=factor) for f in row.facts],
    }


class CountView(APIView):
    """How many suppliers remain for a line that is being written."""

    @extend_schema(
        operation_id="match_count",
        parameters=[shapes.CountQuerySerializer],
        responses=shapes.CountSerializer,
        tags=["matching"],
    )
    def get(self, request: Request) -> Response:
        """Count the suppliers that meet a line as typed so far, and what each requirement costs."""
        query = shapes.CountQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        company = request._request.company or None  # type: ignore[attr-defined]
        spec = query.spec()
        if company is not None and company.buys:
            spec["company"] = company
        found = count_for_draft(spec)
        if found is None:
            nothing: dict[str, Any] = {
                "remaining": None,
                "products": None,
                "looked_at": None,
                "unstated": None,
                "criteria": [],
            }
            return Response(nothing)
        names = Names()
        return Response(
            {
                "remaining": found.remaining,
                "products": found.products,
                "looked_at": found.looked_at,
                "unstated": found.unstated,
                "criteria": [
                    {
                        "reason": c.code,
                        "detail": c.detail,
                        "words": criterion_words(c, names),
                        "alone": c.alone,
                        "in_sequence": c.in_sequence,
                        "left": c.left,
                        "would_return": c.only,
                    }
                    for c in found.criteria
                ],
            }
        )


class RankerInfoView(APIView):
    """The model that ranks."""

    @extend_schema(operation_id="ranker_info", responses=shapes.RankerInfoSerializer, tags=["matching"])
    def get(self, request: Request) -> Response:
        """Which model ranks now, and how good it was on needs that it had not seen."""
        active = active_ranker()
        row = active.row
        methods = row.metrics.get("methods", {}) if row is not None else {}
        return Response(
            {
                "version": active.version,
                "trained_until": row.trained_until if row is not None else None,
                "needs": row.needs_count if row is not None else 0,
                "ndcg10": {name: value["ndcg10"]["mean"] for name, value in methods.items()},
                "terms": active.model.term_names_,
                "sha256": row.artefact_sha256 if row is not None else "",
            }
        )
