"""Stock dj-stripe in our project's surroundings: the same middleware and database, its own webhook view."""

from portal.settings.demo import *  # noqa: F403

ROOT_URLCONF = "ops.bench.peer_urls"
BYPASS_PATHS = ()
