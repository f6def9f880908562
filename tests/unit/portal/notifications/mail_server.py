"""A mail server on this machine that can refuse, hang up and tell what it took."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What arrived; `refusals` are answers to give before anything is taken."""

    taken: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusals:
            return self.refusals.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(message_from_bytes(content, policy=policy.default))
        return "250 taken"


def started(mailbox: Mailbox, port: int) -> Controller:
    """A running server; the caller stops it."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    return controller
