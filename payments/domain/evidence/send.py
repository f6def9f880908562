"""Handing an answer to Stripe: one key while the outcome is unknown, so that the bank gets it once."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain.disputes import apply_dispute
from payments.domain.evidence.fields import DOCUMENTS
from payments.domain.transitions import locked
from payments.enums import EvidenceState
from payments.gateway import gateway
from payments.gateway.base import (
    DisputeResult,
    GatewayError,
    GatewayFailed,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnreachable,
)
from payments.models import Dispute, DisputeEvidence, EvidenceFile
from payments.models.refund import RESEND_WITHIN
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.domain import record
from portal.common import clock
from portal.common.leases import back_off, claim

logger = logging.getLogger("payments.evidence")
LEASE: Final = timedelta(minutes=5)  # several files, each with the gateway's time-out
SETTLEMENT: Final = Actor.system(SystemActor.SETTLEMENT)
Told = tuple[DisputeResult, Cause]


def send_evidence(limit: int = 5) -> int:
    """Send what is due; returns how many answers were worked on."""
    due = claim(DisputeEvidence.objects.filter(state=EvidenceState.SENDING), limit=limit, lease=LEASE)
    for evidence in due:
        _work_on(evidence)
    return len(due)


def _hand_over(evidence: DisputeEvidence) -> None:
    dispute = Dispute.objects.get(pk=evidence.dispute_id)
    try:
        result, cause = _found(evidence, dispute) or _send(evidence, dispute)
    except GatewayFailed as error:
        _with_new_key(evidence, error.code)
    except GatewayUnreachable as error:
        _later(evidence, error.code)
    except GatewayRefused as error:
        if isinstance(error, GatewayMisconfigured) and evidence.first_sent_at is not None:
            _later(
                evidence, error.code
            )  # an earlier call may have done it: that says nothing of a key that is wrong now
            return
        _refused(evidence, error.code, error.explanation)
        _learn(dispute)
    else:
        _submitted(evidence, result, cause)


def _work_on(evidence: DisputeEvidence) -> None:
    """What goes wrong is written on the row, and it is tried again; one bad row must not keep the others."""
    try:
        _hand_over(evidence)
    except Exception as error:
        logger.exception("an answer to a dispute could not be worked on", extra={"answer": evidence.pk})
        _later(evidence, type(error).__name__)


def _found(evidence: DisputeEvidence, dispute: Dispute) -> Told | None:
    """The dispute, when Stripe has taken an answer whose call was not answered; None while it waits for this answer.

    Raises a GatewayError subclass; GatewayRefused also when the dispute moved on without it: an answer to an inquiry
    is none to the chargeback that it became.
    """
    waits = dispute.status == evidence.stage
    if evidence.first_sent_at is not None and not (waits and _keeps_its_key(evidence)):
        cause = _cause()
        result = gateway().retrieve_dispute(dispute.stripe_dispute_id)
        waits = result.status == evidence.stage
        if not waits and result.submissions > _submissions_before(evidence, dispute):
            return result, cause
    if not waits:
        raise GatewayRefused(
            "moved_on", _("The dispute has changed since you submitted this response, so nothing was sent.")
        )
    return None


def _submissions_before(evidence: DisputeEvidence, dispute: Dispute) -> int:
    """How many answers Stripe had counted before this one: whether it counts anew for a chargeback is its affair."""
    if evidence.submissions_before is not None:
        return evidence.submissions_before
    return dispute.evidence.filter(state=EvidenceState.SUBMITTED).count()


def _keeps_its_key(evidence: DisputeEvidence) -> bool:
    """Whether Stripe answers the key of the last call as it answered then: it forgets a key after a day."""
    sent = evidence.first_sent_at
    return sent is not None and evidence.sequence_sent == evidence.sequence and clock.now() - sent < RESEND_WITHIN


def _send(evidence: DisputeEvidence, dispute: Dispute) -> Told:
    """Raises a GatewayError subclass."""
    texts = {
        name: text.strip()
        for name, text in evidence.texts.items()
        if name in evidence.released and name not in DOCUMENTS
    }
    files = evidence.files.filter(field__in=evidence.released)
    ids = {file.field: file.stripe_file_id or _uploaded(file, evidence) for file in files}
    _mark_sent(evidence)
    result = gateway().submit_evidence(dispute.stripe_dispute_id, texts | ids, idempotency_key=evidence.idempotency_key)
    return result, _cause()  # as new as its reply: what others read while it was under way is older


def _uploaded(file: EvidenceFile, evidence: DisputeEvidence) -> str:
    key = f"{evidence.idempotency_key}-{file.pk}"
    stripe_id = gateway().upload_file(bytes(file.content), name=file.sent_name, idempotency_key=key)
    EvidenceFile.objects.filter(pk=file.pk).update(stripe_file_id=stripe_id)
    return stripe_id


def _mark_sent(evidence: DisputeEvidence) -> None:
    """Before the call: whoever comes after a crash knows that the bank may have the answer."""
    if evidence.first_sent_at is None:
        evidence.first_sent_at = clock.now()
    DisputeEvidence.objects.filter(pk=evidence.pk).update(
        first_sent_at=evidence.first_sent_at, sequence_sent=evidence.sequence
    )


def _with_new_key(evidence: DisputeEvidence, code: str) -> None:
    """Stripe failed at it and answers this key so for a day: look whether it was done, and else use another key."""
    DisputeEvidence.objects.filter(pk=evidence.pk).update(sequence=evidence.sequence + 1)
    _later(evidence, code)


def _later(evidence: DisputeEvidence, code: str) -> None:
    wait = back_off(evidence.attempts, first=timedelta(seconds=10), longest=timedelta(minutes=10))
    DisputeEvidence.objects.filter(pk=evidence.pk).update(due_at=clock.now() + wait, leased_until=None, last_error=code)


@transaction.atomic
def _refused(evidence: DisputeEvidence, code: str, explanation: str) -> None:
    """A definite no: finance reads Stripe's sentence, and may change the answer and submit it again."""
    dispute, stored = _locked(evidence)
    if stored.state != EvidenceState.SENDING:
        return
    stored.state, stored.refusal = EvidenceState.REFUSED, (explanation or code)[:500]
    stored.sequence += 1
    stored.version += 1
    stored.leased_until = None
    stored.save()
    useless = stored.files.all() if dispute.closed_at is not None else stored.files.filter(printed=True)
    useless.delete()
    record(
        "dispute.answer_refused",
        dispute,
        cause=Cause(SETTLEMENT, Source.SCHEDULE),
        data={"answer": stored.pk, "code": code[:64]},
    )


def _learn(dispute: Dispute) -> None:
    """A refusal may come of a dispute that closed meanwhile."""
    try:
        cause = _cause()
        apply_dispute(gateway().retrieve_dispute(dispute.stripe_dispute_id), cause)
    except GatewayError:  # logged by the gateway; the event or reconciliation brings it
        return


@transaction.atomic
def _submitted(evidence: DisputeEvidence, result: DisputeResult, cause: Cause) -> None:
    """The bank has it: what was attached is deleted here, and the dispute is brought to what Stripe says."""
    dispute, stored = _locked(evidence)
    if stored.state == EvidenceState.SENDING:
        stored.state, stored.submitted_at, stored.leased_until = EvidenceState.SUBMITTED, clock.now(), None
        stored.save()
        stored.files.update(content=b"")
        record(
            "dispute.answer_submitted",
            dispute,
            cause=Cause(SETTLEMENT, Source.SCHEDULE),
            data={"answer": stored.pk, "released": ", ".join(stored.released)},
        )
    apply_dispute(result, cause)


def _locked(evidence: DisputeEvidence) -> tuple[Dispute, DisputeEvidence]:
    """Both as they stand, under the lock of their payment."""
    locked(Dispute.objects.values_list("payment_id", flat=True).get(pk=evidence.dispute_id))
    return Dispute.objects.get(pk=evidence.dispute_id), DisputeEvidence.objects.get(pk=evidence.pk)


def _cause() -> Cause:
    return Cause(SETTLEMENT, Source.SCHEDULE, clock.now())
