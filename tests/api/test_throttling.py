"""Who asks too often is told when to come back; the counts of two callers never meet."""

from __future__ import annotations

import pytest
from django.urls import reverse
from rest_framework.throttling import SimpleRateThrottle

from tests.people import api_of


@pytest.fixture
def rates(monkeypatch):
    monkeypatch.setattr(
        SimpleRateThrottle,
        "THROTTLE_RATES",
        {"anon": "2/min", "user": "3/min", "sign-in": "1/min", "import": "1/hour"},
    )


def test_a_person_is_stopped_and_told_when_to_come_back(rates, buyer, supplier):
    mine, other = api_of(buyer), api_of(supplier)
    statuses = [mine.get(reverse("me")).status_code for _ in range(3)]
    refused = mine.get(reverse("me"))
    assert statuses == [200, 200, 200]
    assert refused.status_code == 429
    assert set(refused.json()) == {"code", "detail", "fields"}
    assert refused.json()["code"] == "throttled"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert other.get(reverse("me")).status_code == 200


def test_a_stranger_is_counted_by_address(rates, db):
    address = reverse("product-list")
    assert [api_of(None).get(address).status_code for _ in range(3)] == [200, 200, 429]
    elsewhere = api_of(None).get(address, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_a_made_up_forwarded_address_does_not_escape_the_count(rates, db):
    address = reverse("product-list")
    statuses = [
        api_of(None).get(address, headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_signing_in_has_a_count_of_its_own(rates, buyer):
    body = {"address": "lan@mayxanh.example", "password": "offtake-demo"}
    assert [api_of(None).post(reverse("auth-token"), body).status_code for _ in range(2)] == [201, 429]
