"""Runs a check or a write over a whole file; nothing of a file that fails is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from companies.importing.checking import SheetPlan, check
from companies.importing.problems import Problem
from companies.importing.reading import Source
from companies.importing.rows import CheckedRow, Context
from companies.services.import_scope import Scope, context_of
from companies.services.import_staging import (
    Refused,
    StageWriter,
    copy_statement,
    create_stage,
    drop_stage,
    resolve_companies,
    resolve_products,
)
from companies.services.import_writing import write_stage

# Two imports at once would each create the same producer: they take turns.
_LOCK = 0x0FF7A4E
KEPT_WARNINGS = 2_000
STEP = 500  # rows between two reports of progress


@dataclass(slots=True)
class Outcome:
    """What a check found or a write did. `rejected` and `warnings` hold a dict per problem (see `entry`)."""

    rows: int = 0
    good: int = 0
    created: int = 0
    updated: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    more_warnings: int = 0
    was_written: bool = False


Progress = Callable[[int], None]


def entry(sheet: str, row: int, problem: Problem) -> dict[str, Any]:
    """A problem as it is stored; its words are made when it is read, in the reader's language."""
    return {
        "sheet": sheet,
        "row": row,
        "column": problem.column,
        "value": problem.value,
        "code": problem.code,
        "params": dict(problem.params),
    }


def check_file(
    source: Source, plans: list[SheetPlan], scope: Scope, *, progress: Progress | None = None
) -> Outcome:
    """Check every row, also against what the catalogue holds; write nothing.

    Raises:
        FileRefused: the file turns out broken.
    """
    return _run(source, plans, scope, keep=False, only_good=True, progress=progress)


def write_file(
    source: Source, plans: list[SheetPlan], scope: Scope, *, only_good: bool, progress: Progress | None = None
) -> Outcome:
    """Check every row and write the good ones, in one transaction.

    Args:
        only_good: False writes nothing unless every row is good.

    Raises:
        FileRefused: the file turns out broken; nothing is written.
    """
    return _run(source, plans, scope, keep=True, only_good=only_good, progress=progress)


def _run(
    source: Source,
    plans: list[SheetPlan],
    scope: Scope,
    *,
    keep: bool,
    only_good: bool,
    progress: Progress | None,
) -> Outcome:
    today = timezone.localdate()
    outcome = Outcome()
    context = context_of(scope, today=today)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        create_stage(cursor)
        with cursor.copy(copy_statement()) as copy:
            writer = StageWriter(copy, scope, today)
            for checked in _checked(source, plans, context, outcome, progress):
                if checked.record is not None:
                    writer.write(checked.sheet, checked.number, checked.record)
        refused = resolve_companies(cursor, scope)
        refused += resolve_products(cursor)
        _note_refused(outcome, refused)
        if keep and (only_good or not outcome.rejected):
            outcome.created, outcome.updated = write_stage(cursor, scope, today=today)
            outcome.was_written = True
        drop_stage(cursor)
    return outcome


def _checked(
    source: Source, plans: list[SheetPlan], context: Context, outcome: Outcome, progress: Progress | None
) -> Iterator[CheckedRow]:
    for checked in check(source, plans, context):
        outcome.rows += 1
        if progress is not None and outcome.rows % STEP == 0:
            progress(outcome.rows)
        for problem in checked.problems:
            told = entry(checked.sheet, checked.number, problem)
            if problem.is_error:
                outcome.rejected.append(told)
            elif len(outcome.warnings) < KEPT_WARNINGS:
                outcome.warnings.append(told)
            else:
                outcome.more_warnings += 1
        if checked.record is not None:
            outcome.good += 1
            outcome.notes.update(checked.notes)
        yield checked


def _note_refused(outcome: Outcome, refused: list[Refused]) -> None:
    for row in refused:
        outcome.good -= 1
        outcome.rejected.append(entry(row.sheet, row.row, Problem(row.code, "", row.value, True, row.params)))
    if refused:
        order = {
            name: place
            for place, name in enumerate(dict.fromkeys(item["sheet"] for item in outcome.rejected))
        }
        outcome.rejected.sort(key=lambda item: (order[item["sheet"]], item["row"]))
