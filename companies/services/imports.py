"""The steps of a catalogue import: upload, map columns, check, write; and the rows that came back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import ImportStatus
from companies.importing.checking import SheetPlan, Survey, is_readable, survey
from companies.importing.fields import FIELDS, IGNORED
from companies.importing.problems import FileRefused
from companies.importing.reading import Source, open_source
from companies.models import CatalogueImport, Company, User
from companies.services.import_running import Outcome, check_file, write_file
from companies.services.import_scope import Scope, scope_of, scope_of_code
from companies.services.import_words import cell_words, file_words
from companies.services.workbooks import write_rows
from core import events
from core.errors import DomainError

STUCK_AFTER = timedelta(minutes=2)
MAX_SHEETS = 40


def may_import(*, actor: User, company: Company | None) -> bool:
    """Whether a person may import for a company (None: as staff)."""
    if company is None:
        return bool(actor.is_active and actor.is_staff)
    return bool(actor.has_perm("companies.import_catalogue", company))


def upload_catalogue(*, actor: User, company: Company | None, file: UploadedFile[Any]) -> CatalogueImport:
    """Keep an uploaded sheet and guess its columns. Nothing of the catalogue is written.

    Args:
        company: the agency or the supplier for which it is imported; None for staff.

    Raises:
        DomainError: `forbidden`; `file-refused` (field `file`) with the reason in words; what `scope_of` raises.
    """
    if not may_import(actor=actor, company=company):
        raise DomainError("forbidden", _("You may not import a catalogue for this company."), status=403)
    scope = scope_of(company=company, actor=actor)
    content = _read_upload(file)
    with _refusals():
        found = survey(_open(io.BytesIO(content)), needs_producer=not scope.is_own)
    imported = CatalogueImport(
        company=company,
        started_by=actor,
        original_name=Path(file.name or "catalogue").name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        mapping=_mapping(found),
        result={"left_out": found.left_out, "samples": found.samples},
    )
    with transaction.atomic():
        # The name on disk says nothing of the sheet, and is never served as a file.
        imported.file.save(f"{imported.pk}.bin", ContentFile(content), save=False)
        imported.full_clean(exclude=["file", "mapping", "result", "rejected"])
        imported.save()
        events.record(kind="import.uploaded", actor=actor, company=company, obj=imported)
    return imported


def _read_upload(file: UploadedFile[Any]) -> bytes:
    if file.size is not None and file.size > settings.MAX_CATALOGUE_BYTES:
        text = file_words("too-large", {"megabytes": settings.MAX_CATALOGUE_BYTES // (1024 * 1024)})
        raise DomainError("file-refused", text, fields={"file": [text]}, status=400)
    return bytes(file.read())


def _open(handle: IO[bytes]) -> Source:
    return open_source(handle, max_bytes=settings.MAX_CATALOGUE_BYTES)


@contextmanager
def _refusals() -> Iterator[None]:
    """A refused file as a `DomainError` in words."""
    try:
        yield
    except FileRefused as refused:
        text = file_words(refused.code, refused.params)
        raise DomainError("file-refused", text, fields={"file": [text]}, status=400) from refused


def _mapping(found: Survey) -> dict[str, Any]:
    return {
        "sheets": [
            {
                "name": plan.name,
                "use": True,
                "header_row": plan.header_row,
                "columns": plan.columns,
                "months": plan.months,
                "titles": {str(column): title for column, title in plan.titles.items()},
            }
            for plan in found.plans[:MAX_SHEETS]
        ]
    }


def plans_of(imported: CatalogueImport) -> list[SheetPlan]:
    """The plans of the sheets that are to be read."""
    return [
        SheetPlan(
            name=sheet["name"],
            header_row=sheet["header_row"],
            columns={name: int(column) for name, column in sheet["columns"].items()},
            months={month: int(column) for month, column in sheet.get("months", {}).items()},
            titles={int(column): title for column, title in sheet["titles"].items()},
        )
        for sheet in imported.mapping.get("sheets", [])
        if sheet.get("use", True)
    ]


@transaction.atomic
def map_columns(
    *, imported: CatalogueImport, actor: User, sheets: Mapping[str, Mapping[str, int]]
) -> CatalogueImport:
    """Say which column of which sheet holds which field; sheets that are not named are left out.

    Args:
        sheets: sheet name -> {field: column index}.

    Raises:
        DomainError: `forbidden`, `wrong-state`; `invalid` for an unknown sheet, field or column, for a column used
            twice, or when the product's (or producer's) column is missing.
    """
    imported = _locked(imported.pk, actor)
    _expect(imported, ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.FAILED)
    known = {sheet["name"]: sheet for sheet in imported.mapping["sheets"]}
    needs_producer = _needs_producer(imported)
    if not sheets:
        raise _invalid(_("Choose at least one sheet."))
    for name, columns in sheets.items():
        if name not in known:
            raise _invalid(_("The workbook has no sheet called “%(sheet)s”.") % {"sheet": name})
        _check_columns(known[name], columns, needs_producer=needs_producer)
    for name, sheet in known.items():
        sheet["use"] = name in sheets
        if name in sheets:
            sheet["columns"] = _kept_columns(sheet["columns"], sheets[name])
    imported.status, imported.error = ImportStatus.UPLOADED, ""
    imported.save(update_fields=["mapping", "status", "error", "updated_at"])
    return imported


def _kept_columns(guessed: Mapping[str, int], chosen: Mapping[str, int]) -> dict[str, int]:
    """The chosen columns, and those that only tell rows apart (ordinals, remarks), which nobody is asked about."""
    used = set(chosen.values())
    kept = {name: column for name, column in guessed.items() if name in IGNORED and column not in used}
    return kept | dict(chosen)


def _check_columns(sheet: Mapping[str, Any], columns: Mapping[str, int], *, needs_producer: bool) -> None:
    titles = {int(column) for column in sheet["titles"]}
    if unknown := [name for name in columns if name not in FIELDS]:
        raise _invalid(_("There is no field “%(field)s”.") % {"field": unknown[0]})
    if [column for column in columns.values() if column not in titles]:
        raise _invalid(_("The sheet has no such column."))
    if len(set(columns.values())) < len(columns):
        raise _invalid(_("One column cannot hold two fields."))
    plan = SheetPlan(sheet["name"], sheet["header_row"], dict(columns))
    if not is_readable(plan, needs_producer=needs_producer):
        raise _invalid(
            _("Say which column holds the product's name and which the producer.")
            if needs_producer
            else _("Say which column holds the product's name.")
        )


def _invalid(text: str) -> DomainError:
    return DomainError("invalid", text, fields={"sheets": [text]}, status=400)


def _needs_producer(imported: CatalogueImport) -> bool:
    return imported.company is None or imported.company.is_agency


def _locked(pk: UUID, actor: User) -> CatalogueImport:
    imported = CatalogueImport.objects.select_for_update(of=("self",)).select_related("company").get(pk=pk)
    if not may_import(actor=actor, company=imported.company):
        raise DomainError("forbidden", _("You may not import a catalogue for this company."), status=403)
    return imported


def _expect(imported: CatalogueImport, *states: ImportStatus) -> None:
    if imported.status not in states:
        raise DomainError(
            "wrong-state",
            _("This import is at another step: %(step)s.") % {"step": imported.get_status_display()},
        )


@transaction.atomic
def request_check(*, imported: CatalogueImport, actor: User) -> CatalogueImport:
    """Have every row checked by a worker; asked again while it runs, nothing happens.

    Raises:
        DomainError: `forbidden`, `wrong-state` (written already), `invalid` (columns missing).
    """
    from companies.tasks import check_import

    imported = _locked(imported.pk, actor)
    if imported.status == ImportStatus.CHECKING:
        return imported
    _expect(imported, ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.FAILED)
    needs_producer = _needs_producer(imported)
    plans = plans_of(imported)
    if not plans or not all(is_readable(plan, needs_producer=needs_producer) for plan in plans):
        raise _invalid(_("Say which column holds the product's name and which the producer."))
    _begin(imported, ImportStatus.CHECKING)
    transaction.on_commit(lambda: check_import.delay(str(imported.pk)))
    return imported


@transaction.atomic
def request_write(*, imported: CatalogueImport, actor: User, only_good: bool) -> CatalogueImport:
    """Have the checked rows written by a worker: all of them, or only the good ones.

    Raises:
        DomainError: `forbidden`; `wrong-state` (not checked yet, or written already); `rows-rejected` when all rows
            are to be written and some are not good; `nothing-to-write`.
    """
    from companies.tasks import write_import

    imported = _locked(imported.pk, actor)
    if imported.status == ImportStatus.WRITING:
        return imported
    _expect(imported, ImportStatus.CHECKED)
    if not imported.good:
        raise DomainError("nothing-to-write", _("No row of this sheet can be written."))
    if not only_good and imported.rejected:
        raise DomainError(
            "rows-rejected", _("Some rows have problems. Write only the good ones, or correct the sheet.")
        )
    imported.result = imported.result | {"only_good": only_good}
    _begin(imported, ImportStatus.WRITING)
    transaction.on_commit(lambda: write_import.delay(str(imported.pk)))
    return imported


def _begin(imported: CatalogueImport, status: ImportStatus) -> None:
    imported.status, imported.progress, imported.error = status, 0, ""
    cache.delete(_progress_key(imported.pk))
    imported.save(update_fields=["status", "progress", "error", "result", "updated_at"])


def run_check(*, import_id: UUID) -> None:
    """Check an import's file (a task). Safe to run twice: only an import that waits for it is checked."""
    _run(import_id, ImportStatus.CHECKING)


def run_write(*, import_id: UUID) -> None:
    """Write an import's rows (a task). The rows and the import's new state are committed together, so once only."""
    _run(import_id, ImportStatus.WRITING)


def _run(import_id: UUID, expected: ImportStatus) -> None:
    try:
        with transaction.atomic():
            imported = (
                CatalogueImport.objects.select_for_update(of=("self",))
                .select_related("company", "started_by")
                .filter(pk=import_id, status=expected)
                .first()
            )
            if imported is None:
                return
            with _refusals(), imported.file.open("rb") as handle:
                scope = scope_of(company=imported.company, actor=imported.started_by)
                _finish(imported, expected, _outcome(imported, _open(handle), scope, expected))
    except DomainError as refused:
        CatalogueImport.objects.filter(pk=import_id, status=expected).update(
            status=ImportStatus.FAILED, error=refused.message[:500], updated_at=timezone.now()
        )


def _outcome(imported: CatalogueImport, source: Source, scope: Scope, step: ImportStatus) -> Outcome:
    progress = _progress_of(imported)
    if step == ImportStatus.CHECKING:
        return check_file(source, plans_of(imported), scope, progress=progress)
    only_good = bool(imported.result.get("only_good", True))
    return write_file(source, plans_of(imported), scope, only_good=only_good, progress=progress)


def _finish(imported: CatalogueImport, step: ImportStatus, outcome: Outcome) -> None:
    imported.rows, imported.good = outcome.rows, outcome.good
    imported.created, imported.updated = outcome.created, outcome.updated
    imported.rejected = outcome.rejected
    imported.result = imported.result | {
        "warnings": outcome.warnings,
        "more_warnings": outcome.more_warnings,
        "notes": dict(outcome.notes),
    }
    if step == ImportStatus.CHECKING:
        imported.status = ImportStatus.CHECKED
    elif outcome.was_written:
        imported.status = ImportStatus.WRITTEN
        payload = {"created": outcome.created, "updated": outcome.updated, "rows": outcome.rows}
        events.record(
            kind="import.written",
            actor=imported.started_by,
            company=imported.company,
            obj=imported,
            payload=payload,
        )
    else:  # the catalogue changed between the check and the write
        imported.status = ImportStatus.CHECKED
        imported.error = _("Some rows no longer fit the catalogue; nothing was written.")
    imported.progress = 100
    imported.save()


def _progress_key(pk: UUID) -> str:
    return f"import-progress:{pk}"


def _progress_of(imported: CatalogueImport) -> Callable[[int], None]:
    """Tells how many rows are done, outside the transaction that does them."""
    key = _progress_key(imported.pk)

    def report(rows: int) -> None:
        cache.set(key, rows, timeout=600)

    return report


def rows_done(imported: CatalogueImport) -> int:
    """How many rows a running check or write has read so far."""
    return int(cache.get(_progress_key(imported.pk)) or 0)


def resume_imports(*, now: Any = None) -> int:
    """Hand imports whose task was lost to the workers again (a periodic task). Returns how many."""
    from companies.tasks import check_import, write_import

    stuck = CatalogueImport.objects.filter(
        status__in=[ImportStatus.CHECKING, ImportStatus.WRITING],
        updated_at__lt=(now or timezone.now()) - STUCK_AFTER,
    )
    count = 0
    for pk, status in stuck.values_list("pk", "status"):
        (check_import if status == ImportStatus.CHECKING else write_import).delay(str(pk))
        count += 1
    return count


def told(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored problems with their reason in the reader's words: sheet, row, column, value, reason."""
    return [
        {
            "sheet": item["sheet"],
            "row": item["row"],
            "column": item["column"],
            "value": item["value"],
            "code": item["code"],
            "reason": cell_words(item["code"], item["params"]),
        }
        for item in problems
    ]


def rejected_workbook(*, imported: CatalogueImport) -> bytes:
    """An .xlsx of the rejected rows as they stood in the sheet, with the reasons beside them, ready to correct.

    The corrected sheet can be imported by itself: its headings are the sheet's own.
    """
    reasons: dict[tuple[str, int], list[str]] = {}
    for item in told(imported.rejected):
        text = f"{item['column']}: {item['reason']}" if item["column"] else item["reason"]
        reasons.setdefault((item["sheet"], item["row"]), []).append(text)
    tables = []
    with _refusals(), imported.file.open("rb") as handle:
        source = _open(handle)
        infos = {sheet.name: sheet for sheet in source.sheets}
        for plan in plans_of(imported):
            columns = sorted(plan.titles)
            rows: list[list[Any]] = [[*(plan.titles[column] for column in columns), _("Row"), _("Reason")]]
            for row in source.rows(infos[plan.name]):
                if texts := reasons.get((plan.name, row.number)):
                    cells = [row.values[column] if column < len(row.values) else None for column in columns]
                    rows.append([*cells, row.number, "\n".join(texts)])
            tables.append((plan.name or _("Rejected rows"), rows))
    return write_rows(tables)


def import_path(*, path: Path, code: str | None, write: bool) -> Outcome:
    """Check a file from the shell, or write its good rows (`manage.py import_catalogue`).

    Args:
        code: an agency's, supplier's or province's code; None imports as staff.

    Raises:
        DomainError: `file-refused`, and what `scope_of_code` raises.
    """
    scope = scope_of_code(code)
    with _refusals(), path.open("rb") as handle:
        source = _open(handle)
        plans = survey(source, needs_producer=not scope.is_own).plans
        if not all(is_readable(plan, needs_producer=not scope.is_own) for plan in plans):
            raise FileRefused("no-table")
        if not write:
            return check_file(source, plans, scope)
        with transaction.atomic():
            outcome = write_file(source, plans, scope, only_good=True)
            payload = {"created": outcome.created, "updated": outcome.updated, "rows": outcome.rows}
            events.record(kind="import.written", company=scope.company, payload=payload)
        return outcome
