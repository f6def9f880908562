"""`/v1/files`: uploads of evidence. Stripe has them at files.stripe.com, the sandbox at its one address."""

from ..api import Call, Endpoint
from ..errors import Object, invalid_request, unsupported
from ..objects import file
from ..params import Choice, Text, Upload
from ..sandbox import Sandbox
from .lookup import reading, refusing

LARGEST = 5 * 1024 * 1024  # bytes
TYPES = ("jpg", "pdf", "png")


def create(box: Sandbox, call: Call) -> Object:
    """Evidence for disputes, as PDF, JPEG or PNG up to 5 MB; other purposes are not modelled."""
    purpose = call.params["purpose"]
    if purpose != "dispute_evidence":
        raise unsupported(f"files with the purpose {purpose}", "purpose")
    uploaded = call.params["file"]
    if uploaded["type"] not in TYPES:
        raise invalid_request("File for key file must be one of: JPEG, PDF, PNG.", param="file")
    if uploaded["size"] > LARGEST:
        raise invalid_request("File for key file exceeds the maximum size of 5 MB.", param="file")
    return box.store.put(file.build(uploaded, purpose))


ENDPOINTS = (
    *reading("file", "purpose", param="file", more={"purpose": Choice(("dispute_evidence",))}),
    Endpoint("POST", "/v1/files", create, {"file": Upload(), "purpose": Text()}, ("file", "purpose")),
    refusing("GET", "/v1/files/{id}/contents", "the contents of files"),
)
