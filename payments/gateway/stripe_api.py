"""Stripe, through its own client. Requests carry our idempotency key, a timeout, and are retried when that is safe."""

import io
import json
import logging
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

import requests
import stripe
from django.conf import settings
from django.db import connection

from payments.gateway.base import (
    Charge,
    DisputeResult,
    GatewayError,
    GatewayFailed,
    GatewayMisconfigured,
    GatewayNotFound,
    GatewayRefused,
    GatewayUnreachable,
    Intent,
    RefundResult,
)
from payments.gateway.retry import with_retries
from payments.gateway.stripe_objects import charge_from, dispute_from, intent_from, refund_from
from payments.metrics import GATEWAY_SECONDS

if TYPE_CHECKING:
    from portal.bookings.models import Booking

logger = logging.getLogger("payments.gateway")
MOST_TYPES: Final = 20  # of events, in one request for their list


class InsideTransactionError(RuntimeError):
    """A call to Stripe was about to be made while rows are locked."""


class StripeGateway:
    """The `PaymentGateway` that speaks to Stripe."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client, self._stripe = client, client.v1

    @classmethod
    def from_settings(cls) -> Self:
        """One client a process and address; it keeps its connections."""
        return cls(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT_SECONDS))

    def create_deposit_intent(
        self, booking: "Booking", amount: int, *, payment_id: int, idempotency_key: str, receipt_email: str = ""
    ) -> Intent:
        params: dict[str, Any] = {
            "amount": amount,
            "currency": booking.currency.lower(),
            "payment_method_types": ["card"],
            "description": f"Booking {booking.reference}",
            "metadata": {"payment_id": str(payment_id), "booking_reference": booking.reference},
        }
        if receipt_email:
            params["receipt_email"] = receipt_email
        return intent_from(
            self._call("create_intent", "post", "payment_intents", idempotency_key=idempotency_key, **params)
        )

    def retrieve_intent(self, intent_id: str) -> Intent:
        return intent_from(self._call("retrieve_intent", "get", f"payment_intents/{quote(intent_id)}"))

    def cancel_intent(self, intent_id: str) -> Intent:
        return intent_from(self._call("cancel_intent", "post", f"payment_intents/{quote(intent_id)}/cancel"))

    def update_receipt_email(self, intent_id: str, receipt_email: str) -> Intent:
        params = {"receipt_email": receipt_email}
        return intent_from(self._call("update_intent", "post", f"payment_intents/{quote(intent_id)}", **params))

    def retrieve_account(self, account_id: str) -> Mapping[str, Any]:
        return self._call("retrieve_account", "get", f"accounts/{quote(account_id)}")

    def retrieve_charge(self, charge_id: str) -> Charge:
        expand = ["balance_transaction"]
        return charge_from(self._call("retrieve_charge", "get", f"charges/{quote(charge_id)}", expand=expand))

    def refund(self, intent_id: str, amount: int, *, refund_id: int, idempotency_key: str) -> RefundResult:
        params = {"payment_intent": intent_id, "amount": amount, "metadata": {"refund_id": str(refund_id)}}
        return refund_from(self._call("refund", "post", "refunds", idempotency_key=idempotency_key, **params))

    def retrieve_refund(self, refund_id: str) -> RefundResult:
        return refund_from(self._call("retrieve_refund", "get", f"refunds/{quote(refund_id)}"))

    def list_refunds(self, intent_id: str) -> list[RefundResult]:
        params: Any = {"payment_intent": intent_id, "limit": 100}
        with _errors_mapped("list_refunds"):
            pages = self._stripe.refunds.list(params).auto_paging_iter()
            return [refund_from(_plain(refund)) for refund in pages]

    def retrieve_dispute(self, dispute_id: str) -> DisputeResult:
        return dispute_from(self._call("retrieve_dispute", "get", f"disputes/{quote(dispute_id)}"))

    def upload_file(self, content: bytes, *, name: str, idempotency_key: str) -> str:
        file = io.BytesIO(content)
        file.name = name
        params: Any = {"file": file, "purpose": "dispute_evidence"}
        with _errors_mapped("upload_file"):
            return self._stripe.files.create(params, {"idempotency_key": idempotency_key}).id

    def submit_evidence(self, dispute_id: str, evidence: Mapping[str, str], *, idempotency_key: str) -> DisputeResult:
        params = {"evidence": dict(evidence), "submit": True}
        path = f"disputes/{quote(dispute_id)}"
        return dispute_from(self._call("submit_evidence", "post", path, idempotency_key=idempotency_key, **params))

    def intents_between(self, since: datetime, until: datetime) -> Iterator[Intent]:
        return map(intent_from, self._listed("payment_intents", since, until))

    def refunds_between(self, since: datetime, until: datetime) -> Iterator[RefundResult]:
        return map(refund_from, self._listed("refunds", since, until))

    def disputes_between(self, since: datetime, until: datetime) -> Iterator[DisputeResult]:
        return map(dispute_from, self._listed("disputes", since, until))

    def events_between(self, since: datetime, until: datetime, types: Collection[str]) -> Iterator[dict[str, Any]]:
        wanted = sorted(types)
        for start in range(0, len(wanted), MOST_TYPES):
            yield from self._listed("events", since, until, types=wanted[start : start + MOST_TYPES])

    def _call(self, action: str, method: str, path: str, **params: Any) -> dict[str, Any]:
        """One call, its answer as plain JSON: Stripe's objects cost more time than the call."""
        with _errors_mapped(action):
            reply: Any = self._client.raw_request(method, f"/v1/{path}", **params)
            return dict(reply.data)

    def _listed(self, what: str, since: datetime, until: datetime, **params: Any) -> Iterator[dict[str, Any]]:
        """Every object of a list, 100 a call."""
        params |= {"limit": 100, "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())}}

        def page() -> dict[str, Any]:
            return self._call(f"list_{what}", "get", what, **params)

        while True:
            answer = with_retries(page)
            yield from answer["data"]
            if not answer["has_more"]:
                return
            params["starting_after"] = answer["data"][-1]["id"]


@lru_cache(maxsize=4)
def _client(key: str, api_base: str, timeout: int) -> stripe.StripeClient:
    session = requests.Session()
    session.max_redirects = 0  # the key goes to the address in settings and nowhere else
    return stripe.StripeClient(
        key,
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses=_addresses(api_base),
        http_client=stripe.RequestsClient(timeout=timeout, session=session),
        max_network_retries=1,
    )


def _addresses(api_base: str) -> Any:
    """Stripe takes files at a host of its own; the local sandbox takes them where it takes everything."""
    files = stripe.DEFAULT_UPLOAD_API_BASE if api_base == stripe.DEFAULT_API_BASE else api_base
    return {"api": api_base, "files": files}


def _plain(reply: stripe.StripeObject) -> dict[str, Any]:
    """Stripe's object as plain JSON data."""
    return dict(json.loads(str(reply)))


@contextmanager
def _errors_mapped(action: str) -> Iterator[None]:
    """Time the call, log how it ended (no card data, no client secrets), turn Stripe's errors into ours."""
    refuse_inside_transaction(action)
    started = time.monotonic()
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise _noted(action, GatewayUnreachable(type(error).__name__), error) from error
    except stripe.IdempotencyError as error:
        raise _noted(action, GatewayMisconfigured(type(error).__name__), error) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise _noted(action, GatewayMisconfigured(type(error).__name__), error) from error
    except stripe.StripeError as error:
        raise _noted(action, _by_status(error), error) from error
    finally:
        GATEWAY_SECONDS.labels(action=action).observe(time.monotonic() - started)


def _by_status(error: stripe.StripeError) -> GatewayRefused | GatewayUnreachable:
    """409 (key in use) and 5xx leave the outcome open (a 500 while its key lives); other 4xx are a definitive no."""
    if error.http_status == 500:
        return GatewayFailed("http_500")
    if error.http_status is None or error.http_status == 409 or error.http_status >= 500:
        return GatewayUnreachable(f"http_{error.http_status}")
    refused = GatewayNotFound if error.http_status == 404 else GatewayRefused
    return refused(error.code or f"http_{error.http_status}", error.user_message or "")


def _noted(action: str, ours: GatewayError, theirs: stripe.StripeError) -> GatewayError:
    logger.warning(
        "stripe did not do it",
        extra={"action": action, "code": ours.code, "request_id": theirs.request_id, "status": theirs.http_status},
    )
    return ours


def refuse_inside_transaction(action: str) -> None:
    """Raises InsideTransactionError inside a transaction (a test case's own aside), as Django's durable blocks do."""
    blocks = getattr(connection, "atomic_blocks", [])
    if blocks and not blocks[-1]._from_testcase:
        raise InsideTransactionError(f"{action}: no HTTP inside a transaction")
