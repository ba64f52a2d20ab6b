"""What a column of a feature matrix means: its name, its direction, its kind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = ("numeric", "category")


@dataclass(frozen=True)
class Feature:
    """One column: with `monotone` +1 more of it never lowers a score, with -1 it never raises one."""

    name: str
    monotone: int = 0
    kind: str = "numeric"

    def __post_init__(self) -> None:
        if self.monotone not in (-1, 0, 1):
            raise ValueError(f"{self.name}: monotone must be -1, 0 or 1")
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: kind must be one of {', '.join(KINDS)}")
        if self.kind == "category" and self.monotone:
            raise ValueError(f"{self.name}: a category has no direction")


Schema = Sequence[Feature]


def schema_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Feature, ...]:
    """Read ``[{"name", "monotone", "kind"}]``; raises ValueError on a bad row or a name given twice."""
    features = tuple(
        Feature(str(r["name"]), int(r.get("monotone", 0)), str(r.get("kind", "numeric"))) for r in rows
    )
    names = [f.name for f in features]
    if len(set(names)) != len(names):
        raise ValueError("feature names must differ")
    return features


def schema_to_json(schema: Schema) -> list[dict[str, Any]]:
    """The inverse of `schema_from_json`."""
    return [{"name": f.name, "monotone": f.monotone, "kind": f.kind} for f in schema]


def schema_hash(schema: Schema) -> str:
    """Sha256 of the schema's canonical JSON: two models can be compared only on the same one."""
    text = json.dumps(schema_to_json(schema), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
