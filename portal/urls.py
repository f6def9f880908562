"""The composition root of addresses."""

from django.conf import settings
from django.urls import include, path

from portal import stock_urls
from portal.common import health, views
from portal.common.security_txt import security_txt

handler400 = "portal.common.refusals.bad_request"
handler403 = "portal.common.refusals.permission_denied"
handler404 = "portal.common.refusals.page_not_found"
handler429 = "portal.security.views.too_many_requests"
handler500 = "portal.common.refusals.server_error"

urlpatterns = [
    path("", include("home.urls")),
    path("", include("payments.urls")),
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("may-upload/", views.may_upload, name="may_upload"),
    path("csp-report/", views.csp_report, name="csp_report"),
    path("admin/", include(stock_urls.admin)),
    path("documents/", include(stock_urls.documents)),
    path("accounts/", include(stock_urls.accounts)),
    path("", include("portal.organisation.urls")),
    path("", include("portal.security.urls")),
    path("", include("portal.caregivers.urls")),
    path("", include("portal.media_library.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("ops.demo.urls")))
urlpatterns.append(path("", include(stock_urls.site)))
