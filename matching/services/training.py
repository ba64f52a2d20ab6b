"""Learning from what buyers did: the training set, honest figures held out by time, and the making of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from companies.models import User
from core import events
from core.errors import DomainError
from matching.engine.features import FEATURES, NAMES, row_from_json
from matching.engine.metrics import bootstrap_mean, ndcg_by_query, recall_by_query
from matching.engine.prior import prior_ranker
from matching.engine.ranker import AdditiveRanker
from matching.engine.schema import schema_hash, schema_to_json
from matching.enums import MatchState
from matching.models import Match, RankerModel
from matching.services.registry import activate_model, encode, next_version

Floats = NDArray[np.float64]
LEAST_NEEDS = 30
HELD_OUT = 0.2
PATIENCE = timedelta(days=14)  # what was only shown for this long is taken as not chosen
METHODS = ("learned", "prior", "stars", "coverage", "random")


@dataclass(frozen=True)
class TrainingSet:
    """Rows of shown matches: features as stored, graded labels, the line of each row as a number in time order."""

    X: Floats
    y: Floats
    qid: NDArray[np.int64]
    rank_shown: Floats
    first: datetime | None
    last: datetime | None

    @property
    def needs(self) -> int:
        """How many need lines there are."""
        return int(np.unique(self.qid).size)

    def part(self, rows: NDArray[np.bool_]) -> TrainingSet:
        """Some of the rows."""
        return TrainingSet(
            self.X[rows], self.y[rows], self.qid[rows], self.rank_shown[rows], self.first, self.last
        )

    def split(self, held_out: float = HELD_OUT) -> tuple[TrainingSet, TrainingSet]:
        """(to learn from, held out): the latest lines are held out, never the other way round."""
        lines = np.unique(self.qid)
        cut = lines[max(round(lines.size * (1 - held_out)), 1) - 1]
        return self.part(self.qid <= cut), self.part(self.qid > cut)


def labelled_matches(now: datetime) -> QuerySet[Match]:
    """Matches whose outcome is known at `now`: the one selector of training data; `grade_of` says how good it was.

    A stored label counts as it is; else saved, invited or dismissed is known at once, and what was only shown once
    the buyer has had two weeks. What happened after `now` is not seen.
    """
    known = (
        Q(label__isnull=False) & (Q(label_at__isnull=True) | Q(label_at__lte=now))
        | Q(state__in=[MatchState.SAVED, MatchState.INVITED, MatchState.DISMISSED])
        | Q(shown_at__lte=now - PATIENCE)
    )
    rows: QuerySet[Match] = Match.objects.filter(known, shown_at__lte=now).exclude(features={})
    return rows


def grade_of(label: int | None, state: str) -> int:
    """The graded outcome 0..3: what is stored, else 1 for saved or invited and 0 for anything else."""
    if label is not None:
        return label
    return 1 if state in {MatchState.SAVED, MatchState.INVITED} else 0


def training_set(*, now: datetime | None = None) -> TrainingSet:
    """All lines with at least one row chosen and one not, in the order in which they were first shown."""
    moment = now or timezone.now()
    found = list(
        labelled_matches(moment)
        .order_by("line_id", F("rank_shown").asc(nulls_last=True), "pk")
        .values_list("line_id", "features", "label", "state", "rank_shown", "shown_at")
    )
    rows = [(line, told, grade_of(label, state), rank, at) for line, told, label, state, rank, at in found]
    begun: dict[Any, Any] = {}
    grades: dict[Any, set[int]] = {}
    for line, _features, grade, _rank, shown_at in rows:
        begun[line] = min(filter(None, (begun.get(line), shown_at)))
        grades.setdefault(line, set()).add(grade)
    order = sorted((at, str(line), line) for line, at in begun.items() if len(grades[line]) > 1)
    number = {line: i for i, (_at, _key, line) in enumerate(order)}
    kept = [r for r in rows if r[0] in number]
    kept.sort(key=lambda r: number[r[0]])
    return TrainingSet(
        X=np.array([row_from_json(r[1]) for r in kept], dtype=np.float64).reshape(len(kept), len(NAMES)),
        y=np.array([r[2] for r in kept], dtype=np.float64),
        qid=np.array([number[r[0]] for r in kept], dtype=np.int64),
        rank_shown=np.array([np.nan if r[3] is None else r[3] for r in kept], dtype=np.float64),
        first=order[0][0] if order else None,
        last=order[-1][0] if order else None,
    )


def evaluate(model: AdditiveRanker, held: TrainingSet) -> dict[str, Any]:
    """NDCG@5, NDCG@10 and recall@10 of the model and its rivals on held-out lines, with bootstrap intervals.

    `gain` is the paired difference of NDCG@10 between the learned order and the best rival.
    """
    X = held.X
    scores: dict[str, Floats] = {
        "learned": model.predict(X),
        "prior": prior_ranker().predict(X),
        "stars": np.nan_to_num(X[:, NAMES.index("stars")], nan=-1.0),
        "coverage": np.nan_to_num(X[:, NAMES.index("coverage")], nan=-1.0),
        "random": np.zeros(len(X)),  # all equal: ties count at their mean, which is what a random order earns
    }
    figures: dict[str, Any] = {"needs": held.needs, "rows": len(X), "methods": {}}
    ten: dict[str, Floats] = {}
    for name in METHODS:
        ten[name] = ndcg_by_query(held.y, scores[name], held.qid, 10)
        figures["methods"][name] = {
            "ndcg5": asdict(bootstrap_mean(ndcg_by_query(held.y, scores[name], held.qid, 5))),
            "ndcg10": asdict(bootstrap_mean(ten[name])),
            "recall10": asdict(bootstrap_mean(recall_by_query(held.y, scores[name], held.qid, 10))),
        }
    best = max(METHODS[1:], key=lambda m: float(np.nanmean(ten[m])))
    figures["best_rival"] = best
    figures["gain"] = asdict(bootstrap_mean(ten["learned"] - ten[best]))
    return figures


def evaluate_ranker(*, now: datetime | None = None) -> dict[str, Any]:
    """Train on the earlier needs, judge on the latest fifth; writes nothing.

    Raises DomainError `too-little-data`.
    """
    data = _enough(training_set(now=now))
    learn, held = data.split()
    model = AdditiveRanker(FEATURES).fit(learn.X, learn.y, qid=learn.qid, rank_shown=learn.rank_shown)
    return evaluate(model, held) | {"trained_on": learn.needs}


def _enough(data: TrainingSet) -> TrainingSet:
    if data.needs < LEAST_NEEDS:
        raise DomainError(
            "too-little-data",
            _(
                "Only %(count)s needs have outcomes to learn from; %(least)s are wanted. The prior score serves on."
            )
            % {"count": data.needs, "least": LEAST_NEEDS},
        )
    return data


def train_ranker(
    *,
    actor: User | None = None,
    activate: bool = True,
    now: datetime | None = None,
    say: Callable[[str], None] | None = None,
) -> RankerModel:
    """Train a model, judge it on the latest needs, store it, and let it rank if it is better.

    The stored model learns from all needs; its figures come from a twin that never saw the latest fifth. With
    `activate` it takes over unless a rival (prior, stars, coverage) orders the held-out needs better.

    Raises DomainError `too-little-data`. A failed run leaves everything as it was.
    """
    say = say or (lambda text: None)
    moment = now or timezone.now()
    data = _enough(training_set(now=moment))
    learn, held = data.split()
    say(_("Learning from %(count)s needs") % {"count": learn.needs})
    twin = AdditiveRanker(FEATURES).fit(learn.X, learn.y, qid=learn.qid, rank_shown=learn.rank_shown)
    figures = evaluate(twin, held)
    say(_("Learning from all %(count)s needs") % {"count": data.needs})
    model = AdditiveRanker(FEATURES).fit(data.X, data.y, qid=data.qid, rank_shown=data.rank_shown)
    artefact, sha256 = encode(model)
    with transaction.atomic():
        row = RankerModel.objects.create(
            version=next_version(),
            trained_from=data.first,
            trained_until=moment,
            needs_count=data.needs,
            rows_count=len(data.y),
            schema=schema_to_json(FEATURES),
            schema_hash=schema_hash(FEATURES),
            parameters=_parameters(model),
            metrics=figures,
            artefact=artefact,
            artefact_sha256=sha256,
        )
        events.record(kind="ranker.trained", actor=actor, obj=row, payload={"version": row.version})
        if activate and figures["gain"]["mean"] > 0:
            activate_model(version=row.version, actor=actor, now=moment)
    row.refresh_from_db()
    return row


def _parameters(model: AdditiveRanker) -> dict[str, Any]:
    return {k: v for k, v in model.get_params().items() if k != "schema"} | {"terms": model.term_names_}
