"""The gateway never calls out while rows are locked, and turns Stripe's errors into sentences."""

from inspect import signature

import pytest
import stripe as stripe_library
from django.db import transaction

from payments.gateway.base import (
    GatewayError,
    GatewayFailed,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnreachable,
    PaymentGateway,
)
from payments.gateway.stripe_api import InsideTransactionError, StripeGateway, _addresses, _errors_mapped
from portal.bookings.models import Booking
from portal.common import clock

CALLS = [name for name in vars(PaymentGateway) if not name.startswith("_") and name != "from_settings"]
ARGUMENTS = {
    "amount": 1,
    "payment_id": 1,
    "idempotency_key": "k",
    "receipt_email": "a@example.com",
    "intent_id": "pi_1",
    "account_id": "acct_1",
    "charge_id": "ch_1",
    "refund_id": "re_1",
    "dispute_id": "dp_1",
    "content": b"%PDF-",
    "name": "receipt.pdf",
    "evidence": {"product_description": "Care"},
    "since": clock.now(),
    "until": clock.now(),
    "types": ["charge.succeeded"],
}


def ask(call: str, booking: Booking) -> None:
    """Make the call; a listing asks only when it is read."""
    method = getattr(StripeGateway.from_settings(), call)
    arguments = {**ARGUMENTS, "booking": booking}
    next(iter(method(**{name: arguments[name] for name in signature(method).parameters})))


@pytest.mark.parametrize("call", CALLS)
def test_no_call_is_made_inside_a_transaction(call: str, booking: Booking) -> None:
    with transaction.atomic(), pytest.raises(InsideTransactionError):
        ask(call, booking)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (stripe_library.APIConnectionError("no route"), GatewayUnreachable),
        (stripe_library.RateLimitError("slow down", http_status=429), GatewayUnreachable),
        (stripe_library.APIError("oops", http_status=500), GatewayFailed),
        (stripe_library.APIError("later", http_status=503), GatewayUnreachable),
        (stripe_library.InvalidRequestError("key in use", None, http_status=409), GatewayUnreachable),
        (stripe_library.InvalidRequestError("no", None, code="charge_disputed", http_status=400), GatewayRefused),
        (stripe_library.AuthenticationError("bad key", http_status=401), GatewayMisconfigured),
        (stripe_library.IdempotencyError("other parameters", http_status=400), GatewayMisconfigured),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, Exception) else v.__name__,
)
def test_stripes_errors_become_ours_with_a_sentence(
    theirs: stripe_library.StripeError, ours: type[GatewayError]
) -> None:
    with pytest.raises(GatewayError) as caught, _errors_mapped("test"):
        raise theirs
    assert type(caught.value) is ours
    assert "No payment has been taken." in caught.value.sentence


def test_a_refusal_keeps_stripes_own_sentence_for_finance_and_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = "This dispute is already closed."
    with pytest.raises(GatewayRefused) as caught, _errors_mapped("submit_evidence"):
        raise stripe_library.InvalidRequestError(said, None, http_status=400)
    assert caught.value.explanation == said
    assert said not in caplog.text
    assert all(said not in str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    ("api", "files"),
    [
        ("https://api.stripe.com", "https://files.stripe.com"),
        ("http://127.0.0.1:4242", "http://127.0.0.1:4242"),
    ],
)
def test_files_go_to_stripes_own_host_for_them_and_to_the_sandbox_itself(api: str, files: str) -> None:
    assert _addresses(api) == {"api": api, "files": files}
