"""The coordinator's form of a service: money as people write it."""

from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm

from portal.bookings.enums import DepositKind
from portal.common.amounts import AmountField, AmountsForm


class ServiceForm(AmountsForm, WagtailAdminModelForm):  # type: ignore[misc]
    """The price and a fixed deposit in major units; a deposit by percentage as a percentage."""

    amounts: ClassVar[tuple[str, ...]] = ("price_amount", "deposit_value")

    price_amount = AmountField(label="Price", help_text="As people write it, for example 45.00.")
    deposit_value = AmountField(
        label="Deposit",
        help_text="A fixed amount, for example 15.00; or a percentage, for example 25. 0 asks for none.",
    )

    def shown(self, name: str, kept: int) -> Decimal:
        if name == "deposit_value" and self.instance.deposit_kind == DepositKind.PERCENTAGE:
            return Decimal(kept).scaleb(-2)
        return super().shown(name, kept)

    def kept(self, name: str, typed: Decimal) -> int:
        if name == "deposit_value" and self.cleaned_data.get("deposit_kind") == DepositKind.PERCENTAGE:
            hundredths = typed.scaleb(2)
            if hundredths != hundredths.to_integral_value():
                raise ValidationError("A percentage has at most two decimal places.")
            return int(hundredths)
        return super().kept(name, typed)
