"""The file object. Only what is known about a file is kept, never its contents."""

from .. import clock
from ..ids import random_text
from ..store import Object
from . import null


def build(uploaded: Object, purpose: str) -> Object:
    """`uploaded` is what `params.Upload` reads: filename, size in bytes, type."""
    file_id = f"file_1{random_text(23)}"
    now = clock.now()
    return {
        "id": file_id,
        "object": "file",
        **null("expires_at title url"),
        "created": now,
        "filename": uploaded["filename"],
        "links": {"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={file_id}"},
        "purpose": purpose,
        "size": uploaded["size"],
        "type": uploaded["type"],
    }
