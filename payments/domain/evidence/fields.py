"""The fields of Stripe's `Dispute.evidence` that a booking of care can fill, and Stripe's limits.

Left out: what is shipped, what names the customer or their address, and server logs. Stripe knows the cardholder
already, and nothing here helps more than it tells.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST_CHARACTERS: Final = 150_000  # of all texts together: what `most` of each adds up to, which a test holds
MOST_BYTES: Final = 4_500_000  # of all documents together
MOST_PAGES: Final = 49  # "fewer than 50"
MASTERCARD_PAGES: Final = 19
LONG: Final = 20_000
SHORT: Final = 5_000


@dataclass(frozen=True, slots=True)
class EvidenceField:
    """`name` is Stripe's. A document goes as a file: one that finance attaches, or its text, printed."""

    name: str
    label: str | Promise
    help: str | Promise
    most: int = LONG
    document: bool = False


FIELDS: Final = (
    EvidenceField("product_description", _("Product or service"), _("The service that was booked.")),
    EvidenceField("service_date", _("Date of service"), _("The date of the session."), most=SHORT),
    EvidenceField(
        "service_documentation", _("Proof of service"), _("What the attendance register shows."), document=True
    ),
    EvidenceField("receipt", _("Receipt"), _("What was paid and refunded."), document=True),
    EvidenceField(
        "customer_communication",
        _("Messages to the customer"),
        _("The type and date of each message, but not its content."),
        document=True,
    ),
    EvidenceField("refund_policy", _("Refund policy"), _("The terms of this booking."), document=True),
    EvidenceField(
        "refund_policy_disclosure",
        _("How the refund policy was shown"),
        _("When the terms became part of the booking."),
    ),
    EvidenceField(
        "refund_refusal_explanation",
        _("Why no refund is due"),
        _("What was refunded, and the terms that apply to the rest."),
    ),
    EvidenceField("cancellation_policy", _("Cancellation policy"), _("The terms of this booking."), document=True),
    EvidenceField(
        "cancellation_policy_disclosure",
        _("How the cancellation policy was shown"),
        _("When the terms became part of the booking."),
    ),
    EvidenceField(
        "cancellation_rebuttal", _("Response to a cancellation claim"), _("Whether and when the booking was cancelled.")
    ),
    EvidenceField(
        "duplicate_charge_id",
        _("Other charge"),
        _("The Stripe ID of the charge that looks the same."),
        most=SHORT,
    ),
    EvidenceField("duplicate_charge_explanation", _("Why it isn’t a duplicate"), _("What the two charges were for.")),
    EvidenceField(
        "duplicate_charge_documentation",
        _("Receipt for the other charge"),
        _("What the other charge was for."),
        document=True,
    ),
    EvidenceField("uncategorized_text", _("Anything else"), _("In your own words.")),
    EvidenceField(
        "uncategorized_file", _("Another document"), _("Any other document you’d like to send."), document=True
    ),
)
BY_NAME: Final = {field.name: field for field in FIELDS}
DOCUMENTS: Final = frozenset(field.name for field in FIELDS if field.document)
