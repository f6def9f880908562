"""What an uploaded file really is, whether it is taken, and what is left out of it before it is kept."""

from portal.uploads.errors import UploadRejected
from portal.uploads.examine import Examined, UploadPolicy, examine

__all__ = ["Examined", "UploadPolicy", "UploadRejected", "examine"]
