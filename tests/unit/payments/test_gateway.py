"""The gateway never calls out while rows are locked, and turns Stripe's errors into sentences."""

import pytest
import stripe as stripe_library
from django.db import transaction

from payments.gateway.base import (
    GatewayError,
    GatewayFailed,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnreachable,
)
from payments.gateway.stripe_api import InsideTransactionError, StripeGateway, _addresses, _errors_mapped


@pytest.mark.django_db
def test_no_call_is_made_inside_a_transaction() -> None:
    gateway = StripeGateway.from_settings()
    calls = (
        lambda: gateway.retrieve_intent("pi_1"),
        lambda: gateway.cancel_intent("pi_1"),
        lambda: gateway.update_receipt_email("pi_1", "a@example.com"),
        lambda: gateway.retrieve_account("acct_1"),
        lambda: gateway.retrieve_charge("ch_1"),
        lambda: gateway.refund("pi_1", 1, refund_id=1, idempotency_key="k"),
        lambda: gateway.retrieve_refund("re_1"),
        lambda: gateway.list_refunds("pi_1"),
        lambda: gateway.retrieve_dispute("dp_1"),
        lambda: gateway.upload_file(b"%PDF-", name="receipt.pdf", idempotency_key="k"),
        lambda: gateway.submit_evidence("dp_1", {"product_description": "Care"}, idempotency_key="k"),
    )
    for call in calls:
        with transaction.atomic(), pytest.raises(InsideTransactionError):
            call()


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
    assert "Nothing has been charged" in caught.value.sentence


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
