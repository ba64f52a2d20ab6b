"""Who may do what with needs and invitations."""

from __future__ import annotations

from typing import Any

import rules

from companies.querysets import standing_of
from companies.rules import is_staff


def _need(obj: Any) -> Any:
    return getattr(obj, "need", obj)


@rules.predicate
def buys_for(user: Any, obj: Any) -> bool:
    """Owner or editor of the buyer."""
    return _need(obj).company_id in standing_of(user).editable


@rules.predicate
def member_of_buyer(user: Any, obj: Any) -> bool:
    return _need(obj).company_id in standing_of(user).companies


@rules.predicate
def answers_for(user: Any, invitation: Any) -> bool:
    """Owner or editor of the invited supplier."""
    return invitation.company_id in standing_of(user).editable


rules.add_perm("tenders.change_need", buys_for | is_staff)
rules.add_perm("tenders.view_need_as_buyer", member_of_buyer | is_staff)
rules.add_perm("tenders.invite_supplier", buys_for | is_staff)
rules.add_perm("tenders.answer_invitation", answers_for)
