"""The needs' API: the reference journey, its errors, its lists."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tenders.api.needs import LONGAN as EXAMPLE
from tests.factories.needs import longan_line, make_draft, make_published
from tests.factories.people import make_province
from tests.people import api_of

URL = "/api/v1/needs/"
# The example of the API's docs, far enough away not to pass.
LONGAN = json.loads(json.dumps(EXAMPLE).replace("2027", "2090"))


@pytest.fixture
def api(people: SimpleNamespace) -> APIClient:
    make_province("01")
    longan_line()  # the reference rows that the example names
    return api_of(people.lan)


def post(api: APIClient, url: str, data: Any = None, **options: Any) -> Any:
    return api.post(url, data or {}, format="json", **options)


def test_buyer_posts_and_publishes_the_reference_need(api: APIClient, people: SimpleNamespace) -> None:
    created = post(api, URL, LONGAN)
    assert created.status_code == 201, created.json()
    body = created.json()
    assert body["status"] == "draft"
    assert [row["month"] for row in body["lines"][0]["months"]][::4] == ["2090-08-01", "2090-12-01"]
    assert body["lines"][0]["certificates"][0]["scheme"] == "haccp_codex"
    assert api.get(f"{URL}{body['id']}/check/").json() == {"may_be_published": True, "problems": {}}
    published = post(api, f"{URL}{body['id']}/publish/")
    assert published.status_code == 200 and published.json()["status"] == "published"
    seen = api_of(people.supplier_user).get(f"/api/v1/open-needs/{body['id']}/").json()
    assert seen["company"]["name"] == "Blue Cloud"
    assert "ceiling_price" not in seen["lines"][0]


def test_change_of_a_draft_replaces_fields_and_lines(api: APIClient) -> None:
    need = post(api, URL, LONGAN).json()
    line = {**need["lines"][0], "pack": "500 g"}
    changed = api.patch(f"{URL}{need['id']}/", {"payment_days": 15, "lines": [line]}, format="json").json()
    assert changed["payment_days"] == 15
    assert changed["lines"][0]["id"] == need["lines"][0]["id"] and changed["lines"][0]["pack"] == "500 g"
    assert changed["delivery_place"] == LONGAN["delivery_place"]


def test_faults_are_told_by_field(api: APIClient) -> None:
    answer = post(
        api, URL, {"market": "mars", "lines": [{"unit": "KGM", "certificates": [{"scheme": "nope"}]}]}
    )
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"market"}
    answer = post(api, URL, {"lines": [{"unit": "stone", "required_stars": 9}]})
    assert set(answer.json()["fields"]) == {"lines.0.unit", "lines.0.required_stars"}
    incomplete = post(api, f"{URL}{post(api, URL, {'lines': [{}]}).json()['id']}/publish/").json()
    assert incomplete["code"] == "need-incomplete"
    assert {"lines.0.product_words", "lines.0.months", "quote_deadline", "delivery_place"} == set(
        incomplete["fields"]
    )


def test_same_idempotency_key_makes_one_need(api: APIClient) -> None:
    first = post(api, URL, LONGAN, headers={"Idempotency-Key": "k1"}).json()
    second = post(api, URL, LONGAN, headers={"Idempotency-Key": "k1"}).json()
    assert first["id"] == second["id"]
    assert len(api.get(URL).json()["results"]) == 1
    refused = post(api, URL, {}, headers={"Idempotency-Key": "k1"})
    assert refused.status_code == 409 and refused.json()["code"] == "idempotency-key-reused"


def test_needs_of_others_do_not_exist_there(api: APIClient, people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan, changes={"visibility": "public"})
    for user in (people.rival_user, people.supplier_user, people.agency_user):
        other = api_of(user)
        assert other.get(URL).json()["results"] == []
        for path in ("", "check/", "amendments/", "invitations/"):
            assert other.get(f"{URL}{need.pk}/{path}").status_code == 404
        for path in (
            "publish/",
            "close/",
            "cancel/",
            "amend/",
            "duplicate/",
            "ceiling/",
            "invitations/",
            "import-lines/",
        ):
            assert post(other, f"{URL}{need.pk}/{path}", {"reason": "x"}).status_code == 404
    assert Client().get(URL).status_code == 401


def test_viewer_reads_but_does_not_write(api: APIClient, people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    viewer = api_of(people.viewer)
    assert viewer.get(f"{URL}{need.pk}/").status_code == 200
    refused = post(viewer, f"{URL}{need.pk}/close/")
    assert refused.status_code == 403 and refused.json()["code"] == "not-allowed"


@pytest.mark.parametrize("path", [URL, "/api/v1/open-needs/"])
def test_lists_cost_the_same_queries_for_one_and_three(
    path: str, people: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    reader = api_of(people.lan)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_published(people.buyer, people.lan, changes={"visibility": "public"})
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert reader.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_open_needs_are_filtered(api: APIClient, people: SimpleNamespace) -> None:
    longan = make_published(people.buyer, people.lan, changes={"visibility": "public"})
    tea = make_published(
        people.rival, people.rival_user, lines=[longan_line(product_words="Chè Shan tuyết", hs=None)],
        changes={"visibility": "public", "name_withheld": True},
    )  # fmt: skip
    visitor = APIClient()

    def found(query: str) -> set[str]:
        return {row["id"] for row in visitor.get(f"/api/v1/open-needs/?{query}").json()["results"]}

    assert found("q=long nhan") == {str(longan.pk)}
    assert found("q=che shan") == {str(tea.pk)}
    assert found("hs=081340") == {str(longan.pk)}
    assert found("month=2090-08-15") == {str(longan.pk), str(tea.pk)}
    assert found("month=2090-07-15") == set()
    assert found("province=01") == {str(longan.pk), str(tea.pk)}
    assert found(f"company={people.buyer.code}") == {str(longan.pk)}
    assert found(f"company={people.rival.code}") == set()  # withheld


def test_supplier_reads_what_it_receives(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    answer = api_of(people.supplier_user).get(f"/api/v1/open-needs/{need.pk}/receives/?price=365000").json()
    assert (answer["net"], answer["days"]) == ("354050.00", 30)
    assert answer["sentence"] == "You receive ₫354,050/kg after 30 days"
    assert api_of(people.supplier_user).get(f"/api/v1/open-needs/{need.pk}/receives/").status_code == 400


def test_amend_close_cancel_and_duplicate(api: APIClient, people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    url = f"{URL}{need.pk}/"
    line = str(need.lines.get().pk)
    body = {
        "reason": "Kho đổi giờ nhận", "payment_days": 15,
        "lines": [{"line": line, "months": [{"month": "2090-08-01", "quantity": "1500"}]}],
    }  # fmt: skip
    amended = post(api, f"{url}amend/", body)
    assert amended.status_code == 201, amended.json()
    assert amended.json()["changes"]["payment_days"] == [30, 15]
    shown = api_of(people.supplier_user).get(f"/api/v1/open-needs/{need.pk}/amendments/").json()
    assert shown[0]["reason"] == "Kho đổi giờ nhận"
    raised = post(api, f"{url}ceiling/", {"line": line, "ceiling_price": "430000"}).json()
    assert raised["lines"][0]["ceiling_price"] == "430000.00"
    copy = post(api, f"{url}duplicate/")
    assert copy.status_code == 201 and copy.json()["status"] == "draft"
    assert post(api, f"{url}close/", {"reason": "Đã đủ hàng"}).json()["closing_reason"] == "Đã đủ hàng"
    assert post(api, f"{url}cancel/", {"reason": "x"}).json()["code"] == "need-closed"
    assert api.delete(f"{URL}{copy.json()['id']}/").status_code == 204


def test_draft_of_others_is_not_in_the_open_list(people: SimpleNamespace) -> None:
    draft = make_draft(people.buyer, people.lan, changes={"visibility": "public"})
    for user in (None, people.supplier_user, people.lan):
        client = api_of(user)
        assert client.get("/api/v1/open-needs/").json()["results"] == []
        assert client.get(f"/api/v1/open-needs/{draft.pk}/").status_code == 404
