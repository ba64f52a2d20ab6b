"""Two at once: one invitation of a supplier, one draft of a form; with the lock off the race is real."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections

from core.models import Event
from tenders.models import Invitation, SourcingNeed
from tenders.services.invitations import invite_supplier
from tenders.services.publishing import close_need
from tests.factories.people import make_company, make_member, make_need

CONTENDERS = 4


def at_once(act: Callable[[int], Any], count: int = CONTENDERS) -> list[Any]:
    """Run `act(0)`, `act(1)`, ... in threads that start together; returns results and exceptions."""
    barrier = threading.Barrier(count)
    found: list[Any] = [None] * count

    def run(at: int) -> None:
        barrier.wait()
        try:
            found[at] = act(at)
        except Exception as error:
            found[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_many_invitations_at_once_make_one() -> None:
    buyer, supplier = make_company(kind="supermarket"), make_company()
    actor, need = make_member(buyer), make_need(buyer)
    found = at_once(lambda at: invite_supplier(need=need, supplier=supplier, actor=actor))
    assert len({row.pk for row in found}) == 1
    assert Invitation.objects.count() == 1
    assert Event.objects.filter(kind="invitation.sent").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_service_the_constraint_refuses_the_second() -> None:
    """The negative control: writers that take no lock collide in the database."""
    buyer, supplier = make_company(kind="supermarket"), make_company()
    need = make_need(buyer)
    found = at_once(lambda at: Invitation.objects.create(need=need, company=supplier))
    assert sum(isinstance(row, IntegrityError) for row in found) == CONTENDERS - 1
    assert Invitation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_need_is_closed_once_and_nobody_is_invited_after() -> None:
    buyer = make_company(kind="supermarket")
    actor, need = make_member(buyer), make_need(buyer)
    suppliers = [make_company() for _ in range(CONTENDERS)]

    def act(at: int) -> Any:
        if at == 0:
            return close_need(need=need, actor=actor)
        return invite_supplier(need=need, supplier=suppliers[at], actor=actor)

    at_once(act)
    need.refresh_from_db()
    assert need.status == "closed"
    closed = Event.objects.get(kind="need.closed")
    invited = Invitation.objects.count()
    assert len(closed.payload["notify"]["companies"]) == invited  # whoever was invited was told
    assert not Invitation.objects.filter(link__revoked_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
def test_first_saves_of_one_form_at_once_make_one_draft() -> None:
    from tests.people import client_of
    from tests.tenders.test_pages import form, line

    buyer = make_company(kind="supermarket")
    actor, key = make_member(buyer), uuid4()
    typed = form(line(**{"cert-0-scheme": ""}), delivery_province="", delivery_place="Kho A")
    clients = [client_of(actor) for _ in range(CONTENDERS)]
    from tests.factories.people import make_unit

    make_unit("KGM")
    found = at_once(
        lambda at: clients[at].post(f"/needs/{key}/autosave/", typed, headers={"HX-Request": "true"})
    )
    assert [getattr(answer, "status_code", answer) for answer in found] == [200] * CONTENDERS
    assert SourcingNeed.objects.count() == 1
    assert SourcingNeed.objects.get().lines.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenders_needmonth")
        assert cursor.fetchone()[0] == 5
