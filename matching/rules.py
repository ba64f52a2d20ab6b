"""Who may do what with matches: the buyer's people read them, its owners and editors act on them."""

from __future__ import annotations

from typing import Any

import rules

from companies.querysets import standing_of
from companies.rules import is_staff


def _need(obj: Any) -> Any:
    line = getattr(obj, "line", obj)
    return getattr(line, "need", line)


@rules.predicate
def member_of_buyer(user: Any, obj: Any) -> bool:
    """Any role in the need's buyer."""
    return _need(obj).company_id in standing_of(user).companies


@rules.predicate
def edits_for_buyer(user: Any, obj: Any) -> bool:
    """Owner or editor of the need's buyer."""
    return _need(obj).company_id in standing_of(user).editable


rules.add_perm("matching.view_matches", member_of_buyer | is_staff)
rules.add_perm("matching.change_match", edits_for_buyer | is_staff)
