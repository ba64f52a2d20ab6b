"""What leaves the platform does so by tasks, and is found again when a task is lost."""

from __future__ import annotations

import time

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from companies import tasks
from companies.models import Notification, OneTimeCode
from companies.services.notifications import audience
from core import events
from core.models import Event
from tests.people import api_of, client_of, company_of


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_worker_sends_the_code_and_delivers_the_event_right_after_the_commit(
    celery_worker_process, buyer, supplier
):
    answer = client_of().post("/accounts/sign-in/", {"address": buyer.email, "act": "code"})
    assert answer.status_code == 302
    events.record(
        kind="need.closed", payload=audience(companies=[company_of(supplier)], names={"title": "x"})
    )
    wait_until(lambda: OneTimeCode.objects.get().sent_at is not None)
    wait_until(lambda: Notification.objects.filter(user=supplier).exists())


@pytest.mark.django_db(transaction=True)
def test_act_is_kept_when_the_broker_is_away(buyer, supplier, monkeypatch, outbox, caplog):
    def refuse(*_args, **_options):
        raise OperationalError("broker away")

    monkeypatch.setattr(tasks.send_code, "delay", refuse)
    monkeypatch.setattr("core.events.current_app.send_task", refuse)
    answer = client_of().post("/accounts/sign-in/", {"address": buyer.email, "act": "code"})
    assert answer.status_code == 302
    events.record(
        kind="need.closed", payload=audience(companies=[company_of(supplier)], names={"title": "x"})
    )
    assert Event.objects.filter(kind="need.closed").exists()
    monkeypatch.undo()
    sent = []
    monkeypatch.setattr(tasks.send_code, "delay", lambda pk: sent.append(tasks.send_code(pk)))
    assert tasks.sweep_messages() == 1
    assert sent == [True]
    assert tasks.deliver_notifications() == 1
    assert Notification.objects.get().user == supplier


def test_tasks_and_logs_carry_no_code(buyer, outbox, caplog, django_capture_on_commit_callbacks, monkeypatch):
    told = []
    monkeypatch.setattr(tasks.send_code, "delay", lambda *args: told.append(args))
    caplog.set_level("DEBUG")
    with django_capture_on_commit_callbacks(execute=True):
        client_of().post("/accounts/sign-in/", {"address": buyer.email, "act": "code"})
    row = OneTimeCode.objects.get()
    assert told == [(str(row.pk),)]
    tasks.send_code(str(row.pk))
    code = outbox[-1].body.split()[0]
    assert code not in caplog.text


def test_api_asks_for_a_code_and_exchanges_it_for_a_token(buyer, outbox):
    api = api_of()
    known = api.post("/api/v1/auth/code/", {"address": "0900 000 001"})
    unknown = api.post("/api/v1/auth/code/", {"address": "0900 000 009"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    tasks.send_code(str(OneTimeCode.objects.get(user=buyer).pk))
    code = next(word for word in outbox[-1].body.split() if word.isdigit())
    answer = api.post("/api/v1/auth/token/", {"address": "0900 000 001", "code": code, "name": "ERP"})
    assert answer.status_code == 201
    me = api_of(token=answer.json()["token"]).get("/api/v1/me/").json()
    assert me["email"] == buyer.email
    assert api.post("/api/v1/auth/token/", {"address": "0900 000 001", "code": code}).status_code == 400


def test_api_sign_in_by_password_is_throttled(buyer, settings):
    api = api_of()
    body = {"address": buyer.email, "password": "wrong"}
    codes = [api.post("/api/v1/auth/token/", body).status_code for _ in range(12)]
    assert codes[0] == 400
    assert codes[-1] == 429
    answer = api.post("/api/v1/auth/token/", body)
    assert set(answer.json()) == {"code", "detail", "fields"}


def test_code_waits_for_nobody_after_it_lapsed(buyer):
    client_of().post("/accounts/sign-in/", {"address": buyer.email, "act": "code"})
    OneTimeCode.objects.update(expires_at=timezone.now())
    assert tasks.sweep_messages() == 0
