"""`python -m ops.docs.mail_sheet`: every email of ours, as shipped, into `VAR/mail-sheet/` to be looked at.

Each as HTML and text, and as a picture at two widths in a light and a dark scheme; `index.html` shows all.
"""

import argparse
import html
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import django

if TYPE_CHECKING:
    from portal.notifications.domain.render import Message

WIDTHS: Final = (390, 700)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def messages() -> Iterator[tuple[str, "Message"]]:
    """Each template's key with its email, in the shipped wording on sample values."""
    from portal.caregivers.erasure import LAST_SUBJECT, LAST_WORDS
    from portal.notifications.domain.render import rendered
    from portal.notifications.templates import REGISTRY

    for key, template in sorted(REGISTRY.items()):
        if not template.retired:
            yield key, rendered(template.subject, template.body, template.button, template.samples, template.details)
    yield "erased", rendered(LAST_SUBJECT, LAST_WORDS, "", {})


def write(folder: Path) -> list[str]:
    """Write the emails; returns their keys."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = []
    for key, message in messages():
        (folder / f"{key}.html").write_text(message.html)
        (folder / f"{key}.txt").write_text(f"{message.subject}\n\n{message.text}")
        keys.append(key)
    return keys


def photograph(folder: Path, keys: list[str]) -> None:
    """A picture of each, `<key>-<width>-<scheme>.png`."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in SCHEMES:
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
                for key in keys:
                    page.goto((folder / f"{key}.html").as_uri())
                    page.screenshot(path=folder / f"{key}-{width}-{scheme}.png", full_page=True)
                page.close()
        browser.close()


def index(folder: Path, keys: list[str]) -> None:
    """The page that shows all pictures."""
    rows = "".join(
        f"<h2>{html.escape(key)}</h2>"
        + "".join(
            f'<img src="{key}-{width}-{scheme}.png" width="{width}" alt="{width} pixels, {scheme}" loading="lazy">'
            for width in WIDTHS
            for scheme in SCHEMES
        )
        for key in keys
    )
    (folder / "index.html").write_text(f"<!DOCTYPE html><meta charset='utf-8'><title>Emails</title>{rows}")


def main() -> None:
    """Write, photograph, list."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")
    django.setup()
    from django.conf import settings

    folder = (Path(settings.VAR) / "mail-sheet").resolve()
    keys = write(folder)
    photograph(folder, keys)
    index(folder, keys)
    print(f"{len(keys)} emails: {folder / 'index.html'}")


if __name__ == "__main__":
    main()
