"""What an address and a name may be: asked on every way in, by forms, models and commands alike.

An address is stored in lower case and compared as stored, so PostgreSQL and SQLite agree. Letters that only look like
others (those that Unicode's NFKC form would change) are refused: a mailbox is somebody's, its twin somebody else's.
"""

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

JOINERS: Final = "\u200c\u200d"  # Persian and Indian names need them
WEB_ADDRESS: Final = re.compile(r"://|\bwww\b|\b[^\W_]{2,}\.[^\W_]{2,}|\.[^\W_]{2,}/|@", re.IGNORECASE)


def is_plain(address: str) -> bool:
    """Whether NFKC leaves `address` as it is and every character can be seen."""
    return address.isprintable() and unicodedata.normalize("NFKC", address) == address


def validate_address(address: str) -> None:
    """Refuse an address that could be read as another one. Raises ValidationError."""
    if not is_plain(address):
        raise ValidationError(
            _("This email address contains characters that can’t be used. Type it again using plain letters."),
            code="not_plain",
        )


def validate_name(name: str) -> None:
    """Refuse control characters and web addresses: a name stands in emails and lists. Raises ValidationError."""
    if any(_is_invisible(character) for character in name):
        raise ValidationError(
            _("This name contains line breaks or hidden characters. Type it again on one line."), code="invisible"
        )
    if WEB_ADDRESS.search(unicodedata.normalize("NFKC", name).replace("。", ".")):
        raise ValidationError(
            _("A name can’t contain a web or email address. If it has a full stop, put a space after it."),
            code="web_address",
        )


def _is_invisible(character: str) -> bool:
    return character not in JOINERS and unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def normal_address(address: str) -> str:
    """`address` as it is stored: stripped, in lower case. Raises ValidationError when it is none, or not plain."""
    address = address.strip()
    validate_email(address)
    validate_address(address)
    return address.lower()


class NameField(forms.CharField):
    """A person's name, in a form."""

    default_validators = [validate_name]


class AddressField(models.EmailField):
    """An email address in lower case, whichever way it is written or looked up.

    To migrations it is an EmailField: the column is the same.
    """

    default_validators = [*models.EmailField.default_validators, validate_address]

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        cleaned = super().clean(value, model_instance)
        return cleaned.lower() if isinstance(cleaned, str) else cleaned

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.lower() if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = value.lower()
            setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs
