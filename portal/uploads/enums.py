"""Kinds of files."""

from django.db import models


class Kind(models.TextChoices):
    """What a file is for the person who looks at it."""

    VIDEO = "video", "Film"
    AUDIO = "audio", "Recording"
    IMAGE = "image", "Picture"
    DOCUMENT = "document", "Document"
