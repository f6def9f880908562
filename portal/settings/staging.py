"""Staging: production's settings with Stripe's test mode."""

from portal.settings import env
from portal.settings.deployed import *  # noqa: F403

STRIPE_LIVE_MODE = False
STRIPE_SECRET_KEY = STRIPE_TEST_SECRET_KEY = env.stripe_key("STRIPE_SECRET_KEY", kinds="sk|rk", live=False)
STRIPE_PUBLISHABLE_KEY = STRIPE_TEST_PUBLIC_KEY = env.stripe_key("STRIPE_PUBLISHABLE_KEY", kinds="pk", live=False)
