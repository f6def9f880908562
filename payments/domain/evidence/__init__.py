"""Answering a dispute: drafted from the booking, released field by field, submitted once."""

from payments.domain.evidence.answer import current, request_submission, save_draft, submission_refusal
from payments.domain.evidence.composition import compose
from payments.domain.evidence.draft import draft_of
from payments.domain.evidence.send import send_evidence

__all__ = ["compose", "current", "draft_of", "request_submission", "save_draft", "send_evidence", "submission_refusal"]
