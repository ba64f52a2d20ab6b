"""Learning from recorded outcomes, and the registry of what was learned."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from companies.models import User
from core.errors import DomainError
from matching.engine.features import FEATURES, NAMES, row_to_json
from matching.engine.ranker import AdditiveRanker
from matching.enums import MatchState
from matching.models import Match, RankerModel
from matching.services.registry import activate_model, active_ranker, decode, encode, roll_back
from matching.services.training import evaluate_ranker, train_ranker, training_set
from tests.factories.people import make_company, make_need
from tests.matching.world import offer

pytestmark = pytest.mark.django_db


def history(buyer: User, *, needs: int = 40, rows: int = 8, seed: int = 0) -> None:
    """Past needs in which the buyer took the best by stars and price together."""
    rng = np.random.default_rng(seed)
    company = buyer.memberships.get().company
    products = [offer(company=make_company(), haccp=False, kilograms=None) for _ in range(rows)]
    now = timezone.now()
    matches = []
    for number in range(needs):
        line = make_need(company).lines.get()
        features = np.full((rows, len(NAMES)), np.nan)
        features[:, NAMES.index("stars")] = rng.choice([0, 3, 4, 5], rows)
        features[:, NAMES.index("price_ceiling")] = rng.uniform(0.5, 1.5, rows)
        features[:, NAMES.index("coverage")] = rng.random(rows)
        taste = features[:, NAMES.index("stars")] * 0.6 - 3 * features[:, NAMES.index("price_ceiling")]
        taste += rng.normal(0, 0.3, rows)
        order = np.argsort(-taste)
        for row, product in enumerate(products):
            place = int(np.flatnonzero(order == row)[0])
            matches.append(
                Match(
                    line=line,
                    product=product,
                    features=row_to_json(features[row]),
                    rank_shown=int(rng.integers(1, rows + 1)),
                    label={0: 3, 1: 1}.get(place, 0),
                    shown_at=now - timedelta(days=400 - 5 * number),
                )
            )
    Match.objects.bulk_create(matches)


@pytest.fixture
def past(buyer: User) -> None:
    history(buyer)


def test_learned_model_is_judged_on_the_latest_needs_and_takes_over(past: None) -> None:
    row = train_ranker()
    assert (row.version, row.active, row.needs_count) == ("r1", True, 40)
    assert row.metrics["needs"] == 8
    assert (
        row.metrics["methods"]["learned"]["ndcg10"]["mean"]
        > row.metrics["methods"]["stars"]["ndcg10"]["mean"]
    )
    assert active_ranker().version == "r1"


def test_training_is_deterministic(past: None) -> None:
    assert train_ranker().artefact_sha256 == train_ranker().artefact_sha256


def test_too_few_outcomes_leave_the_prior(buyer: User) -> None:
    history(buyer, needs=5)
    with pytest.raises(DomainError) as refused:
        train_ranker()
    assert refused.value.code == "too-little-data"
    assert active_ranker().version == "prior"
    assert not RankerModel.objects.exists()


def test_a_model_that_is_no_better_is_kept_and_does_not_rank(buyer: User) -> None:
    history(buyer)
    rng = np.random.default_rng(1)
    for match in Match.objects.all():
        match.label = int(rng.random() < 0.3)
        match.save(update_fields=["label"])
    row = train_ranker()
    assert row.metrics["gain"]["mean"] <= 0 or row.active
    if row.metrics["gain"]["mean"] <= 0:
        assert active_ranker().version == "prior"


def test_outcomes_after_the_moment_are_not_seen(past: None) -> None:
    now = timezone.now()
    everything = training_set(now=now)
    earlier = training_set(now=now - timedelta(days=300))
    assert (everything.needs, earlier.needs) == (40, 21)
    learn, held = everything.split()
    assert learn.qid.max() < held.qid.min()


def test_what_was_only_shown_counts_after_two_weeks(buyer: User) -> None:
    history(buyer, needs=1)
    Match.objects.update(label=None, shown_at=timezone.now() - timedelta(days=3))
    Match.objects.filter(pk=Match.objects.first().pk).update(state=MatchState.SAVED)
    assert len(training_set().y) == 0  # the rest may still be chosen
    Match.objects.update(shown_at=timezone.now() - timedelta(days=15))
    assert sorted(training_set().y) == [0] * 7 + [1]


def test_tampered_artefact_is_refused(past: None) -> None:
    row = train_ranker()
    data = bytearray(row.artefact)
    data[100] ^= 1
    with pytest.raises(ValueError, match="hash"):
        decode(bytes(data), row.artefact_sha256)
    RankerModel.objects.filter(pk=row.pk).update(artefact=bytes(data))
    with pytest.raises(DomainError) as refused:
        activate_model(version=row.version)
    assert refused.value.code == "model-broken"


def test_pickled_arrays_are_refused() -> None:
    import hashlib

    target = io.BytesIO()
    np.savez(target, **{"facts.json": np.array([{"a": 1}], dtype=object)})
    data = target.getvalue()
    with pytest.raises(ValueError, match="allow_pickle"):
        decode(data, hashlib.sha256(data).hexdigest())


def test_stored_model_scores_as_the_trained_one(past: None) -> None:
    data = training_set()
    model = AdditiveRanker(FEATURES, max_iter=10).fit(data.X, data.y, qid=data.qid)
    again = decode(*encode(model))
    assert again.predict(data.X).tolist() == model.predict(data.X).tolist()


def test_roll_back_returns_to_the_model_before_and_then_to_the_prior(past: None) -> None:
    first, second = train_ranker(), train_ranker()
    assert second.active
    assert roll_back() == first
    assert active_ranker().version == first.version
    assert roll_back() is None
    assert active_ranker().version == "prior"
    with pytest.raises(DomainError) as refused:
        roll_back()
    assert refused.value.code == "nothing-to-roll-back"


def test_only_one_model_can_be_active(past: None) -> None:
    first = train_ranker()
    second = train_ranker(activate=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        RankerModel.objects.filter(pk=second.pk).update(active=True)
    assert first.active


def test_evaluation_prints_intervals_and_the_number_of_needs(past: None) -> None:
    out = io.StringIO()
    call_command("evaluate_ranker", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["needs"] == 8
    assert set(found["methods"]) == {"learned", "prior", "stars", "coverage", "random"}
    ten = found["methods"]["learned"]["ndcg10"]
    assert ten["low"] <= ten["mean"] <= ten["high"]
    assert evaluate_ranker()["methods"] == found["methods"]
