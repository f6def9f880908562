"""What an uploaded file really is, whether it is taken, and what is left out of it before it is kept."""

from portal.uploads.errors import Refused
from portal.uploads.examine import Door, Examined, examine

__all__ = ["Door", "Examined", "Refused", "examine"]
