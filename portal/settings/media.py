"""Where media lie and which address they have: folders of this machine, folders behind a CDN, or a bucket behind one.

Nothing is set: the portal serves its own folders. `MEDIA_CDN_URL` puts a CDN in front, `MEDIA_BUCKET` takes S3 for
the folders; then restricted media need the key that signs their addresses.
"""

from pathlib import Path
from typing import Any

from portal.settings import env

CDN_URL = env.text("MEDIA_CDN_URL", "").rstrip("/")
CDN_HOSTS = [CDN_URL] if CDN_URL else []
LOCAL = "portal.media_library.storage.LocalFiles"


def storages(root: Path) -> dict[str, Any]:
    """Django's STORAGES for media: "default" is public, "signed" is not. `root` holds them when they are folders.

    Raises ImproperlyConfigured when a CDN is set without the key that signs.
    """
    if env.text("MEDIA_BUCKET", ""):
        return {"default": _objects("public"), "signed": _objects("signed", **_signing("cloudfront_key"))}
    signed = _folder(root, "signed")
    if CDN_URL:
        options = {
            **signed["OPTIONS"],
            "seconds": _seconds(),
            "key_id": env.text("MEDIA_SIGNING_KEY_ID"),
            "key": _key(),
        }
        signed = {"BACKEND": "portal.media_library.storage.SignedLocalFiles", "OPTIONS": options}
    return {"default": _folder(root, "public"), "signed": signed}


def purging() -> dict[str, Any]:
    """Wagtail's WAGTAILFRONTENDCACHE; empty when nothing has to be purged."""
    distribution = env.text("CDN_DISTRIBUTION_ID", "")
    if not distribution:
        return {}
    backend = "portal.media_library.cloudfront.Cloudfront"
    return {"cloudfront": {"BACKEND": backend, "DISTRIBUTION_ID": distribution}}


def _folder(root: Path, name: str) -> dict[str, Any]:
    return {"BACKEND": LOCAL, "OPTIONS": {"location": str(root / name), "base_url": f"{CDN_URL}/media/{name}/"}}


def _objects(name: str, **signing: Any) -> dict[str, Any]:
    protocol, _, host = env.text("MEDIA_CDN_URL").rstrip("/").partition("//")
    options = {
        "bucket_name": env.text("MEDIA_BUCKET"),
        "region_name": env.text("MEDIA_BUCKET_REGION"),
        "location": f"media/{name}",
        "custom_domain": host,
        "url_protocol": protocol,
        "querystring_auth": bool(signing),
        "file_overwrite": False,
        "default_acl": None,
        **signing,
    }
    return {"BACKEND": "portal.media_library.storage.Objects", "OPTIONS": options}


def _signing(key: str) -> dict[str, Any]:
    return {f"{key}_id": env.text("MEDIA_SIGNING_KEY_ID"), key: _key(), "querystring_expire": _seconds()}


def _key() -> str:
    return Path(env.text("MEDIA_SIGNING_KEY_FILE")).read_text()


def _seconds() -> int:
    return env.integer("MEDIA_SIGNED_SECONDS", 4 * 60 * 60)
