"""The demo's mailbox: reads the messages that the demo wrote as files."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

NEWEST = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One message."""

    subject: str
    sender: str
    to: str
    date: datetime
    text: str
    html: str
    attachments: list[tuple[str, bytes, str]]
    url: str


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    body, designed, parts = message.get_body(("plain",)), message.get_body(("html",)), message.iter_attachments()
    return Mail(
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        to=str(message["To"]),
        date=parsedate_to_datetime(message["Date"]),
        text=body.get_content() if body else "",
        html=designed.get_content() if designed else "",
        attachments=[(part.get_filename() or "", _bytes(part), part.get_content_type()) for part in parts],
        url=reverse("demo:message", args=[file.stem]),
    )


def _bytes(part: EmailMessage) -> bytes:
    return bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]


def mailbox(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml"), reverse=True)[:NEWEST]
    return render(request, "demo/mail_list.html", {"mails": [_read(file) for file in files]})


def message(request: HttpRequest, name: str) -> HttpResponse:
    """One message, as text."""
    return render(request, "demo/mail_message.html", {"mail": _named(name)})


@csp_update({"style-src": [UNSAFE_INLINE]})
def as_designed(request: HttpRequest, name: str) -> HttpResponse:
    """One message as mail programs show it."""
    return HttpResponse(_named(name).html)


def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """A file that came with a message, to save."""
    files = _named(name).attachments
    if number >= len(files):
        raise Http404
    file_name, content, kind = files[number]
    headers = {"Content-Disposition": content_disposition_header(True, file_name) or "attachment"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _named(name: str) -> Mail:
    file = Path(settings.EMAIL_FILE_PATH) / f"{name}.eml"
    if not file.is_file():
        raise Http404
    return _read(file)
