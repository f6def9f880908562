"""Passwords that anybody who knows the organisation would try first."""

import re
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.accounts.roles import Role

GENERAL_WORDS: Final = ("password", "welcome", "portal", "booking", "deposit", "respite", "carer", "care", "stripe")
WORD: Final = re.compile(r"[^\W\d_]{4,}")
LETTERS_LEFT: Final = 6


def context_words() -> frozenset[str]:
    """Words of the organisation's name and address, of the roles, and of what the portal is for, in lower case."""
    named = " ".join([settings.SITE_NAME, settings.BASE_URL, *(role.value for role in Role)])
    return frozenset([*GENERAL_WORDS, *WORD.findall(named.lower())])


class ContextWordsValidator:
    """Refuses a password that is little more than such words (OWASP ASVS 5.0, 6.2.11)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError when fewer than six other letters or digits are left beside the words."""
        rest = password.lower()
        for word in sorted(context_words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(re.sub(r"[\W_]", "", rest)) < LETTERS_LEFT and len(rest) < len(password):
            raise ValidationError(_("Choose a password that is not built from our name or from words about care."))

    def get_help_text(self) -> str:
        """One sentence, shown with the others."""
        return _("Your password can’t be built from our name or from words about care.")
