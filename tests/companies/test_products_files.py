"""Photos and documents: told by their bytes, drawn anew, served to those who may see them and never as a page."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from companies.models import Document, ProductPhoto
from companies.services import documents, products
from core.errors import DomainError
from tests.factories.people import make_product
from tests.people import api_of, client_of, company_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (120, 80, 10)).save(out, kind, **save)
    return out.getvalue()


def upload(content: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def bomb() -> bytes:
    """A PNG of 60,000 x 60,000 pixels in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    head = (60000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    body = zlib.compress(b"\0" * 7501 * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def stored(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


def test_a_photo_is_drawn_anew_without_its_metadata(supplier: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "home of the farmer"
    product = make_product(company_of(supplier))
    photo = products.add_photo(
        product=product, actor=supplier, file=upload(picture(exif=exif)), alt_text="Nhãn"
    )
    content = stored(photo.document.file.name)
    drawn = Image.open(io.BytesIO(content))
    assert (drawn.format, drawn.size) == ("WEBP", (800, 1600))
    assert dict(drawn.getexif()) == {}
    assert b"home of the farmer" not in content
    small = Image.open(io.BytesIO(stored(documents.thumbnail_name(photo.document))))
    assert max(small.size) == 320
    assert photo.document.original_name == "a.webp"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "wrong-kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "wrong-kind"),
        (PDF, "wrong-kind"),
        (b"\xff\xd8\xff\xe0 no picture", "broken-image"),
        (picture()[:400], "broken-image"),
        (b"GIF89a" + b"\0" * 40, "wrong-kind"),
    ],
)
def test_what_is_no_photo_is_refused(content: bytes, code: str, supplier: Any) -> None:
    product = make_product(company_of(supplier))
    with pytest.raises(DomainError) as refused:
        products.add_photo(product=product, actor=supplier, file=upload(content, "photo.jpg"))
    assert refused.value.code == code
    assert Document.objects.count() == 0


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    with pytest.raises(DomainError) as refused:
        products.add_photo(product=product, actor=supplier, file=upload(bomb(), "bomb.png"))
    assert refused.value.code in {"too-large", "broken-image"}


def test_a_file_beyond_the_limit_is_refused(supplier: Any, settings: Any) -> None:
    settings.MAX_DOCUMENT_BYTES = 1000
    with pytest.raises(DomainError) as refused:
        documents.store_document(
            company=company_of(supplier), uploaded_by=supplier, file=upload(PDF + b"0" * 1000, "a.pdf")
        )
    assert (refused.value.code, refused.value.status) == ("too-large", 413)


def test_a_document_is_told_by_its_bytes_and_named_at_random(supplier: Any) -> None:
    company = company_of(supplier)
    row = documents.store_document(
        company=company, uploaded_by=supplier, file=upload(PDF, "../../etc/Chứng nhận<b>.html", "text/html")
    )
    assert row.content_type == "application/pdf"
    assert row.original_name == "Chứng nhậnb.pdf"
    assert "etc" not in row.file.name
    with pytest.raises(DomainError):
        documents.store_document(company=company, uploaded_by=supplier, file=upload(PDF), kinds=("jpeg",))


def test_a_stranger_may_not_add_documents_to_a_company(supplier: Any, rival_supplier: Any) -> None:
    with pytest.raises(DomainError) as refused:
        documents.store_document(company=company_of(supplier), uploaded_by=rival_supplier, file=upload(PDF))
    assert refused.value.status == 403


def test_documents_leave_only_to_those_who_may_see_them(
    supplier: Any, rival_supplier: Any, buyer: Any, agency: Any, other_agency: Any, visitor: Any
) -> None:
    row = documents.store_document(
        company=company_of(supplier), uploaded_by=supplier, file=upload(PDF, "a.pdf")
    )
    for person in (rival_supplier, buyer, other_agency, visitor):
        assert client_of(person).get(f"/catalogue/documents/{row.pk}/").status_code == 404
        assert api_of(person).get(f"/api/v1/documents/{row.pk}/file/").status_code in {401, 403, 404}
        assert api_of(person).get(f"/api/v1/documents/{row.pk}/photo/").status_code == 404
    for person in (supplier, agency):
        for url in (f"/catalogue/documents/{row.pk}/", f"/api/v1/documents/{row.pk}/file/"):
            answer = client_of(person).get(url)
            assert b"".join(answer.streaming_content) == PDF
            assert answer["Content-Disposition"].startswith("attachment")
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert "no-store" in answer["Cache-Control"]


def test_photos_are_shown_as_pictures_and_only_while_the_product_is(supplier: Any, visitor: Any) -> None:
    product = make_product(company_of(supplier))
    photo = products.add_photo(product=product, actor=supplier, file=upload(picture()))
    url = f"/catalogue/photos/{photo.document_id}/"
    answer = client_of(visitor).get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert b"".join(answer.streaming_content).startswith(b"RIFF")
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert len(b"".join(client_of(visitor).get(f"{url}?size=small").streaming_content)) < 20_000
    product.published = False
    product.save()
    assert client_of(visitor).get(url).status_code == 404
    own = client_of(supplier).get(url)
    assert b"".join(own.streaming_content)
    assert own["Cache-Control"].startswith("private,")  # no cache on the way keeps what may be taken down


def test_photos_have_an_order_and_a_limit(supplier: Any, django_capture_on_commit_callbacks: Any) -> None:
    product = make_product(company_of(supplier))
    rows = [
        products.add_photo(product=product, actor=supplier, file=upload(picture(size=(40, 40))))
        for _ in range(8)
    ]
    with pytest.raises(DomainError):
        products.add_photo(product=product, actor=supplier, file=upload(picture(size=(40, 40))))
    products.put_photo_first(photo=rows[2], actor=supplier)
    assert ProductPhoto.objects.filter(product=product).first() == rows[2]
    name = rows[0].document.file.name
    with django_capture_on_commit_callbacks(execute=True):
        products.remove_photo(photo=rows[0], actor=supplier)
    assert not default_storage.exists(name)
    assert Document.objects.count() == 7


def test_api_takes_photos_and_documents(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    client = api_of(supplier)
    made = client.post(
        f"/api/v1/products/{product.pk}/photos/", {"file": upload(picture(size=(50, 50)))}, format="multipart"
    )
    assert made.status_code == 201, made.json()
    assert b"".join(client.get(made.json()["url"]).streaming_content).startswith(b"RIFF")
    assert client.delete(f"/api/v1/products/{product.pk}/photos/{made.json()['id']}/").status_code == 204
    kept = client.post("/api/v1/documents/", {"file": upload(PDF, "a.pdf")}, format="multipart")
    assert kept.status_code == 201, kept.json()
    assert [row["id"] for row in client.get("/api/v1/documents/").json()["results"]] == [kept.json()["id"]]
    wrong = client.post("/api/v1/documents/", {"file": upload(b"<html>", "a.pdf")}, format="multipart")
    assert wrong.json()["code"] == "wrong-kind"


def test_page_takes_a_photo_and_says_what_is_wrong(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    client = client_of(supplier)
    assert (
        client.post(
            f"/my/products/{product.pk}/photos/", {"file": upload(picture(size=(50, 50)))}
        ).status_code
        == 302
    )
    wrong = client.post(f"/my/products/{product.pk}/photos/", {"file": upload(b"<html>")})
    assert wrong.status_code == 422
    assert "JPEG, PNG, WEBP" in wrong.content.decode()


def test_a_document_whose_bytes_are_lost_is_not_there(supplier: Any) -> None:
    company = company_of(supplier)
    lost = documents.store_document(company=company, uploaded_by=supplier, file=upload(PDF, "a.pdf"))
    default_storage.delete(lost.file.name)
    empty = Document.objects.create(company=company, original_name="b.pdf", size=0)
    for row in (lost, empty):
        assert client_of(supplier).get(f"/catalogue/documents/{row.pk}/").status_code == 404
        assert api_of(supplier).get(f"/api/v1/documents/{row.pk}/file/").status_code == 404
