"""Finance answers a dispute: a draft, released field by field, then submitted to the bank once."""

from typing import Any, ClassVar, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.admin.evidence_form import EvidenceForm
from payments.admin.refund_views import parents, payment_address
from payments.domain import evidence as answers
from payments.domain.evidence.fields import BY_NAME, FIELDS, MASTERCARD_PAGES
from payments.enums import EVIDENCE_OPEN, EvidenceState
from payments.errors import EvidenceError
from payments.models import Dispute, DisputeEvidence
from portal.audit.admin_views import StaffView
from portal.common.money import formatted

ANSWER: Final = "payments.answer_dispute"


def answer_address(dispute_id: int) -> str:
    """Where the dispute is answered."""
    return reverse("answer_dispute", args=[dispute_id])


class DisputeView(StaffView):
    """What both pages about one dispute show."""

    permissions: ClassVar[tuple[str, ...]] = (ANSWER,)
    header_icon = "warning"

    @cached_property
    def dispute(self) -> Dispute:
        related = ("payment__booking__caregiver__user", "payment__booking__session__service")
        return get_object_or_404(Dispute.objects.select_related(*related), pk=self.kwargs["dispute_id"])

    @cached_property
    def evidence(self) -> DisputeEvidence | None:
        return answers.current(self.dispute)

    def get_parents(self) -> list[tuple[str, str]]:
        return parents(self.dispute.payment)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        dispute, shown = self.dispute, super().get_context_data(**context)
        return {
            **shown,
            "dispute": dispute,
            "amount": formatted(dispute.amount, dispute.payment.currency),
            "reason": dispute.reason.replace("_", " "),
            "payment_url": payment_address(dispute.payment_id),
            "refused": EvidenceState.REFUSED,
        }

    def back_with(self, *errors: str) -> HttpResponse:
        """To the draft, or to what became of it."""
        messages.error(self.request, " ".join(errors))
        return redirect(answer_address(self.dispute.pk))


class AnswerView(DisputeView):
    """The draft, to change and to release; once it is on its way, what was released."""

    template_name = "payments/admin/evidence.html"
    page_title = gettext_lazy("Respond to dispute")

    def get(self, request: HttpRequest, dispute_id: int) -> HttpResponse:
        refusal = answers.submission_refusal(self.dispute)
        return self._state(refusal) if refusal else self._form_page(self._form())

    def post(self, request: HttpRequest, dispute_id: int) -> HttpResponse:
        if refusal := answers.submission_refusal(self.dispute):
            return self.back_with(refusal)
        form = self._form(request.POST, request.FILES)
        if not form.is_valid() or not self._is_saved(form):
            return self._form_page(form)
        if "review" in request.POST:
            return redirect("submit_dispute_answer", dispute_id)
        messages.success(request, _("Draft saved. Nothing has been sent to the bank."))
        return redirect(answer_address(dispute_id))

    def _form(self, *sent: Any) -> EvidenceForm:
        texts = self.evidence.texts if self.evidence else answers.draft_of(self.dispute)
        return EvidenceForm(*sent, evidence=self.evidence, texts=texts)

    def _is_saved(self, form: EvidenceForm) -> bool:
        try:
            answers.save_draft(
                self.dispute.pk,
                texts=form.texts,
                released=form.released,
                attached=form.attached,
                removed=form.removed,
                version=form.cleaned_data["version"],
                cause=self.cause,
            )
        except EvidenceError as error:
            form.add_error(None, list(error.sentences))
            return False
        return True

    def _form_page(self, form: EvidenceForm) -> HttpResponse:
        status = 422 if form.is_bound and form.errors else 200
        return self.page(status=status, form=form, rows=list(form.rows()), evidence=self.evidence)

    def _state(self, submission_refusal: str) -> HttpResponse:
        """Nothing can be changed: what was released, or why nothing can be."""
        evidence = self.evidence
        gone = evidence is not None and evidence.state not in EVIDENCE_OPEN
        self.template_name = "payments/admin/evidence_state.html"
        self.page_title = gettext_lazy("Dispute response")
        released = _released(evidence) if evidence is not None and gone else []
        return self.page(evidence=evidence, submission_refusal=submission_refusal, gone=gone, released=released)


class SubmitView(DisputeView):
    """What goes to the bank, asked once more."""

    needs_recent_authentication = True
    template_name = "payments/admin/evidence_confirm.html"
    page_title = gettext_lazy("Submit to the bank?")

    def get(self, request: HttpRequest, dispute_id: int) -> HttpResponse:
        evidence = self.evidence
        if answers.submission_refusal(self.dispute) or evidence is None:
            return redirect(answer_address(dispute_id))
        try:
            composed = answers.compose(evidence)
        except EvidenceError as error:
            return self.back_with(*error.sentences)
        if not evidence.released:
            return self.back_with(_("Nothing is selected yet. Tick what you want to send to the bank."))
        return self.page(
            texts=[(BY_NAME[name].label, text) for name, text in composed.texts.items()],
            documents=[(BY_NAME[name].label, document) for name, document in composed.documents.items()],
            withheld=[field.label for field in FIELDS if field.name not in evidence.released],
            many_pages=composed.pages > MASTERCARD_PAGES,
            pages=composed.pages,
            version=evidence.version,
            answer=answer_address(dispute_id),
        )

    def post(self, request: HttpRequest, dispute_id: int) -> HttpResponse:
        sent = request.POST.get("version", "")
        version = int(sent) if sent.isdecimal() and len(sent) < 10 else -1
        try:
            answers.request_submission(self.dispute.pk, version=version, cause=self.cause)
        except EvidenceError as error:
            return self.back_with(*error.sentences)
        messages.success(request, _("Your response is being sent to the bank. Check its status below."))
        return redirect(payment_address(self.dispute.payment_id))


def _released(evidence: DisputeEvidence) -> list[tuple[str, str]]:
    """What went, by its label; without words where it was a file."""
    files = set(evidence.files.filter(printed=False).values_list("field", flat=True))
    return [
        (str(BY_NAME[name].label), "" if name in files else evidence.texts.get(name, "")) for name in evidence.released
    ]
