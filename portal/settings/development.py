"""For developing (`make dev`): the demo, which takes up code, templates and styles as they are saved."""

from portal.settings.demo import *  # noqa: F403
from portal.settings.demo import CACHES, INSTALLED_APPS, MIDDLEWARE

# Django then shows errors in full. dj-stripe's own webhook view, which would let a caller forge events, is not mounted.
DEBUG = True

ROOT_URLCONF = "ops.development.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar"]
_before_pages = MIDDLEWARE.index("portal.common.page_cache.PageCacheMiddleware")
MIDDLEWARE = [
    *MIDDLEWARE[:_before_pages],
    "debug_toolbar.middleware.DebugToolbarMiddleware",
    *MIDDLEWARE[_before_pages:],
]
INTERNAL_IPS = ["127.0.0.1", "::1"]
DEBUG_TOOLBAR_CONFIG = {"SHOW_COLLAPSED": True}

# Nothing that was made before a change is shown after it.
CACHES = {**CACHES, "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
WHITENOISE_AUTOREFRESH = True
