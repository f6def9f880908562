"""The refusal of an upload."""

from typing import Final

from django.utils.translation import gettext_lazy as _

DAMAGED: Final = _("This file is damaged or incomplete. Save it again in the program that made it.")
HIDES: Final = _("This file has something else hidden inside it. Save it again in the program that made it.")


class UploadRejected(Exception):
    """The file is not taken; the message says why and what to do."""
