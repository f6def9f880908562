"""Our words in place of allauth's English: compiled, and every one still replaces something that allauth says."""

import gettext
from pathlib import Path

import allauth
from babel.messages.pofile import read_po
from django.utils import translation

import portal.accounts

CATALOGUE = Path(portal.accounts.__file__).parent / "locale/en_GB/LC_MESSAGES"


def texts(folder: Path) -> dict[str, str]:
    """Original -> ours."""
    with (folder / "django.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_what_is_compiled_is_what_is_written() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {original: compiled.gettext(original) for original in texts(CATALOGUE)} == texts(CATALOGUE)


def test_every_text_is_one_that_allauth_still_says() -> None:
    theirs = texts(Path(allauth.__file__).parent / "locale/en/LC_MESSAGES")
    assert texts(CATALOGUE).keys() - theirs.keys() == set()


def test_the_portal_speaks_our_words_and_other_languages_keep_allauths() -> None:
    with translation.override("en-gb"):
        assert translation.gettext("Incorrect password.") == "That isn’t your password. Try again, or choose a new one."
    with translation.override("de"):
        assert translation.gettext("Incorrect password.") == "Falsches Passwort."
