"""What a line of the log leaves out."""

import json
import logging
import sys

import pytest

from portal.common.logs import JsonFormatter

TOKEN = "Zb3-_" * 8 + "Zb3"


def line(message: str, *args: object, **extra: object) -> dict[str, str]:
    """A record as it is written."""
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, message, args, None)
    vars(record).update(extra)
    return dict(json.loads(JsonFormatter().format(record)))


@pytest.mark.parametrize(
    ("address", "logged"),
    [
        (f"/pay/{TOKEN}/", "/pay/-/"),
        (f"/pay/{TOKEN}/extend/", "/pay/-/extend/"),
        ("/pay/return/MTI:1abCde:x_y-zZ0/status.json", "/pay/return/-/status.json"),
        ("/accounts/invitation/WzEsImEiXQ:1abCde:x_y-z/", "/accounts/invitation/-/"),
        ("/accounts/confirm-email/MQ:1abCde:x_y-z/", "/accounts/confirm-email/-/"),
        ("/accounts/password/reset/key/1k-d0g8zz-abcdef/", "/accounts/password/reset/key/-/"),
        ("/accounts/password/reset/key/done/", "/accounts/password/reset/key/done/"),
        (f"/calendar/{TOKEN}.ics", "/calendar/-"),
        ("/calendar/end/", "/calendar/end/"),
        ("/bookings/7K3M-9QX2-W4TD/calendar.ics", "/bookings/7K3M-9QX2-W4TD/calendar.ics"),
        ("/deposit/7K3M-9QX2-W4TD/", "/deposit/7K3M-9QX2-W4TD/"),
    ],
)
def test_the_key_of_a_mailed_link_is_left_out_wherever_it_stands(address: str, logged: str) -> None:
    assert line("Not Found: %s", address)["message"] == f"Not Found: {logged}"
    assert line("policy broken", page=f"https://portal.example.org{address}")["page"].endswith(f"org{logged}")


def test_it_is_left_out_of_a_traceback_too() -> None:
    try:
        raise ValueError(f"/pay/{TOKEN}/ cannot be read")
    except ValueError:
        record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    written = JsonFormatter().format(record)
    assert TOKEN not in written
    assert "/pay/-/ cannot be read" in json.loads(written)["traceback"]
