"""Wagtail: its admin, pictures, documents and search."""

from typing import Any

from portal.settings import media
from portal.settings.site import BASE_URL, SITE_NAME

WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_NOTIFICATION_USE_HTML = True
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
