"""The registry of ranking models: arrays and JSON in the database, hash checked before anything is read."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import User
from core import events
from core.errors import DomainError
from matching.engine.features import FEATURES
from matching.engine.prior import VERSION as PRIOR_VERSION
from matching.engine.prior import prior_ranker
from matching.engine.ranker import AdditiveRanker
from matching.engine.schema import schema_hash
from matching.models import RankerModel

FACTS = "facts.json"
_loaded: dict[tuple[str, str], AdditiveRanker] = {}


@dataclass(frozen=True)
class ActiveRanker:
    """What ranks now: a version and its model; `row` is None for the documented prior."""

    version: str
    model: AdditiveRanker
    row: RankerModel | None = None


def encode(model: AdditiveRanker) -> tuple[bytes, str]:
    """A fitted ranker as npz (arrays, and its JSON as bytes) with its sha256. Same model, same bytes."""
    facts, arrays = model.to_parts()
    packed = {name: np.ascontiguousarray(value, dtype=np.float64) for name, value in arrays.items()}
    packed[FACTS] = np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(packed):
            entry = io.BytesIO()
            np.save(entry, packed[name], allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), entry.getvalue())
    data = target.getvalue()
    return data, hashlib.sha256(data).hexdigest()


def decode(data: bytes, sha256: str) -> AdditiveRanker:
    """The inverse of `encode`. Raises ValueError unless the hash and the form are exactly right; never unpickles."""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError("the model's bytes and its hash differ")
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {name: np.asarray(stored[name]) for name in stored.files}
    facts: dict[str, Any] = json.loads(bytes(arrays.pop(FACTS)).decode())
    model = AdditiveRanker.from_parts(facts, arrays)
    if schema_hash(model.schema_) != schema_hash(FEATURES):
        raise ValueError("the model was trained on other features than those computed now")
    return model


def active_ranker() -> ActiveRanker:
    """The active model, or the documented prior where there is none or it was made for other features.

    Raises ValueError if the stored model was tampered with: a wrong model must not rank in silence.
    """
    known = RankerModel.objects.filter(active=True).defer("artefact").first()
    if known is None or known.schema_hash != schema_hash(FEATURES):
        return ActiveRanker(PRIOR_VERSION, prior_ranker())
    key = (known.version, known.artefact_sha256)
    if key not in _loaded:
        _loaded.clear()
        _loaded[key] = decode(bytes(known.artefact), known.artefact_sha256)
    return ActiveRanker(known.version, _loaded[key], known)


def next_version() -> str:
    """r1, r2, ...: one above the highest there is."""
    numbers = [int(v[1:]) for v in RankerModel.objects.values_list("version", flat=True) if v[1:].isdigit()]
    return f"r{max(numbers, default=0) + 1}"


@transaction.atomic
def activate_model(*, version: str, actor: User | None = None, now: datetime | None = None) -> RankerModel:
    """Make a stored model the one that ranks; the prior takes over again with `deactivate_models`.

    Raises:
        DomainError: `unknown-model`, `model-broken`, `model-outdated` (made for other features).
    """
    rows = {row.version: row for row in RankerModel.objects.select_for_update().defer("artefact")}
    wanted = rows.get(version)
    if wanted is None:
        raise DomainError(
            "unknown-model", _("There is no ranking model %(version)s.") % {"version": version}, status=404
        )
    if wanted.schema_hash != schema_hash(FEATURES):
        raise DomainError("model-outdated", _("This model was made for other features; train a new one."))
    try:
        decode(bytes(wanted.artefact), wanted.artefact_sha256)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise DomainError("model-broken", _("The stored model is damaged and was refused.")) from error
    RankerModel.objects.filter(active=True).exclude(pk=wanted.pk).update(active=False)
    wanted.active = True
    wanted.activated_at = now or timezone.now()
    wanted.activated_by = actor
    wanted.save(update_fields=["active", "activated_at", "activated_by", "updated_at"])
    events.record(kind="ranker.activated", actor=actor, obj=wanted, payload={"version": version})
    return wanted


@transaction.atomic
def roll_back(*, actor: User | None = None, now: datetime | None = None) -> RankerModel | None:
    """Return to the model that was active before the present one; to the prior if there was none.

    Returns the model that ranks now, None for the prior.
    """
    present = RankerModel.objects.select_for_update().filter(active=True).first()
    if present is None:
        raise DomainError("nothing-to-roll-back", _("No trained model is active."))
    before = (
        RankerModel.objects.filter(activated_at__lt=present.activated_at)
        .exclude(pk=present.pk)
        .order_by("-activated_at")
        .first()
    )
    RankerModel.objects.filter(pk=present.pk).update(active=False)
    if before is None:
        events.record(kind="ranker.rolled-back", actor=actor, obj=present, payload={"to": PRIOR_VERSION})
        return None
    # `activated_at` stays: rolling back twice goes back two steps.
    RankerModel.objects.filter(pk=before.pk).update(active=True)
    before.refresh_from_db()
    events.record(kind="ranker.rolled-back", actor=actor, obj=present, payload={"to": before.version})
    return before
