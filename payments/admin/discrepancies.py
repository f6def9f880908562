"""Finance closes a discrepancy that needs nothing more, with the reason."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail_modeladmin.helpers import ButtonHelper

from payments.domain.discrepancies import close
from payments.enums import DiscrepancyStatus
from payments.models import Discrepancy
from portal.audit.admin_views import StaffView
from portal.common.money import formatted

LISTING = "payments_discrepancy_modeladmin_index"


class IgnoreForm(forms.Form):
    """Why nothing more has to be done."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=5,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Say what you found and why nothing more is needed. This is kept in the audit trail."),
    )


class IgnoreView(StaffView, FormView[IgnoreForm]):
    """Close one open discrepancy as ignored."""

    permissions: ClassVar[tuple[str, ...]] = ("payments.change_discrepancy",)
    form_class = IgnoreForm
    template_name = "payments/admin/ignore_discrepancy.html"
    page_title = gettext_lazy("Ignore discrepancy")
    header_icon = "warning"

    @cached_property
    def discrepancy(self) -> Discrepancy:
        return get_object_or_404(Discrepancy, pk=self.kwargs["discrepancy_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        discrepancy = self.discrepancy
        return super().get_context_data(**kwargs) | {
            "discrepancy": discrepancy,
            "at_stake": formatted(discrepancy.amount, discrepancy.currency) if discrepancy.currency else "",
            "is_open": discrepancy.status == DiscrepancyStatus.OPEN,
            "listing": reverse(LISTING),
        }

    def form_valid(self, form: IgnoreForm) -> HttpResponse:
        if close(self.discrepancy, DiscrepancyStatus.IGNORED, form.cleaned_data["reason"], cause=self.cause):
            messages.success(self.request, _("The discrepancy has been closed with your reason."))
        else:
            messages.warning(self.request, _("This has already been closed. Nothing has changed."))
        return super().form_valid(form)

    def get_success_url(self) -> str:
        return reverse(LISTING)


class IgnoreButton(ButtonHelper):
    """Beside each open discrepancy: ignore it with a reason."""

    ignore_classnames: ClassVar[list[str]] = ["button-small", "button-secondary"]

    def get_buttons_for_obj(self, obj: Discrepancy, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        buttons: list[dict[str, Any]] = super().get_buttons_for_obj(obj, *args, **kwargs)
        allowed = self.request.user.has_perm("payments.change_discrepancy")
        if obj.status == DiscrepancyStatus.OPEN and allowed:
            buttons.append(
                {
                    "url": reverse("ignore_discrepancy", args=[obj.pk]),
                    "label": _("Ignore"),
                    "classname": self.finalise_classname(self.ignore_classnames),
                    "title": _("Ignore %(discrepancy)s") % {"discrepancy": obj},
                }
            )
        return buttons
