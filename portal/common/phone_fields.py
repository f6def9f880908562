"""Phone numbers in rows and forms.

Taken is what libphonenumber knows as valid, and what is as long as its country's landlines or mobiles: a range that
it does not know yet, or one kept for examples (07700 900…), is no mistake of the person who types it.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Func
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField as PhoneNumberFormField
from phonenumber_field.modelfields import PhoneNumberField as PhoneNumberModelField
from phonenumber_field.phonenumber import PhoneNumber, to_python
from phonenumber_field.widgets import RegionalPhoneNumberWidget
from phonenumbers import PhoneNumberType, ValidationResult, is_possible_number_for_type_with_reason


def validate_phone_number(value: Any) -> None:
    """Raises ValidationError for what cannot be dialled: no number, too short, too long, or without an area code."""
    number = to_python(value)
    if not isinstance(number, PhoneNumber) or number.is_valid():
        return
    reason = is_possible_number_for_type_with_reason(number, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if reason != ValidationResult.IS_POSSIBLE:
        raise ValidationError(_("Enter a phone number we can call."), code="invalid")


class PhoneNumberField(PhoneNumberModelField):  # type: ignore[misc]
    """A number in its international form; what was kept from before numbers were checked, as it was typed."""

    default_validators = (validate_phone_number,)


class Dialled(Func):
    """A stored number without spaces and dashes; what the indexes of the search for numbers are made of."""

    template = "REPLACE(REPLACE(%(expressions)s, ' ', ''), '-', '')"
    output_field = CharField()


class TelephoneField(PhoneNumberFormField):  # type: ignore[misc]
    """A number that can be dialled. What was kept from before numbers were checked stays while it is not changed."""

    default_validators = (validate_phone_number,)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("widget", RegionalPhoneNumberWidget(attrs={"autocomplete": "tel"}))
        said = {
            "invalid": _(
                "Enter a phone number we can call, such as 0117 496 0001. Include +, then the country’s "
                "code, if it’s abroad."
            )
        }
        kwargs["error_messages"] = said | kwargs.get("error_messages", {})
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        if value and str(value).strip() == str(self.initial or ""):
            return self.initial
        number = super().clean(value)
        return to_python(number.as_international) if isinstance(number, PhoneNumber) else number
