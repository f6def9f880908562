"""The ledger's tables."""

from payments.models.discrepancy import Discrepancy
from payments.models.dispute import Dispute
from payments.models.evidence import DisputeEvidence, EvidenceFile
from payments.models.inbox import THIN, ReceivedEvent, UnreadableEvent
from payments.models.offline import OfflineReceipt
from payments.models.pay_link import PayLink
from payments.models.payment import Payment, PaymentAttempt, PaymentQuerySet, PaymentTransition
from payments.models.receipt import CreditNote, DocumentCounter, Receipt
from payments.models.reconciliation import (
    PaymentPageCheck,
    ReconciliationRun,
    Staged,
    StagedDispute,
    StagedIntent,
    StagedRefund,
)
from payments.models.refund import Refund

__all__ = [
    "THIN",
    "CreditNote",
    "Discrepancy",
    "Dispute",
    "DisputeEvidence",
    "DocumentCounter",
    "EvidenceFile",
    "OfflineReceipt",
    "PayLink",
    "Payment",
    "PaymentAttempt",
    "PaymentPageCheck",
    "PaymentQuerySet",
    "PaymentTransition",
    "Receipt",
    "ReceivedEvent",
    "ReconciliationRun",
    "Refund",
    "Staged",
    "StagedDispute",
    "StagedIntent",
    "StagedRefund",
    "UnreadableEvent",
]
