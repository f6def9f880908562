"""The demo's mailbox: reads the messages that the demo wrote as files."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

NEWEST = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One message."""

    subject: str
    sender: str
    to: str
    date: datetime
    text: str
    url: str


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return Mail(
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        to=str(message["To"]),
        date=parsedate_to_datetime(message["Date"]),
        text=body.get_content() if body else "",
        url=reverse("demo:message", args=[file.stem]),
    )


def mailbox(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml"), reverse=True)[:NEWEST]
    return render(request, "demo/mail_list.html", {"mails": [_read(file) for file in files]})


def message(request: HttpRequest, name: str) -> HttpResponse:
    """One message."""
    file = Path(settings.EMAIL_FILE_PATH) / f"{name}.eml"
    if not file.is_file():
        raise Http404
    return render(request, "demo/mail_message.html", {"mail": _read(file)})
