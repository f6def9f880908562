"""What every environment shares. No environment variable is needed to import it."""

from typing import Any

from portal.settings import env, media
from portal.settings.accounts import *  # noqa: F403
from portal.settings.celery import *  # noqa: F403
from portal.settings.policies import *  # noqa: F403
from portal.settings.site import *  # noqa: F403
from portal.settings.site import ROOT, SITE_NAME, TIME_ZONE, VAR
from portal.settings.stripe import *  # noqa: F403
from portal.settings.wagtail import *  # noqa: F403

INSTALLED_APPS = [
    "portal.common",
    "portal.uploads",
    "portal.accounts",
    "portal.audit",
    "portal.activity",
    "portal.organisation",
    "portal.notifications",
    "portal.security",
    "portal.caregivers",
    "portal.media_library",
    "portal.bookings",
    "payments",
    "portal.coordination",
    "insights",
    "home",
    "wagtail.contrib.forms",
    "wagtail.contrib.frontend_cache",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "portal.security.admin.apps.UsersConfig",  # wagtail.users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtail_modeladmin",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "phonenumber_field",
    "djstripe",
    "django_prometheus",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.common.request_id.RequestIdMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "portal.common.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.common.probes.ProbeMiddleware",
    "portal.common.headers.HostMiddleware",
    "portal.common.bypass_middleware.BypassMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.common.headers.RenamedCookiesMiddleware",
    "portal.common.page_cache.PageCacheMiddleware",
    "portal.common.csp.PolicyMiddleware",
    "portal.common.screening.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.security.middleware.RefusalLogMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.common.screening.BodyMiddleware",
    "portal.common.deletion.DeletionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.middleware.PrivateAnswersMiddleware",
    "portal.security.middleware.SessionLimitsMiddleware",
    "portal.accounts.middleware.AdminAccessMiddleware",
    "portal.accounts.middleware.StaffSecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "home.sites.SiteMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

# Every address that the portal builds begins with it; empty: with the host that the request names.
CANONICAL_HOST = ""
RENAMED_COOKIES: dict[str, str] = {}

# The most bytes a request may send, by the beginning of its path; nginx has the same limits in front.
BODY_LIMIT = 1024 * 1024
STRIPE_WEBHOOK_MAX_BYTES = 256 * 1024
BODY_LIMITS = {"/csp-report/": 16 * 1024, "/stripe/webhook/": STRIPE_WEBHOOK_MAX_BYTES}
STAFF_BODY_LIMITS = {
    "/admin/snippets/media_library/mediaitem/": 520 * 1024 * 1024,  # above the largest film that the library takes
    "/admin/images/": 16 * 1024 * 1024,
    "/admin/documents/": 26 * 1024 * 1024,
    "/admin/account/": 6 * 1024 * 1024,  # one's own picture
    "/admin/payments/dispute/": 12 * 1024 * 1024,  # above what Stripe takes, so that the page can say so
    "/admin/pages/": 4 * 1024 * 1024,  # a long page is one form
}

BYPASS_PATHS: tuple[str, ...] = ("/stripe/webhook/",)  # machines' requests: past every middleware that serves people

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.organisation.context_processors.site",
            ],
        },
    }
]

AUDIT_HMAC_KEY_FALLBACKS: list[str] = []

MESSAGE_STORAGE = "portal.common.headers.MessageStorage"
MESSAGES_COOKIE_NAME = "messages"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.security.views.csrf_failure"
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # of a form without its files; BODY_LIMITS is narrower but for staff
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # an editor's page of many blocks has thousands
DATA_UPLOAD_MAX_NUMBER_FILES = 10
CACHES: dict[str, Any] = {
    # Only allauth's limits: many entries of another kind, or of other visitors, must end none of them. So beyond
    # MAX_ENTRIES it is swept of what has expired, and of one in CULL_FREQUENCY others: of none.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000, "CULL_FREQUENCY": 1_000_000_000},
    },
    "shared": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"},
}
PAGE_CACHE_RECHECK_SECONDS = 0.25  # how long a process may not notice that public pages have changed

# To PostgreSQL, the broker and the mail server on other machines: see portal/common/checks.py.
ENCRYPTED_CONNECTIONS_REQUIRED = False

# Language and time
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["portal.common.formats"]
USE_I18N = True
USE_TZ = True

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/public/"
MEDIA_ROOT = VAR / "media" / "public"
STORAGES: dict[str, Any] = {
    **media.storages(VAR / "media"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail previews pages in a frame of its own admin

# Bookings
BOOKING_MAX_OPEN_HOLDS = 2
BOOKING_HORIZON_WEEKS = 12

# Figures
REPORTING_TIME_ZONE = TIME_ZONE
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
METRICS_NETWORKS = env.listing("METRICS_NETWORKS", "127.0.0.0/8,::1/128")
PROMETHEUS_EXPORT_MIGRATIONS = False
DEMO = False

# Mail
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"{SITE_NAME} <bookings@example.org>")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.common.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.text("PORTAL_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "stripe": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
    },
}

# Activity is written in batches by a thread; 0 means only when flushed.
ACTIVITY_FLUSH_SECONDS = 1.0

# Tasks are sent to the broker; off in unit tests, which run the work themselves.
TASKS_ENABLED = True
