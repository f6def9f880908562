"""Whatever Stripe signs is answered 200 and lies in the inbox or among the unreadable ones: no row is lost."""

import hmac
import json
import time
import uuid
from hashlib import sha256
from typing import Any, Final

import pytest
from django.db import transaction
from djstripe.models import WebhookEndpoint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops.stripe_sandbox import API_VERSION
from payments.models import ReceivedEvent, UnreadableEvent
from tests.security.people import browser

pytestmark = pytest.mark.django_db
SECRET: Final = "whsec_test"
EVENT: Final[dict[str, Any]] = {
    "id": "evt_1",
    "type": "payment_intent.succeeded",
    "created": 1_790_000_000,
    "livemode": False,
    "api_version": API_VERSION,
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
}
texts = st.text(st.characters(exclude_categories=()), max_size=80)  # with NUL and lone surrogates
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**18), 253402300800])
values = st.none() | st.booleans() | numbers | texts | st.lists(texts, max_size=3) | st.dictionaries(texts, texts)
fields = st.sampled_from([*EVENT, "client_secret", "note"])
events = st.dictionaries(fields, values, max_size=3).map(lambda changes: json.dumps({**EVENT, **changes}).encode())
unescaped = st.dictionaries(texts, values, max_size=3).map(
    lambda data: json.dumps({**EVENT, **data}, ensure_ascii=False).encode(errors="surrogatepass")
)
bodies = events | unescaped | values.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=300)


def test_nothing_that_is_signed_is_sent_back_or_lost() -> None:
    identity = uuid.uuid4()
    WebhookEndpoint.objects.create(
        id="we_1", djstripe_uuid=identity, secret=SECRET, livemode=False, url="http://127.0.0.1/", enabled_events=["*"]
    )
    client = browser()
    client.raise_request_exception = False
    seen = set()

    @settings(
        max_examples=80,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(body=bodies)
    def each(body: bytes) -> None:
        at = int(time.time())
        signature = hmac.new(SECRET.encode(), f"{at}.".encode() + body, sha256).hexdigest()
        with transaction.atomic():
            assert not ReceivedEvent.objects.exists()
            reply = client.post(
                f"/stripe/webhook/{identity}/",
                body,
                content_type="application/json",
                headers={"Stripe-Signature": f"t={at},v1={signature}"},
            )
            assert reply.status_code == 200, (body, reply.content)
            row = ReceivedEvent.objects.get()
            kept = UnreadableEvent.objects.filter(event=row).exists()
            assert kept == (row.payload is None), body
            assert row.ledger_state == ("failed" if kept else "received")
            seen.add(row.ledger_state)
            transaction.set_rollback(True)

    each()
    assert seen == {"failed", "received"}
