"""What an uploaded file really is, and whether the library takes it."""

from portal.uploads.examine import Examined, examine
from portal.uploads.refused import Refused

__all__ = ["Examined", "Refused", "examine"]
