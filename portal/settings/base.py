"""What every environment shares. No environment variable is needed to import it."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE

from portal.settings import env, media

ROOT = Path(__file__).resolve().parents[2]
VAR = env.folder("VAR", ROOT / "var")

BASE_URL = env.text("PORTAL_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env.text("PORTAL_SITE_NAME", urlsplit(BASE_URL).hostname or BASE_URL)  # until it has a name
PORTAL_CA_FILE = env.text("PORTAL_CA_FILE", "")

INSTALLED_APPS = [
    "portal.common",
    "portal.uploads",
    "portal.accounts",
    "portal.audit",
    "portal.activity",
    "portal.notifications",
    "portal.security",
    "portal.caregivers",
    "portal.media_library",
    "portal.bookings",
    "payments",
    "insights",
    "home",
    "wagtail.contrib.forms",
    "wagtail.contrib.frontend_cache",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "portal.security.admin.app.UsersConfig",  # wagtail.users
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
    "portal.common.hosts.HostMiddleware",
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
BODY_LIMITS = {"/csp-report/": 16 * 1024, "/stripe/webhook/": 256 * 1024}
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
                "portal.common.context_processors.site",
            ],
        },
    }
]

AUDIT_HMAC_KEY_FALLBACKS: list[str] = []

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portal.accounts.passwords.ContextWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "portal.accounts.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "portal.security.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "request_login_code": "portal.security.forms.RequestLoginCodeForm",
    "change_password": "portal.security.forms.ChangePasswordForm",
    "signup": "portal.accounts.allauth_forms.SignupForm",
    "add_email": "portal.accounts.allauth_forms.AddEmailForm",
    "reset_password": "portal.accounts.allauth_forms.ResetPasswordForm",
}
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds that the mailed link works
ACCOUNT_LOGIN_BY_CODE_ENABLED = True  # the owner's way in while strangers try passwords
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True  # twice
# allauth's own limits. A wrong code of the second step counts as "login_failed"; a wrong password counts in LIMITS.
ACCOUNT_RATE_LIMITS: dict[str, str] = {
    "login": "20/m/ip",
    "login_failed": "10/m/ip,5/5m/key,100/d/key",
    "request_login_code": "20/m/ip",
    "change_password": "5/m/user",
    "signup": "10/m/ip",
    "reset_password": "10/m/ip,3/10m/key",
}
# Our own limits, see portal/security/limits.py.
LIMITS: dict[str, str] = {
    "sign_in": "10/m/client,50/h/client,200/h/network,5/5m/account+client,30/d/account+network,150/d/account",
    "sign_in_code": "10/10m/client,60/h/network,3/10m/account+client,10/h/account+network,30/h/account",
    "book": "10/m/user",
    "pay": "30/m/user",
    "playback": "240/m/client",
}
MFA_FORMS = {
    "authenticate_webauthn": "portal.security.forms.AuthenticateWebAuthnForm",
    "login_webauthn": "portal.security.forms.LoginWebAuthnForm",
    "reauthenticate_webauthn": "portal.security.forms.ReauthenticateWebAuthnForm",
}
MFA_ADAPTER = "portal.accounts.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = SITE_NAME
STAFF_SECOND_FACTOR_REQUIRED = True

# Sessions and rate limits live in the database: losing Redis costs latency, never work.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "portal.common.encryption.SessionSerializer"
SESSION_LIMITS = {  # seconds without a request, and in all
    "staff": (60 * 60, 12 * 60 * 60),
    "caregiver": (24 * 60 * 60, 14 * 24 * 60 * 60),
}
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
USERSESSIONS_TRACK_ACTIVITY = False  # our own middleware does, at most once a minute
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "portal.common.message_storage.MessageStorage"
MESSAGES_COOKIE_NAME = "messages"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.security.views.csrf_failure"
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # of a form without its files; BODY_LIMITS is narrower but for staff
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # an editor's page of many blocks has thousands
DATA_UPLOAD_MAX_NUMBER_FILES = 10
CACHES: dict[str, Any] = {
    # Only allauth's limits: many entries of another kind, or of other visitors, must end none of them.
    "default": {
        "BACKEND": "portal.common.limits_cache.UnculledCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
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
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("PORTAL_TIME_ZONE", "Europe/London")

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_URL = "/media/public/"
MEDIA_ROOT = VAR / "media" / "public"
STORAGES: dict[str, Any] = {
    **media.storages(VAR / "media"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Wagtail
WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILEMBEDS_FINDERS: list[dict[str, Any]] = []  # no address that an editor types is fetched
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_USER_TIME_ZONES = ["Europe/London", "Europe/Dublin", "Europe/Paris", "America/New_York", "UTC"]
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False  # allauth's page asks for the old one, and tells its owner
WAGTAILUSERS_PASSWORD_ENABLED = False  # colleagues are invited by a link
WAGTAILDOCS_DOCUMENT_FORM_BASE = "portal.uploads.forms.DocumentForm"
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # a document is told from a page, and its collection may be private
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # saved, never opened under our address
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "odt", "txt", "csv", "xlsx", "vtt"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILFRONTENDCACHE = media.purging()
WAGTAILIMAGES_IMAGE_FORM_BASE = "portal.uploads.forms.ImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail previews pages in a frame of its own admin

# Celery: everything that must happen is a row; the broker only makes it happen sooner.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "portal"
CELERY_TASK_ROUTES = {
    "payments.tasks.mirror_inbox": {"queue": "mirror"},
    "payments.tasks.compare_mirror": {"queue": "mirror"},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"socket_timeout": 2, "socket_connect_timeout": 2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

# Stripe
STRIPE_LIVE_MODE = False
STRIPE_API_VERSION = "2026-08-26.dahlia"  # the one that our version of Stripe's library speaks
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_IS_REAL = STRIPE_API_BASE == "https://api.stripe.com"
STRIPE_JS_URL = env.text("STRIPE_JS_URL", "https://js.stripe.com/v3/")
STRIPE_TIMEOUT_SECONDS = env.integer("STRIPE_TIMEOUT_SECONDS", 10)
REFUND_CONFIRM_FROM = env.integer("REFUND_CONFIRM_FROM", 100)
WEBHOOK_SILENCE_MINUTES = env.integer("WEBHOOK_SILENCE_MINUTES", 30)
STRIPE_WEBHOOK_MAX_BYTES = BODY_LIMITS["/stripe/webhook/"]
RECONCILIATION_REQUESTS_PER_SECOND = 22  # Stripe takes 25 in test mode, 100 in live mode, checkout included
RECONCILIATION_THREADS = 8  # a page of a hundred takes Stripe a third of a second
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_WEBHOOK_VALIDATION = "verify_signature"

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

# Content-Security-Policy: see portal/common/csp.py for which page gets which.
_stripe_js = urlsplit(STRIPE_JS_URL)
_stripe_js_origin = f"{_stripe_js.scheme}://{_stripe_js.netloc}"
_sandboxed = _stripe_js.hostname != "js.stripe.com"
STRIPE_CSP_SCRIPT = [_stripe_js_origin] if _sandboxed else ["https://js.stripe.com", "https://*.js.stripe.com"]
STRIPE_CSP_FRAME = STRIPE_CSP_SCRIPT + ([] if _sandboxed else ["https://hooks.stripe.com"])
STRIPE_CSP_CONNECT = [STRIPE_API_BASE] + ([_stripe_js_origin] if _sandboxed else [])
CSP_REPORT_PATH = "/csp-report/"
_common_directives: dict[str, Any] = {
    "default-src": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
    "font-src": [SELF],
    "img-src": [SELF, "data:", *media.CDN_HOSTS],
    "media-src": [SELF, *media.CDN_HOSTS],
    "connect-src": [SELF],
    "style-src": [SELF],
    "manifest-src": [SELF],
    "report-uri": CSP_REPORT_PATH,
    "report-to": "csp",
}
# Of what is no page: files, webhooks, figures. A picture opened by itself must not run script on our address.
CSP_FILE = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)
# What browsers may do for a page: nothing that it does not need. Wallets ask to pay from within Stripe's frame.
_stripe_origins = " ".join(f'"{origin}"' for origin in STRIPE_CSP_FRAME if "*" not in origin)
PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "geolocation",
                "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "serial", "usb",
                "xr-spatial-tracking",
            )
        ),
        "fullscreen=(self)",
        f"payment=(self {_stripe_origins})",
        f"publickey-credentials-get=(self {_stripe_origins})",
        "publickey-credentials-create=(self)",
    ]
)  # fmt: skip
CSP_CACHEABLE: dict[str, Any] = {**_common_directives, "script-src": [SELF]}
CSP_ADMIN: dict[str, Any] = {
    **_common_directives,
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:", *media.CDN_HOSTS],
    "frame-src": [SELF],
}
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {**_common_directives, "script-src": [SELF, NONCE]},
}
CSP_PAYMENT: dict[str, Any] = {
    "script-src": STRIPE_CSP_SCRIPT,
    "frame-src": STRIPE_CSP_FRAME,
    "connect-src": STRIPE_CSP_CONNECT,
}

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

SECURITY_CONTACT = env.text("PORTAL_SECURITY_CONTACT", env.text("ORGANISATION_EMAIL", BASE_URL))
# Shown in the footer and on receipts; what is not set is not shown.
URGENT = (
    "If someone is in danger, call 999. For medical advice that cannot wait, call 111. "
    "We cannot answer emergencies through this site."
)
ORGANISATION = {
    "address": env.text("ORGANISATION_ADDRESS", ""),
    "registration": env.text("ORGANISATION_REGISTRATION", ""),
    "email": env.text("ORGANISATION_EMAIL", ""),
    "phone": env.text("ORGANISATION_PHONE", ""),
    "hours": env.text("ORGANISATION_HOURS", ""),
    "urgent": env.text("ORGANISATION_URGENT", URGENT),
}
