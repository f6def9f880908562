"""Finance answers a dispute: a draft, released field by field, then submitted to the bank once."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from payments.admin.evidence_form import EvidenceForm
from payments.admin.refund_views import parents, payment_address
from payments.domain import evidence as answers
from payments.domain.evidence.fields import BY_NAME, FIELDS, MASTERCARD_PAGES
from payments.enums import EVIDENCE_OPEN, EvidenceState
from payments.errors import EvidenceError
from payments.models import Dispute, DisputeEvidence
from portal.accounts import reauthentication
from portal.audit.actor import Cause, Source, actor_of
from portal.common.admin_page import admin_page
from portal.common.money import formatted

ANSWER: Final = "payments.answer_dispute"


def answer_address(dispute_id: int) -> str:
    """Where the dispute is answered."""
    return reverse("answer_dispute", args=[dispute_id])


def _found(dispute_id: int) -> Dispute:
    related = ("payment__booking__caregiver__user", "payment__booking__session__service")
    found: Dispute = get_object_or_404(Dispute.objects.select_related(*related), pk=dispute_id)
    return found


@require_http_methods(["GET", "POST"])
@permission_required(ANSWER, raise_exception=True)
def answer(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """The draft, to change and to release; once it is on its way, what was released."""
    dispute = _found(dispute_id)
    evidence = answers.current(dispute)
    if refusal := answers.why_not(dispute):
        return _looked_at(request, dispute, evidence, refusal)
    texts = evidence.texts if evidence else answers.draft_of(dispute)
    if request.method == "GET":
        return _form_page(request, dispute, evidence, EvidenceForm(evidence=evidence, texts=texts))
    form = EvidenceForm(request.POST, request.FILES, evidence=evidence, texts=texts)
    if not form.is_valid():
        return _form_page(request, dispute, evidence, form)
    try:
        answers.save_draft(
            dispute.pk,
            texts=form.texts,
            released=form.released,
            attached=form.attached,
            removed=form.removed,
            version=form.cleaned_data["version"],
            cause=Cause(actor_of(request), Source.STAFF),
        )
    except EvidenceError as error:
        for sentence in error.sentences:
            form.add_error(None, sentence)
        return _form_page(request, dispute, evidence, form)
    if "review" in request.POST:
        return redirect("submit_dispute_answer", dispute.pk)
    messages.success(request, _("Draft saved. Nothing has been sent to the bank."))
    return redirect(answer_address(dispute.pk))


@require_http_methods(["GET", "POST"])
@permission_required(ANSWER, raise_exception=True)
def submit(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """What goes to the bank, asked once more. Submitting wants a recent authentication."""
    dispute = _found(dispute_id)
    if request.method == "POST" and (asked := reauthentication.detour(request)):
        return asked
    if request.method == "POST":
        return _submitted(request, dispute)
    evidence = answers.current(dispute)
    if answers.why_not(dispute) or evidence is None:
        return redirect(answer_address(dispute.pk))
    try:
        composed = answers.compose(evidence)
    except EvidenceError as error:
        messages.error(request, " ".join(error.sentences))
        return redirect(answer_address(dispute.pk))
    if not evidence.released:
        messages.error(request, _("Nothing is selected yet. Tick what you want to send to the bank."))
        return redirect(answer_address(dispute.pk))
    context = {
        "texts": [(BY_NAME[name].label, text) for name, text in composed.texts.items()],
        "documents": [(BY_NAME[name].label, document) for name, document in composed.documents.items()],
        "withheld": [field.label for field in FIELDS if field.name not in evidence.released],
        "many_pages": composed.pages > MASTERCARD_PAGES,
        "pages": composed.pages,
        "version": evidence.version,
        "answer": answer_address(dispute.pk),
    }
    return _page(request, dispute, "payments/admin/evidence_confirm.html", context, title=_("Submit to the bank?"))


def _submitted(request: HttpRequest, dispute: Dispute) -> HttpResponse:
    version = request.POST.get("version", "")
    try:
        answers.request_submission(
            dispute.pk,
            version=int(version) if version.isdecimal() and len(version) < 10 else -1,
            cause=Cause(actor_of(request), Source.STAFF),
        )
    except EvidenceError as error:
        messages.error(request, " ".join(error.sentences))
        return redirect(answer_address(dispute.pk))
    messages.success(request, _("Your response is being sent to the bank. Check its status below."))
    return redirect(payment_address(dispute.payment_id))


def _form_page(
    request: HttpRequest, dispute: Dispute, evidence: DisputeEvidence | None, form: EvidenceForm
) -> HttpResponse:
    context = {"form": form, "rows": list(form.rows()), "evidence": evidence}
    status = 422 if form.is_bound and form.errors else 200
    title = _("Respond to dispute")
    return _page(request, dispute, "payments/admin/evidence.html", context, title=title, status=status)


def _looked_at(request: HttpRequest, dispute: Dispute, evidence: DisputeEvidence | None, why_not: str) -> HttpResponse:
    """Nothing can be changed: what was released, or why nothing can be."""
    gone = evidence is not None and evidence.state not in EVIDENCE_OPEN
    if request.method == "POST":
        messages.error(request, why_not)
        return redirect(answer_address(dispute.pk))
    released = _released(evidence) if evidence is not None and gone else []
    context = {"evidence": evidence, "why_not": why_not, "gone": gone, "released": released}
    return _page(request, dispute, "payments/admin/evidence_state.html", context, title=_("Dispute response"))


def _released(evidence: DisputeEvidence) -> list[tuple[str, str]]:
    """What went, by its label; without words where it was a file."""
    files = set(evidence.files.filter(printed=False).values_list("field", flat=True))
    return [
        (str(BY_NAME[name].label), "" if name in files else evidence.texts.get(name, "")) for name in evidence.released
    ]


def _page(
    request: HttpRequest, dispute: Dispute, template: str, context: dict[str, Any], *, title: str, status: int = 200
) -> HttpResponse:
    shown = {
        "dispute": dispute,
        "amount": formatted(dispute.amount, dispute.payment.currency),
        "reason": dispute.reason.replace("_", " "),
        "payment_url": payment_address(dispute.payment_id),
        "refused": EvidenceState.REFUSED,
    }
    return admin_page(
        request, template, shown | context, title=title, icon="warning", parents=parents(dispute.payment), status=status
    )
