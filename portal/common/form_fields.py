"""Amounts in forms: people type 45.00, rows keep 4500."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.common.money import major, minor


class AmountField(forms.DecimalField):
    """An amount in major units of the currency that another field of the form names; see `AmountsForm`."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=Decimal(0), max_digits=12, **kwargs)
        self.error_messages["invalid"] = _("Enter an amount in numbers, for example 45.00.")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}


class AmountsForm(forms.BaseModelForm):
    """Shows the model's minor units as major units in each field of `amounts`, and cleans them back."""

    amounts: ClassVar[Sequence[str]] = ()
    currency_field: ClassVar[str] = "currency"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.amounts:
            if (stored := getattr(self.instance, name)) is not None:
                self.initial[name] = self.to_major(name, stored)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.currency_field not in cleaned:
            return cleaned  # refused already; without it no amount has a meaning
        for name in self.amounts:
            if (typed := cleaned.get(name)) is not None:
                try:
                    cleaned[name] = self.to_minor(name, typed)
                except ValidationError as error:
                    self.add_error(name, error)
        return cleaned

    def to_major(self, name: str, stored: int) -> Decimal:
        """What the field shows for `kept` minor units."""
        return major(stored, getattr(self.instance, self.currency_field))

    def to_minor(self, name: str, typed: Decimal) -> int:
        """Minor units of what was typed. Raises ValidationError when the currency has fewer decimals."""
        return minor(typed, self.cleaned_data[self.currency_field])
