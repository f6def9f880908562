"""An answer to a dispute: what finance releases to the bank, written before Stripe is called and sent once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.enums import DisputeStatus, EvidenceState
from payments.models.dispute import Dispute
from portal.common import clock
from portal.common.leases import Leased


class DisputeEvidence(Leased):
    """One answer for each stage of a dispute: Stripe takes one of an inquiry, and one of the chargeback it becomes.

    `texts` holds what finance wrote by Stripe's field names, `released` the names of those that go to the bank.
    `version` counts the changes, so that nobody submits what somebody else has changed meanwhile. `sequence` counts
    the idempotency keys: it rises only when Stripe has certainly not taken the answer.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence", editable=False)
    stage = models.CharField(max_length=32, choices=DisputeStatus, editable=False)
    state = models.CharField(max_length=10, choices=EvidenceState, default=EvidenceState.DRAFT, editable=False)
    texts = models.JSONField(default=dict, editable=False)
    released = models.JSONField(default=list, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    sequence = models.PositiveSmallIntegerField(default=1, editable=False)
    sequence_sent = models.PositiveSmallIntegerField(default=0, editable=False)
    submissions_before = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text="How many answers Stripe had counted when this one was released."
    )
    refusal = models.CharField(
        max_length=500, blank=True, editable=False, help_text="Stripe's sentence, when it refused."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    requested_at = models.DateTimeField(null=True, editable=False)
    first_sent_at = models.DateTimeField(null=True, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        default_permissions = ()
        permissions = (("answer_dispute", _("Can respond to a dispute")),)
        ordering = ("-created_at", "-pk")
        constraints = (models.UniqueConstraint(fields=["dispute", "stage"], name="one_answer_per_stage"),)
        indexes = (
            models.Index(fields=["due_at"], name="evidence_due", condition=models.Q(state=EvidenceState.SENDING)),
        )

    def __str__(self) -> str:
        return f"answer {self.pk} to dispute {self.dispute_id}"

    @property
    def idempotency_key(self) -> str:
        """Names this submission to Stripe, however often it is sent."""
        return f"evidence-{self.pk}-{self.sequence}"


class EvidenceFile(models.Model):
    """A document of an answer, examined. Its bytes are deleted once Stripe has the answer."""

    evidence = models.ForeignKey(DisputeEvidence, on_delete=models.CASCADE, related_name="files", editable=False)
    field = models.CharField(max_length=40, editable=False)
    name = models.CharField(max_length=100, blank=True, editable=False, help_text="As finance named it.")
    ending = models.CharField(max_length=5, editable=False)
    size = models.PositiveIntegerField(editable=False, help_text="In bytes.")
    pages = models.PositiveSmallIntegerField(editable=False)
    content = models.BinaryField(editable=False)
    printed = models.BooleanField(default=False, editable=False, help_text="Made from the field's text.")
    stripe_file_id = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["evidence", "field"], name="one_file_per_field"),)

    def __str__(self) -> str:
        return f"{self.field} of answer {self.evidence_id}"

    @property
    def sent_name(self) -> str:
        """What Stripe and the bank see: the name that finance's file has may name a person."""
        return f"{self.field}{self.ending}"
