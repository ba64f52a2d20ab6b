from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone, translation

from companies.enums import Role
from companies.models import Notification
from companies.notices import NOTICES, sentence
from companies.services import notifications
from companies.services.notifications import audience
from core import events
from core.models import EventReceipt
from tests.factories.people import make_member
from tests.people import api_of, client_of, company_of


def tell(kind, *people, actor=None, **names):
    return events.record(
        kind=kind,
        actor=actor,
        payload=audience(companies=[company_of(person) for person in people], names=names, url="/desk/"),
    )


def test_members_of_the_companies_are_told_once(supplier, rival_supplier, buyer):
    viewer = make_member(company_of(supplier), role=Role.VIEWER)
    tell("invitation.sent", supplier, actor=buyer, buyer=company_of(buyer), title="Long nhãn")
    assert notifications.deliver_notifications() == 1
    assert notifications.deliver_notifications() == 0
    row = Notification.objects.get()
    assert (row.user, row.company, row.url) == (supplier, company_of(supplier), "/desk/")
    assert not Notification.objects.visible_to(rival_supplier).exists()
    assert not Notification.objects.visible_to(viewer).exists()


def test_the_actor_is_not_told_of_their_own_act(buyer):
    tell("need.closed", buyer, actor=buyer, title="Long nhãn")
    notifications.deliver_notifications()
    assert not Notification.objects.exists()


def test_sentence_is_in_the_reader_s_language(supplier, buyer):
    tell(
        "invitation.sent", supplier, buyer=company_of(buyer), company=company_of(supplier), title="Long nhãn"
    )
    notifications.deliver_notifications()
    row = Notification.objects.get()
    with translation.override("en"):
        assert (
            sentence(kind=row.kind, context=row.context)
            == "May Xanh invites Ben Song Cooperative to quote: Long nhãn"
        )
    with translation.override("vi"):
        assert "Siêu thị Mây Xanh" in sentence(kind=row.kind, context=row.context)


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_every_kind_has_words_even_without_names(kind):
    for language in ("vi", "en"):
        with translation.override(language):
            text = sentence(kind=kind, context={})
            assert text
            assert "%(" not in text


def test_a_failing_event_holds_up_no_other(supplier, caplog):
    events.record(kind="need.closed", payload={"notify": {"companies": ["not-an-id"]}})
    tell("need.closed", supplier, title="Long nhãn")
    assert notifications.deliver_notifications() == 1
    assert Notification.objects.count() == 1
    assert EventReceipt.objects.count() == 1
    assert "failed on event" in caplog.text


def test_events_wake_their_consumers_once_a_transaction(supplier, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        tell("need.closed", supplier, title="a")
        tell("need.closed", supplier, title="b")
    assert [callback.__name__ for callback in callbacks] == ["_wake_consumers"]


def test_notice_leaves_by_mail_once_where_the_sender_does_that(supplier, outbox):
    tell("need.closed", supplier, title="Long nhãn")
    notifications.deliver_notifications()
    waiting = notifications.to_mail(now=timezone.now())
    assert [notifications.mail_notification(notification_id=pk) for pk in waiting] == [True]
    assert notifications.to_mail(now=timezone.now()) == []
    assert not notifications.mail_notification(notification_id=waiting[0])
    assert [message.address for message in outbox] == [supplier.email]


def test_console_sender_mails_no_notices(supplier, settings):
    settings.MESSAGE_SENDER = "companies.sending.ConsoleSender"
    tell("need.closed", supplier, title="Long nhãn")
    notifications.deliver_notifications()
    assert notifications.to_mail(now=timezone.now()) == []


def test_mail_sender_uses_mail_and_refuses_phones(settings, mailoutbox):
    from companies.sending import Message, NotSentError, sender

    settings.MESSAGE_SENDER = "mail"
    sender().send(Message(address="a@b.example", subject="Hai\r\nBcc: x@y.example", body="Nội dung"))
    assert (mailoutbox[0].to, mailoutbox[0].subject) == (["a@b.example"], "Hai Bcc: x@y.example")
    with pytest.raises(NotSentError):
        sender().send(Message(address="+84912345678", subject="", body=""))


def test_notifications_api_lists_and_reads_one_s_own(supplier, rival_supplier):
    tell("need.closed", supplier, rival_supplier, title="Long nhãn")
    notifications.deliver_notifications()
    api = api_of(supplier)
    rows = api.get("/api/v1/me/notifications/?unread=true").json()["results"]
    assert [row["text"] for row in rows] == ["A need was closed: Long nhãn"]
    foreign = Notification.objects.get(user=rival_supplier)
    assert api.post(f"/api/v1/me/notifications/{foreign.pk}/read/").status_code == 404
    assert api.post(f"/api/v1/me/notifications/{rows[0]['id']}/read/").json()["read_at"]
    assert api.get("/api/v1/me/notifications/?unread=true").json()["results"] == []
    assert api.post("/api/v1/me/notifications/read-all/").json() == {"count": 0}
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_notification_page_opens_and_marks_read(supplier, rival_supplier):
    tell("need.closed", supplier, title="Long nhãn")
    notifications.deliver_notifications()
    row = Notification.objects.get()
    assert "Long nhãn" in client_of(supplier).get("/accounts/notifications/").content.decode()
    url = f"/accounts/notifications/{row.pk}/open/"
    assert client_of(rival_supplier).post(url).status_code == 404
    answer = client_of(supplier).post(url)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    row.refresh_from_db()
    assert row.read_at is not None


def test_supplier_is_told_what_became_of_a_rating(supplier, agency):
    from companies.services import ratings
    from tests.factories.people import make_product

    product = make_product(company_of(supplier), name_vi="Long nhãn", name_en="Longan")
    rating = ratings.record_rating(actor=supplier, listed_by=company_of(supplier), product=product, stars=4)
    ratings.reject_rating(rating=rating, actor=agency, note="Quyết định hết hạn")
    notifications.deliver_notifications()
    row = Notification.objects.get(user=supplier)
    text = sentence(kind=row.kind, context=row.context)
    assert "Long nhãn" in text
    assert "Quyết định hết hạn" in text
