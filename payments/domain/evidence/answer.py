"""Keeping a draft, and asking for its submission: the row before the call, one answer for each stage."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from payments.domain.evidence.composition import Document, compose
from payments.domain.evidence.fields import BY_NAME
from payments.domain.transitions import locked
from payments.enums import DISPUTE_TO_ANSWER, EVIDENCE_OPEN, EvidenceState
from payments.errors import EvidenceError
from payments.models import Dispute, DisputeEvidence, EvidenceFile
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock, when
from portal.common.task_queue import enqueue_on_commit


def current(dispute: Dispute) -> DisputeEvidence | None:
    """The answer on its way, else that of this stage, else the one that is written; of a dispute that waits for none,
    the last."""
    answers = list(dispute.evidence.all())
    sending = [answer for answer in answers if answer.state == EvidenceState.SENDING]
    of_stage = [answer for answer in answers if answer.stage == dispute.status]
    written = [answer for answer in answers if answer.state in EVIDENCE_OPEN]
    last = [] if dispute.status in DISPUTE_TO_ANSWER else answers
    return next(iter((*sending, *of_stage, *written, *last)), None)


def submission_refusal(dispute: Dispute) -> str:
    """Why no answer can be written or sent now, as a sentence; empty when it can."""
    answer = current(dispute)
    if answer is not None and answer.state == EvidenceState.SENDING:
        return _("Your response is being sent to the bank.")
    if dispute.closed_at is not None:
        return _("This dispute is closed, so you can no longer respond.")
    if answer is not None and answer.state == EvidenceState.SUBMITTED:
        return _("Your response has been submitted to the bank. You can only respond once.")
    if dispute.status not in DISPUTE_TO_ANSWER:
        return _("The bank isn’t waiting for a response.")
    due = dispute.evidence_due_at
    if due is not None and due <= clock.now():
        local = dispute.payment.booking.session.local(due)
        return _("The deadline to respond was %(moment)s, so it’s too late.") % {"moment": when.at(local)}
    return ""


@transaction.atomic
def save_draft(
    dispute_id: int,
    *,
    texts: Mapping[str, str],
    released: Collection[str],
    attached: Mapping[str, Document],
    removed: Collection[str],
    version: int,
    cause: Cause,
) -> DisputeEvidence:
    """Keep what finance wrote; nothing goes to Stripe. `version` is the one that was shown, 0 when there was none.

    Raises EvidenceError: somebody else changed it, it cannot be answered any more, or it is over Stripe's limits.
    """
    dispute = _locked(dispute_id)
    evidence = _open_answer(dispute, version)
    evidence.texts = {name: texts[name] for name in BY_NAME if texts.get(name)}
    evidence.released = [name for name in BY_NAME if name in released]
    evidence.version = version + 1
    evidence.save()
    evidence.files.filter(field__in={*removed, *attached}).delete()
    EvidenceFile.objects.bulk_create(_row(evidence, field, document) for field, document in attached.items())
    compose(evidence)
    record("dispute.answer_saved", dispute, cause=cause, data=_facts(evidence))
    return evidence


@transaction.atomic
def request_submission(dispute_id: int, *, version: int, cause: Cause) -> DisputeEvidence:
    """Have the answer sent, once however often it is asked for. Raises EvidenceError."""
    dispute = _locked(dispute_id)
    evidence = current(dispute)
    if evidence is not None and evidence.state not in EVIDENCE_OPEN and evidence.version == version:
        return evidence
    evidence = _open_answer(dispute, version)
    if not evidence.released:
        raise EvidenceError(_("Nothing is selected yet, so there’s nothing to submit."))
    documents = compose(evidence).documents
    EvidenceFile.objects.bulk_create(
        _row(evidence, field, document) for field, document in documents.items() if document.printed
    )
    evidence.state, evidence.refusal = EvidenceState.SENDING, ""
    evidence.submissions_before = dispute.submissions
    evidence.requested_at = evidence.due_at = clock.now()
    evidence.attempts, evidence.leased_until, evidence.last_error, evidence.first_sent_at = 0, None, "", None
    evidence.save()
    record("dispute.answer_released", dispute, cause=cause, data=_facts(evidence))
    enqueue_on_commit("payments.tasks.send_evidence")
    return evidence


def _locked(dispute_id: int) -> Dispute:
    """The dispute as it stands, under the lock of its payment."""
    payment = locked(Dispute.objects.values_list("payment_id", flat=True).get(pk=dispute_id))
    dispute = Dispute.objects.get(pk=dispute_id)
    dispute.payment = payment
    return dispute


def _open_answer(dispute: Dispute, version: int) -> DisputeEvidence:
    """The draft that `version` names, made when there is none; it follows the dispute to its next stage."""
    if refusal := submission_refusal(dispute):
        raise EvidenceError(refusal)
    evidence = current(dispute) or DisputeEvidence(dispute=dispute, version=0)
    if evidence.version != version:
        raise EvidenceError(_("This response has changed since you opened this page. Check it and try again."))
    evidence.stage = dispute.status
    return evidence


def _row(evidence: DisputeEvidence, field: str, document: Document) -> EvidenceFile:
    return EvidenceFile(
        evidence=evidence,
        field=field,
        name=document.name,
        ending=document.ending,
        size=len(document.content),
        pages=document.pages,
        content=document.content,
        printed=document.printed,
    )


def _facts(evidence: DisputeEvidence) -> dict[str, str | int]:
    """For the audit trail: which fields, never what they say."""
    return {"answer": evidence.pk, "stage": evidence.stage, "released": ", ".join(evidence.released)}
