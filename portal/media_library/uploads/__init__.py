"""What an uploaded file really is, and whether the library takes it."""

from portal.media_library.uploads.examine import Examined, examine
from portal.media_library.uploads.refused import Refused

__all__ = ["Examined", "Refused", "examine"]
