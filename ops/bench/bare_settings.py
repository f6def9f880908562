"""Django with the portal's apps and database and next to no middleware: what a page could cost at the least."""

from portal.settings.demo import *  # noqa: F403

ROOT_URLCONF = "ops.bench.peer_urls"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]  # allauth does not start without it
