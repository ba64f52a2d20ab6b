"""What was shown and done is kept, with the rank and the features of that moment."""

from __future__ import annotations

import pytest

from companies.models import User
from core.errors import DomainError
from core.models import Event
from matching.enums import Act, MatchState
from matching.models import Match, MatchFeedback
from matching.services import feedback
from matching.services.rank import rank_need
from tenders.enums import NeedStatus
from tenders.models import Invitation
from tests.matching.world import line_of, offer, posted_need

pytestmark = pytest.mark.django_db


def acts(match: Match) -> list[str]:
    return list(match.feedback.order_by("at", "created_at").values_list("act", flat=True))


def test_shown_matches_keep_rank_model_and_features_of_the_first_showing(buyer: User) -> None:
    need = posted_need(buyer)
    product = offer()
    found = rank_need(need=need)[0]
    assert feedback.record_shown(found=found, shown=found.ranked, actor=buyer) == 1
    offer(stars=5, kilograms=5000)
    later = rank_need(need=need)[0]
    assert feedback.record_shown(found=later, shown=later.ranked, actor=buyer) == 1
    match = Match.objects.get(product=product)
    assert (match.rank_shown, match.model_version, match.state) == (1, "prior", MatchState.SHOWN)
    assert match.features["coverage"] == 1.0
    assert acts(match) == [Act.SHOWN]


def test_saving_twice_writes_once(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    for _ in range(2):
        match = feedback.save_match(line=line_of(need), product=product, actor=buyer)
    assert match.state == MatchState.SAVED
    assert acts(match) == [Act.SAVED]
    assert Event.objects.filter(kind="match.saved").count() == 1


def test_dismissed_match_comes_back_when_restored(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    line = line_of(need)
    match = feedback.dismiss_match(line=line, product=product, reason="price", note=" too dear ", actor=buyer)
    assert (match.state, match.dismiss_reason, match.dismiss_note) == (
        MatchState.DISMISSED,
        "price",
        "too dear",
    )
    match = feedback.restore_match(line=line, product=product, actor=buyer)
    match.refresh_from_db()
    assert (match.state, match.dismiss_reason, match.dismiss_note) == (MatchState.SHOWN, "", "")
    assert acts(match) == [Act.DISMISSED, Act.RESTORED]


def test_dismissal_needs_a_reason(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    with pytest.raises(DomainError) as refused:
        feedback.dismiss_match(line=line_of(need), product=product, reason="", actor=buyer)
    assert refused.value.code == "invalid"
    assert not Match.objects.exists()


def test_invited_match_has_an_invitation_and_cannot_be_dismissed(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    line = line_of(need)
    invitation = feedback.invite_match(line=line, product=product, actor=buyer)
    assert Invitation.objects.get() == invitation
    assert Match.objects.get().state == MatchState.INVITED
    for act in (feedback.restore_match, feedback.dismiss_match):
        extra = {"reason": "price"} if act is feedback.dismiss_match else {}
        with pytest.raises(DomainError) as refused:
            act(line=line, product=product, actor=buyer, **extra)
        assert refused.value.code == "already-invited"


def test_what_is_no_match_cannot_be_saved(buyer: User) -> None:
    need, product = posted_need(buyer), offer(haccp=False)
    with pytest.raises(DomainError) as refused:
        feedback.save_match(line=line_of(need), product=product, actor=buyer)
    assert refused.value.code == "not-eligible"


def test_closed_need_takes_no_acts(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    need.status = NeedStatus.CLOSED
    need.save(update_fields=["status"])
    with pytest.raises(DomainError) as refused:
        feedback.save_match(line=line_of(need), product=product, actor=buyer)
    assert refused.value.code == "need-closed"


def test_opening_counts_once(buyer: User) -> None:
    need, product = posted_need(buyer), offer()
    line = line_of(need)
    feedback.record_opened(line=line, product=product, actor=buyer)
    assert not MatchFeedback.objects.exists()
    found = rank_need(need=need)[0]
    feedback.record_shown(found=found, shown=found.ranked, actor=buyer)
    for _ in range(2):
        feedback.record_opened(line=line, product=product, actor=buyer)
    assert acts(Match.objects.get()) == [Act.SHOWN, Act.OPENED]
