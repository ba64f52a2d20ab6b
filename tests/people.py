"""Pytest plugin: the people of the tests, and clients that are signed in as one of them.

`tests/conftest.py` loads it. Every person belongs to a company of their own; `visitor` has no account.
"""

from __future__ import annotations

from typing import Any

import pytest

from companies.enums import CompanyKind
from companies.models import Company, User
from tests.factories.people import make_agency, make_company, make_member, make_user


def company_of(user: User) -> Company:
    """The company that the person acts for (the first one)."""
    return user.memberships.filter(revoked_at__isnull=True).earliest("created_at").company


@pytest.fixture
def buyer(db: None) -> User:
    """Owner of a confirmed supermarket in Hà Nội."""
    company = make_company(
        kind=CompanyKind.SUPERMARKET,
        province="01",
        code="may-xanh",
        name_vi="Siêu thị Mây Xanh",
        name_en="May Xanh",
    )
    return make_member(company, email="lan@mayxanh.example", phone="+84900000001", full_name="Trần Thị Lan")


@pytest.fixture
def rival_buyer(db: None) -> User:
    """Owner of another confirmed supermarket."""
    company = make_company(
        kind=CompanyKind.SUPERMARKET,
        province="01",
        code="rival-mart",
        name_vi="Siêu thị Đối Thủ",
        name_en="Rival Mart",
    )
    return make_member(company, email="rival@buyer.example", full_name="Lê Văn Đối")


@pytest.fixture
def supplier(db: None) -> User:
    """Owner of a confirmed cooperative in Hưng Yên (33)."""
    company = make_company(code="htx-ben-song", name_vi="HTX Bến Sông", name_en="Ben Song Cooperative")
    return make_member(company, email="htx@bensong.example", phone="+84900000003", full_name="Nguyễn Văn Bền")


@pytest.fixture
def rival_supplier(db: None) -> User:
    """Owner of another confirmed cooperative, in Đắk Lắk (66)."""
    company = make_company(
        province="66", code="htx-doi-thu", name_vi="HTX Đối Thủ", name_en="Rival Cooperative"
    )
    return make_member(company, email="rival@supplier.example", full_name="Phạm Thị Thu")


@pytest.fixture
def agency(db: None) -> User:
    """Owner of the agency of Hưng Yên (33)."""
    company = make_agency(
        "33", code="sct-hung-yen", name_vi="Sở Công Thương Hưng Yên", name_en="Hung Yen DOIT"
    )
    return make_member(company, email="agency@hungyen.example", full_name="Đỗ Minh Hưng")


@pytest.fixture
def other_agency(db: None) -> User:
    """Owner of the agency of Đắk Lắk (66)."""
    company = make_agency("66", code="sct-dak-lak", name_vi="Sở Công Thương Đắk Lắk", name_en="Dak Lak DOIT")
    return make_member(company, email="agency@daklak.example", full_name="Y Ban Niê")


@pytest.fixture
def ministry(db: None) -> User:
    """Owner of the ministry's agency: every province."""
    company = make_agency(None, code="bo", name_vi="Bộ Nông nghiệp và Môi trường", name_en="Ministry")
    return make_member(company, email="bo@offtake.example", full_name="Vũ Thị Bộ")


@pytest.fixture
def staff(db: None) -> User:
    """Staff of the platform: superuser without a company."""
    return make_user(email="admin@offtake.example", full_name="Quản Trị", is_staff=True, is_superuser=True)


@pytest.fixture
def visitor() -> Any:
    """Nobody: Django's anonymous user."""
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def client_of(user: Any = None, **defaults: Any) -> Any:
    """A Django test client signed in as the person (nobody: a visitor), in English unless told."""
    from django.test import Client

    client = Client(headers={"Accept-Language": "en", **defaults.pop("headers", {})}, **defaults)
    if user is not None and user.is_authenticated:
        client.force_login(user, backend="companies.auth.EmailOrPhoneBackend")
    client.cookies["language"] = "en"
    return client


def api_of(user: Any = None, *, token: str = "", company: Company | None = None) -> Any:
    """A DRF client that acts as the person, or by a raw API token; answers in English."""
    from rest_framework.test import APIClient

    client = APIClient(headers={"Accept-Language": "en"})
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    elif user is not None and user.is_authenticated:
        client.force_login(user, backend="companies.auth.EmailOrPhoneBackend")
    client.cookies["language"] = "en"
    if company is not None:
        client.defaults["HTTP_X_COMPANY"] = str(company.pk)
    return client


@pytest.fixture(autouse=True)
def default_language() -> None:
    """A request of one test leaves its language active in the thread; the next begins in Vietnamese again."""
    from django.utils import translation

    translation.activate("vi")


@pytest.fixture
def outbox(settings: Any) -> Any:
    """What was sent to people, newest last: see tests/outbox.py."""
    from tests.outbox import OutboxSender

    settings.MESSAGE_SENDER = "tests.outbox.OutboxSender"
    OutboxSender.sent.clear()
    yield OutboxSender.sent
    OutboxSender.sent.clear()
