"""What browsers may load and do: see portal/common/csp.py for which page gets which policy."""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE

from portal.settings import media
from portal.settings.stripe import STRIPE_API_BASE, STRIPE_JS_URL

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
_refused_features = (
    "accelerometer autoplay bluetooth browsing-topics camera display-capture geolocation gyroscope hid idle-detection "
    "magnetometer microphone midi serial usb xr-spatial-tracking"
)
PERMISSIONS_POLICY = ", ".join(
    [
        *(f"{feature}=()" for feature in _refused_features.split()),
        "fullscreen=(self)",
        f"payment=(self {_stripe_origins})",
        f"publickey-credentials-get=(self {_stripe_origins})",
        "publickey-credentials-create=(self)",
    ]
)
CSP_CACHEABLE: dict[str, Any] = {**_common_directives, "script-src": [SELF]}
CSP_ADMIN: dict[str, Any] = {
    **_common_directives,
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:", *media.CDN_HOSTS],
    "media-src": [SELF, "blob:", *media.CDN_HOSTS],
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
