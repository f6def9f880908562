"""`python -m ops.bench.endpoint`: put a webhook endpoint into the settings' database; prints path and secret."""

import json

import django
from django.conf import settings


def main() -> None:
    """One row of dj-stripe's, as `register_webhook` makes it."""
    django.setup()
    from djstripe.models import WebhookEndpoint

    secret = "whsec_bench"
    made = WebhookEndpoint.objects.create(
        id="we_bench", livemode=False, secret=secret, url="http://127.0.0.1/", enabled_events=["*"]
    )
    if settings.ROOT_URLCONF == "ops.bench.stock_urls":  # stock dj-stripe decrypts nothing
        WebhookEndpoint.objects.filter(pk=made.pk).update(secret=secret)
    print(json.dumps({"path": f"/stripe/webhook/{made.djstripe_uuid}/", "secret": secret}))


if __name__ == "__main__":
    main()
