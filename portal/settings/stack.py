"""The local stack behind nginx: the demo's accounts and limits, served as production serves.

Its cookies are not marked Secure, so that the plain port of gunicorn stays usable for benchmarks.
"""

from portal.settings.demo import *  # noqa: F403
from portal.settings.demo import STORAGES

WHITENOISE_USE_FINDERS = False
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = 1
