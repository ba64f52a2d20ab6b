"""A sender that keeps what was sent, so that tests can read the codes that people get."""

from __future__ import annotations

import re
from typing import ClassVar

from companies.sending import Message, Sender


class OutboxSender(Sender):
    """Named by `settings.MESSAGE_SENDER = "tests.outbox.OutboxSender"`; the fixture `outbox` does that."""

    sends_notices = True
    sent: ClassVar[list[Message]] = []

    def send(self, message: Message) -> None:
        self.sent.append(message)


def last_code(outbox: list[Message]) -> str:
    """The six digits of the newest message."""
    found = re.search(r"\b\d{6}\b", outbox[-1].body)
    assert found, outbox[-1].subject
    return found.group()
