"""The demo's mail: each message a file that any mail program opens."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.common import clock


class EmlFileBackend(BaseEmailBackend):
    """Writes each message to EMAIL_FILE_PATH as `<time>-<random>.eml`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
            target = folder / f"{stamp}-{secrets.token_hex(3)}.eml"
            part = target.with_suffix(".part")
            part.write_bytes(message.message().as_bytes())
            part.rename(target)
        return len(email_messages)
