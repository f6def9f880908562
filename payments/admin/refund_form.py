"""The refund form: an amount as people write it, a reason, a token, and a second look at large amounts."""

import uuid
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.domain.refunds.request import check_amount
from payments.enums import FINANCE_REASONS, RefundReason
from payments.errors import RefundError
from payments.models import Payment
from portal.common.form_fields import AmountField
from portal.common.money import formatted, major, minor

REASONS: Final = [(reason.value, reason.label) for reason in RefundReason if reason in FINANCE_REASONS]


class SentRefundForm(forms.Form):
    """What a form said, whether or not that much is left. `cleaned_data["amount"]` is in minor units."""

    amount = AmountField(label=_("Amount"))
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose a reason")), *REASONS])
    note = forms.CharField(
        label=_("Note"),
        max_length=250,
        required=False,
        help_text=_("Only staff can see this. The caregiver won’t see it."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment

    def clean_amount(self) -> int:
        return minor(self.cleaned_data["amount"], self.payment.currency)


class RefundForm(SentRefundForm):
    """How much of `payment` goes back, and why."""

    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, payment=payment, **kwargs)
        left = formatted(payment.refundable_amount, payment.currency)
        self.fields["amount"].help_text = _("You can refund up to %(left)s, for example 5.00.") % {"left": left}
        self.initial.setdefault("token", uuid.uuid4())
        self.initial.setdefault("amount", major(payment.refundable_amount, payment.currency))

    def clean_amount(self) -> int:
        amount = super().clean_amount()
        try:
            check_amount(self.payment, amount)
        except RefundError as error:
            raise ValidationError(error.sentence) from error
        return amount

    @property
    def needs_second_look(self) -> bool:
        """The amount is large, and this very amount was not confirmed yet. Only for a valid form."""
        amount: int = self.cleaned_data["amount"]
        large = major(amount, self.payment.currency) >= Decimal(settings.REFUND_CONFIRM_FROM)
        return large and self.cleaned_data["confirmed"] != str(amount)
