"""Pictures of the library are shown across a page at most, so a wider one is kept no wider than that."""

from io import BytesIO
from typing import Final

from django.core.files.base import File
from PIL import Image, ImageOps

from portal.uploads.content import replace_content

WIDEST: Final = 1600  # pixels: sharp on the widest page


def made_smaller(file: File) -> bool:
    """Scale an examined picture that is too wide, upright, with its colour profile. Whether it was."""
    file.seek(0)
    with Image.open(BytesIO(file.read())) as source:
        image = ImageOps.exif_transpose(source)
        if image.width <= WIDEST:
            return False
        image = image.convert("RGBA") if image.mode == "P" else image
        image.thumbnail((WIDEST, WIDEST * 4))
        out = BytesIO()
        image.save(out, source.format, quality=88, icc_profile=source.info.get("icc_profile"), exif=b"")
    return replace_content(file, out.getvalue())
