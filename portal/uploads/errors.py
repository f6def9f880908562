"""The refusal of an upload."""

from typing import Final

from django.utils.translation import gettext_lazy as _

DAMAGED: Final = _("The file is damaged or not complete. Save it again from the program it was made with.")
HIDES: Final = _("The file hides something else inside it. Save it again from the program it was made with.")


class Refused(Exception):
    """The file is not taken; the message says why and what to do."""
