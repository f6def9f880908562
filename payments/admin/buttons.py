"""What can be done with a row of the ledger, as buttons beside it."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail_modeladmin.helpers import ButtonHelper

from payments.admin.evidence_views import ANSWER, answer_address
from payments.admin.refund_views import REFUND, payment_address, refund_refusal
from payments.enums import DISPUTE_TO_ANSWER
from payments.models import Dispute, Payment, Refund

Button = dict[str, Any]


class LedgerButtons(ButtonHelper):
    """A look, and what the row's own class adds."""

    own_classnames: ClassVar[list[str]] = ["button-small", "button-secondary"]

    def get_buttons_for_obj(self, obj: Any, *args: Any, **kwargs: Any) -> list[Button]:
        return [*super().get_buttons_for_obj(obj, *args, **kwargs), *self.own_buttons(obj)]

    def own_buttons(self, obj: Any) -> list[Button]:
        """For subclasses."""
        return []

    def button(self, label: str, url: str, title: str) -> Button:
        """One button; `title` says what it is about."""
        return {"label": label, "url": url, "title": title, "classname": self.finalise_classname(self.own_classnames)}


class PaymentButtons(LedgerButtons):
    """Refund what can be refunded."""

    def own_buttons(self, obj: Payment) -> list[Button]:
        if not self.request.user.has_perm(REFUND) or refund_refusal(obj):
            return []
        address = reverse("refund_payment", args=[obj.pk])
        about = {"purpose": obj.get_purpose_display().lower(), "reference": obj.booking}
        return [self.button(_("Refund"), address, _("Refund the %(purpose)s for booking %(reference)s") % about)]


class OfPaymentButtons(LedgerButtons):
    """To the payment that the row is about."""

    def own_buttons(self, obj: Refund | Dispute) -> list[Button]:
        return [self.button(_("Payment"), payment_address(obj.payment_id), _("Payment for %(row)s") % {"row": obj})]


class DisputeButtons(OfPaymentButtons):
    """Answer what waits for an answer; the page itself says what became of one that was sent."""

    def own_buttons(self, obj: Dispute) -> list[Button]:  # type: ignore[override]
        buttons = super().own_buttons(obj)
        if obj.status not in DISPUTE_TO_ANSWER or not self.request.user.has_perm(ANSWER):
            return buttons
        title = _("Respond to the dispute about booking %(payment)s") % {"payment": obj.payment.booking}
        return [self.button(_("Respond"), answer_address(obj.pk), title), *buttons]
