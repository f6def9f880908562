"""Production: live Stripe keys only."""

from portal.settings import env
from portal.settings.deployed import *  # noqa: F403

STRIPE_LIVE_MODE = True
STRIPE_SECRET_KEY = STRIPE_LIVE_SECRET_KEY = env.stripe_key("STRIPE_SECRET_KEY", kinds="sk|rk", live=True)
STRIPE_PUBLISHABLE_KEY = STRIPE_LIVE_PUBLIC_KEY = env.stripe_key("STRIPE_PUBLISHABLE_KEY", kinds="pk", live=True)
