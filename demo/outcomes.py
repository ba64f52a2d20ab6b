"""Past needs with what was shown and what became of it: the ranker's first lessons, from simulated buyers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np

from companies.enums import CompanyKind
from demo.copying import copy_rows
from demo.needs import EXPORT_MARKETS, Line, Need, NeedBook
from demo.taste import Decision, Floats, Traits, Wish, decide, liking, temper_of
from demo.world import HORIZON, World
from demo.writing import Steps
from matching.enums import Act, DismissReason, MatchState
from matching.history import Candidates, past_candidates
from matching.models import Match, MatchFeedback
from tenders.models import NeedLine

PROOF = {"stated": 0.0, "checked": 0.5, "delivered": 1.0}
FOOD_SAFETY = (
    "haccp_codex",
    "iso_22000",
    "fssc_22000",
    "brcgs_food",
    "ifs_food",
    "globalgap_ifa",
    "organic_eu",
)
MATCH_COLUMNS = (
    "id", "line_id", "product_id", "state", "rank_shown", "score", "model_version", "features", "shown_at", "opened_at",
    "dismiss_reason", "label", "label_at", "created_at",
)  # fmt: skip
FEEDBACK_COLUMNS = ("match_id", "act", "rank", "model_version", "by_id", "at", "created_at")
OLD_RULE = "prior"  # the version that ranked before any ranker was trained


@dataclass(frozen=True)
class Columns:
    """Every product as columns, in the order of `world.offers`; quantities and prices per base unit."""

    at: dict[UUID, int]
    left: Floats
    proven: Floats
    price: Floats
    stars: Floats
    stars_sure: Floats
    papers: Floats
    deliveries: Floats
    kept: Floats
    lat: Floats
    lon: Floats
    lead_days: Floats
    smallest: Floats
    packing: Floats
    charm: Floats


def write_outcomes(world: World, book: NeedBook, steps: Steps) -> None:
    """Matches with labels, and the acts upon them, for every line of the closed needs."""
    matches: list[tuple[Any, ...]] = []
    feedback: list[tuple[Any, ...]] = []
    for match, acts in _judged(world, book, steps):
        matches.append(match)
        feedback += acts
    copy_rows(Match, MATCH_COLUMNS, steps(matches, "matches", len(matches)), ids=world.ids, now=world.now)
    copy_rows(MatchFeedback, FEEDBACK_COLUMNS, feedback, ids=world.ids, now=world.now)


def _judged(
    world: World, book: NeedBook, steps: Steps
) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    columns = _columns(world)
    closed = [(need, line) for need in book.needs if need.closed_at for line in need.lines]
    of_line = {line.id: (need, line) for need, line in closed}
    rows = NeedLine.objects.filter(need__status="closed")

    def progress(lines: Iterable[Any]) -> Iterable[Any]:
        return steps(lines, "past outcomes", len(closed))

    for found in past_candidates(rows, now=world.now, progress=progress):
        need, line = of_line[found.line_id]
        rng = np.random.default_rng([world.seed, found.line_id.int >> 64, found.line_id.int & (2**64 - 1)])
        shown = _shown(found, rng)
        if shown.size < 4:
            continue
        at = np.array([columns.at[found.product_ids[row]] for row in shown])
        likes, temper = _likes(world, columns, need, line, at)
        decision = decide(likes, temper, rng)
        yield from _rows(world, need, found, shown, decision, rng)


def _columns(world: World) -> Columns:
    rows = world.offers
    factor = np.array([float(row.pack_content or 1) if row.unit == "NMP" else 1.0 for row in rows])
    left = np.full((len(rows), HORIZON), np.nan)
    for at, row in enumerate(rows):
        if row.capacity is not None:
            left[at] = row.capacity * (1 - (row.promised if row.promised is not None else 0))

    def column(values: Iterable[Any]) -> Floats:
        return np.array([np.nan if value is None else float(value) for value in values])

    return Columns(
        at={row.id: at for at, row in enumerate(rows)},
        left=left * factor[:, None],
        proven=column(PROOF[row.capacity_proof] for row in rows),
        price=column(None if row.price_audience == "on_request" else row.price for row in rows) / factor,
        stars=column(
            row.stars if row.stars_valid_until is None or row.stars_valid_until >= world.today else 0 for row in rows
        ),
        stars_sure=column(row.stars_confirmed for row in rows),
        papers=column(sum(code in world.held[row.id] for code in FOOD_SAFETY) for row in rows),
        deliveries=column(row.firm.deliveries for row in rows),
        kept=column(row.firm.on_time for row in rows),
        lat=column(row.firm.lat for row in rows),
        lon=column(row.firm.lon for row in rows),
        lead_days=np.nan_to_num(column(row.lead_time_days for row in rows), nan=10.0),
        smallest=column(row.min_order for row in rows) * factor,
        packing=column(row.packaging for row in rows),
        charm=column(row.firm.charm for row in rows),
    )  # fmt: skip


def _shown(found: Candidates, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Rows in the order in which the page showed them: the old rule with a good deal of chance, 20 to 40 of them."""
    old = found.prior_score + rng.normal(0, 9.0, len(found.prior_score))
    return np.argsort(-old, kind="stable")[: int(rng.integers(20, 41))]


def _likes(
    world: World, columns: Columns, need: Need, line: Line, at: np.ndarray[Any, Any]
) -> tuple[Floats, Any]:
    per = 1000.0 if line.unit == "TNE" else 1.0
    first = world.first_month
    index = [(month.year - first.year) * 12 + month.month - first.month for month, _ in line.months]
    shift = 12 * max(0, math.ceil(-min(index) / 12))
    months = np.array([row + shift for row in index])
    monthly = np.array([float(quantity) * per for _, quantity in line.months])
    price = columns.price[at]
    known = price[~np.isnan(price)]
    wish = Wish(
        monthly=monthly,
        ceiling=float("nan") if line.ceiling is None else float(line.ceiling) / per,
        usual_price=float(np.median(known)) if known.size else 1.0,
        fresh=line.archetype.fresh,
        export=need.market in EXPORT_MARKETS,
        days_until_first=float(max((line.months[0][0] - need.published_at.date()).days, 1)),
    )
    offers = [world.offers[row] for row in at]
    preferred = [code for code, level, _ in line.certificates if level == "preferred"]
    held = [world.held[row.id] for row in offers]
    buyer = need.firm
    traits = Traits(
        left=columns.left[np.ix_(at, np.minimum(months, HORIZON - 1))],
        proven=columns.proven[at],
        price=price,
        stars=columns.stars[at],
        stars_sure=columns.stars_sure[at] > 0,
        papers=columns.papers[at],
        wished=np.array([sum(c in h for c in preferred) / max(len(preferred), 1) for h in held]),
        deliveries=columns.deliveries[at],
        kept=columns.kept[at],
        kilometres=_kilometres(columns.lat[at], columns.lon[at], buyer.lat or 21.0, buyer.lon or 105.8),
        near=np.array([row.firm.province == buyer.province for row in offers]),
        lead_days=columns.lead_days[at],
        smallest=columns.smallest[at],
        household=np.array([row.firm.kind == CompanyKind.HOUSEHOLD for row in offers]),
        abroad=np.array([need.market in row.markets for row in offers]),
        packing=columns.packing[at],
        charm=columns.charm[at],
        friends=np.array([_friends(buyer.id, row.firm.id) for row in offers]),
    )
    temper = temper_of(buyer.kind, buyer.id.int % 2**32)
    return liking(traits, wish, temper), temper


def _friends(buyer: UUID, seller: UUID) -> bool:
    """Whether they have dealt with each other before: one pair in twenty-five, always the same ones."""
    return (buyer.int ^ seller.int) % 25 == 0


def _kilometres(lat: Floats, lon: Floats, here_lat: float, here_lon: float) -> Floats:
    """Over a flat map: near enough within Vietnam."""
    east = (lon - here_lon) * np.cos(np.radians((lat + here_lat) / 2))
    return np.asarray(111.2 * np.hypot(lat - here_lat, east), dtype=np.float64)


def _rows(
    world: World,
    need: Need,
    found: Candidates,
    shown: np.ndarray[Any, Any],
    decision: Decision,
    rng: np.random.Generator,
) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    """The match of each row shown, with the acts upon it."""
    shown_at = need.published_at + timedelta(minutes=float(rng.uniform(3, 600)))
    known_at = max(need.closed_at or need.published_at, shown_at) + timedelta(days=float(rng.uniform(2, 20)))
    known_at = min(known_at, world.now)
    version = OLD_RULE
    for rank, row in enumerate(shown, start=1):
        label = int(decision.labels[rank - 1])
        looked = bool(decision.looked[rank - 1])
        state, reason = MatchState.SHOWN, ""
        if label:
            state = MatchState.INVITED if label > 1 or rng.random() < 0.7 else MatchState.SAVED
        elif looked and rng.random() < 0.12:
            state, reason = MatchState.DISMISSED, str(rng.choice(DismissReason.values))
        opened = shown_at + timedelta(minutes=float(rng.uniform(1, 3000))) if looked else None
        key = world.ids()
        match = (
            key, found.line_id, found.product_ids[row], state, rank, round(float(found.prior_score[row]), 2), version,
            found.features_json(int(row)), shown_at, opened, reason, label, known_at, shown_at,
        )  # fmt: skip
        acts = [(Act.OPENED, opened)] if opened else []
        if state != MatchState.SHOWN and opened:
            acts.append((Act(state.value), opened + timedelta(minutes=float(rng.uniform(1, 600)))))
        yield match, [(key, act, rank, version, need.firm.owner, when, when) for act, when in acts]
