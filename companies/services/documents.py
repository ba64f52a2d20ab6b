"""Uploaded files: told apart by their first bytes, bounded, stored under a random name, never shown as HTML."""

from __future__ import annotations

import hashlib
import io
import uuid
import warnings
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from companies.models import Company, Document, User
from core import events
from core.errors import DomainError

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
SUFFIXES = {"pdf": ".pdf", "jpeg": ".jpg", "png": ".png", "webp": ".webp"}
IMAGES = frozenset({"jpeg", "png", "webp"})
MAX_PIXELS = 40_000_000
PHOTO_SIDE = 1600
THUMBNAIL_SIDE = 320


def sniff(head: bytes) -> str | None:
    """What the first bytes say a file is: one of `CONTENT_TYPES`, or None. The name it came with says nothing."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return None


@transaction.atomic
def store_document(
    *,
    company: Company | None,
    uploaded_by: User,
    file: UploadedFile[Any],
    kinds: Collection[str] = ("pdf", "jpeg", "png", "webp"),
) -> Document:
    """Keep an uploaded file as it is, for download by those who may see it.

    Args:
        company: whose document it is; the uploader must act for it, be its agency or staff.
        kinds: which of `CONTENT_TYPES` are taken.

    Raises:
        DomainError: `too-large`, `wrong-kind`, `broken-image`, `empty`; `forbidden`.
    """
    if company is not None and not uploaded_by.has_perm("companies.view_documents", company):
        raise DomainError("forbidden", _("You may not add documents for this company."), status=403)
    content = _read(file)
    kind = sniff(content[:16])
    if kind is None or kind not in kinds:
        names = ", ".join(name.upper() for name in CONTENT_TYPES if name in kinds)
        raise _wrong("wrong-kind", _("This file is none of these: %(kinds)s.") % {"kinds": names})
    if kind in IMAGES:
        _open_image(content)  # a picture that cannot be read is of no use to those who check it
    return _store(content, kind, company=company, uploaded_by=uploaded_by, name=file.name or "")


@transaction.atomic
def store_photo(*, company: Company, uploaded_by: User, file: UploadedFile[Any]) -> Document:
    """Keep a photo for everyone to see: turned upright, drawn anew as WebP without metadata, at most 1600 px.

    A small one for lists is stored beside it (`thumbnail_name`).

    Raises:
        DomainError: as `store_document`.
    """
    content = _read(file)
    if sniff(content[:16]) not in IMAGES:
        raise _wrong("wrong-kind", _("This file is none of these: %(kinds)s.") % {"kinds": "JPEG, PNG, WEBP"})
    picture = _open_image(content)
    document = _store(
        _encode(picture, PHOTO_SIDE, quality=82),
        "webp",
        company=company,
        uploaded_by=uploaded_by,
        name=file.name or "",
        is_public=True,
    )
    default_storage.save(thumbnail_name(document), ContentFile(_encode(picture, THUMBNAIL_SIDE, quality=72)))
    return document


def thumbnail_name(document: Document) -> str:
    """Where the small copy of a photo is stored."""
    return str(PurePosixPath(str(document.file.name)).with_suffix(".small.webp"))


def delete_file_of(document: Document) -> None:
    """Remove a document's bytes once the transaction that deleted its row is committed."""
    names = [str(document.file.name), thumbnail_name(document)]

    def remove() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(remove)


def response_headers(document: Document, *, inline: bool = False) -> dict[str, str]:
    """Headers under which a document's bytes may leave: never rendered as a page, whatever they are."""
    headers = {
        "Content-Type": document.content_type,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if inline and document.is_public and document.content_type in {"image/webp", "image/jpeg", "image/png"}:
        headers["Content-Disposition"] = "inline"
        # The reader's browser may keep it, no cache on the way: a product may be taken down, or not be shown yet.
        headers["Cache-Control"] = "private, max-age=604800"
    else:
        headers["Cache-Control"] = "private, no-store"
    return headers


def _read(file: UploadedFile[Any]) -> bytes:
    limit = settings.MAX_DOCUMENT_BYTES
    too_large = _wrong(
        "too-large",
        _("The file is larger than %(limit)d MB.") % {"limit": limit // (1024 * 1024)},
        status=413,
    )
    if file.size is not None and file.size > limit:
        raise too_large
    content: bytes = file.read(limit + 1)
    if len(content) > limit:
        raise too_large
    if not content:
        raise _wrong("empty", _("The file is empty."))
    return content


def _wrong(code: str, message: str, *, status: int = 400) -> DomainError:
    return DomainError(code, message, fields={"file": [message]}, status=status)


def _open_image(content: bytes) -> Image.Image:
    """The decoded picture; the measures are looked at before a pixel is unpacked."""
    broken = _wrong("broken-image", _("This picture cannot be read."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise broken from None
    if picture.width * picture.height > MAX_PIXELS:
        raise _wrong(
            "too-large",
            _("The picture has more than %(limit)d megapixels.") % {"limit": MAX_PIXELS // 1_000_000},
        )
    try:
        picture.load()
    except (OSError, ValueError, SyntaxError, MemoryError):
        raise broken from None
    return picture


def _encode(picture: Image.Image, side: int, *, quality: int) -> bytes:
    """The picture upright, within `side` pixels, as WebP with nothing but its pixels."""
    upright = ImageOps.exif_transpose(picture)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    plain.thumbnail((side, side), Image.Resampling.LANCZOS)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _store(
    content: bytes,
    kind: str,
    *,
    company: Company | None,
    uploaded_by: User,
    name: str,
    is_public: bool = False,
) -> Document:
    document = Document(
        company=company,
        uploaded_by=uploaded_by,
        original_name=_shown_name(name, kind),
        content_type=CONTENT_TYPES[kind],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        is_public=is_public,
    )
    document.file.save(f"{uuid.uuid4().hex}{SUFFIXES[kind]}", ContentFile(content), save=False)
    document.save()
    events.record(kind="document.stored", actor=uploaded_by, company=company, obj=document)
    return document


def _shown_name(name: str, kind: str) -> str:
    """The name for people: without folders and control characters, with the suffix of what it is."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    clean = "".join(ch for ch in stem if ch.isprintable() and ch not in '<>:"/|?*').strip(" .")[:120]
    return f"{clean or 'document'}{SUFFIXES[kind]}"
