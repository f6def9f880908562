"""Stripe, dj-stripe and the nightly reconciliation."""

from portal.settings import env

STRIPE_LIVE_MODE = False
STRIPE_API_VERSION = "2026-08-26.dahlia"  # the one that our version of Stripe's library speaks
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_IS_REAL = STRIPE_API_BASE == "https://api.stripe.com"
STRIPE_JS_URL = env.text("STRIPE_JS_URL", "https://js.stripe.com/v3/")
STRIPE_TIMEOUT_SECONDS = env.integer("STRIPE_TIMEOUT_SECONDS", 10)
REFUND_CONFIRM_FROM = env.integer("REFUND_CONFIRM_FROM", 100)
WEBHOOK_SILENCE_MINUTES = env.integer("WEBHOOK_SILENCE_MINUTES", 30)
RECONCILIATION_REQUESTS_PER_SECOND = 22  # Stripe takes 25 in test mode, 100 in live mode, checkout included
RECONCILIATION_THREADS = 8  # a page of a hundred takes Stripe a third of a second
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_WEBHOOK_VALIDATION = "verify_signature"
PAYMENT_GATEWAY = "payments.gateway.stripe_api.StripeGateway"  # no environment variable: see payments/gateway
