"""How one-time codes, links and notices leave the platform: a sender named by the setting `MESSAGE_SENDER`.

Another way out (an SMS provider, Zalo's official accounts) is a class with the same three members:

    class OurSender(MailSender):
        def send_text(self, message):      # message.address is a number such as +84900000001
            provider.send(message.address, message.body)

named in the environment: `MESSAGE_SENDER=ourmodule.OurSender`. It raises when the message did not leave; the task
that sends tries again. It must not log the body: it may hold a code.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address: an e-mail address or a phone number in E.164."""

    address: str
    subject: str
    body: str

    @property
    def is_mail(self) -> bool:
        return "@" in self.address


class NotSentError(Exception):
    """There is no way to this address. The message says which; never what was to be sent."""


class Sender:
    """What every sender has."""

    # Whether notices are sent too, or only shown on the site.
    sends_notices = False
    # Whether a person must look into the server's terminal: the page that asks for the code says so.
    is_console = False

    def send(self, message: Message) -> None:
        """Hand the message over, or raise."""
        raise NotImplementedError


class ConsoleSender(Sender):
    """Prints to the server's terminal: for development and demonstrations."""

    is_console = True

    def send(self, message: Message) -> None:
        # Not `sys.stdout`: a Celery worker turns that into log lines, and a code has no place in a log.
        terminal = sys.__stdout__ or sys.stdout
        terminal.write(f"\n--- to {message.address}: {message.subject}\n{message.body}\n---\n")
        terminal.flush()


class MailSender(Sender):
    """E-mail by Django's mail settings. Texts to phones need a subclass; without one they are refused."""

    sends_notices = True

    def send(self, message: Message) -> None:
        if message.is_mail:
            self.send_mail(message)
        else:
            self.send_text(message)

    def send_mail(self, message: Message) -> None:
        EmailMessage(
            subject=" ".join(message.subject.split()),
            body=message.body,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[message.address],
        ).send()

    def send_text(self, message: Message) -> None:
        """The hook for SMS or chat."""
        raise NotSentError("MailSender has no way to a phone; name a sender with send_text in MESSAGE_SENDER")


SHORT_NAMES = {"console": "companies.sending.ConsoleSender", "mail": "companies.sending.MailSender"}


def sender() -> Sender:
    """The sender that the settings name: a dotted path, or `console` or `mail`."""
    made = import_string(SHORT_NAMES.get(settings.MESSAGE_SENDER, settings.MESSAGE_SENDER))()
    if not isinstance(made, Sender):
        raise TypeError("MESSAGE_SENDER must name a subclass of companies.sending.Sender")
    return made
