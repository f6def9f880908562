"""PDF documents in the site's look and in any script, with fonts of our own.

The page on the site is the accessible form; this one is for printing and for keeping.
"""

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import FontFace
from wagtail.images.models import SourceImageIOError

from payments.documents import Document, Statement
from payments.domain.receipts import PRINTED
from portal.common import when
from portal.common.money import formatted
from portal.organisation.colours import rgb
from portal.organisation.profile import Profile, site_profile

FONTS: Final = Path(__file__).parent / "fonts"
TEXT: Final = "SourceSans3"
# Other scripts, in the order in which they are asked; a document carries only those whose letters are in it.
OTHERS: Final = (
    "Vazirmatn-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansBengali-Regular",
    "NotoSansGurmukhi-Regular",
    "NotoSansTamil-Regular",
    "NotoSansThai-Regular",
    "NotoEmoji-Regular",
    "DroidSansFallbackFull",
)
SOFT: Final = (99, 82, 93)
LINE: Final = (230, 216, 204)

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)  # it tells of every table that it leaves out


def document_as_pdf(document: Document) -> bytes:
    """A receipt or credit note on one A4 page."""
    rows = [
        (document.description, formatted(document.amount, document.currency)),
        (document.total_label, formatted(document.amount, document.currency)),
    ]
    facts = [(_("Number"), document.number), *document.facts]
    page = _Page(document.title, document.organisation, _words(document.organisation.values(), *facts, *rows))
    page.facts(facts)
    page.table((_("Description"), _("Amount")), rows, widths=(3, 1), totals=1)
    if document.vat:
        page.note(document.vat)
    return page.done()


def statement_as_pdf(statement: Statement) -> bytes:
    """A year's statement, as many pages as it needs."""
    rows = [
        (
            when.plain_day(line.day),
            line.number,
            line.description,
            line.booking_reference,
            _money(line.amount, line.currency),
        )
        for line in statement.lines
    ]
    rows += [(_("Total"), "", "", "", _money(total, currency)) for currency, total in statement.totals]
    title = _("Statement for %(year)s") % {"year": statement.year}
    facts = [(_("Name"), statement.billed_to)]
    page = _Page(title, statement.organisation, _words(statement.organisation.values(), *facts, *rows))
    page.facts(facts)
    head = (_("Date"), _("Number"), _("Description"), _("Booking"), _("Amount"))
    page.table(head, rows, widths=(32, 26, 52, 38, 22), totals=len(statement.totals))
    return page.done()


def _money(amount: int, currency: str) -> str:
    return f"−{formatted(-amount, currency)}" if amount < 0 else formatted(amount, currency)


def _words(*parts: Iterable[str]) -> str:
    return "".join("".join(part) for part in parts)


@lru_cache(maxsize=len(OTHERS) + 1)
def _letters(name: str) -> frozenset[int]:
    with TTFont(FONTS / f"{name}.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def fonts_for(text: str) -> list[str]:
    """The fonts beside the text's own that `text` needs."""
    missing = {ord(letter) for letter in text} - _letters(f"{TEXT}-Regular")
    needed = []
    for name in OTHERS:
        if missing & _letters(name):
            needed.append(name)
            missing -= _letters(name)
        if not missing:
            break
    return needed


def logo_of(profile: Profile) -> bytes:
    """The organisation's logo as PNG; empty without one, or when its file has gone missing."""
    if profile.logo is None:
        return b""
    try:
        with profile.logo.get_rendition("max-600x180|format-png").file.open("rb") as file:
            return bytes(file.read())
    except (OSError, SourceImageIOError):
        logging.getLogger("payments.pdf").warning("the logo cannot be read")
        return b""


class _Page:
    """A4 in our look: who issues it, its title, then what the document is about."""

    def __init__(self, title: str, organisation: dict[str, str], text: str) -> None:
        self._profile = site_profile()
        self._brand = rgb(self._profile.light.brand)
        self._pdf = FPDF(format="A4")
        self._pdf.set_margins(20, 18)
        self._pdf.set_title(title)
        self._pdf.set_author(organisation["name"])
        self._pdf.set_lang(get_language() or "en")
        self._add_fonts(text + title)
        self._pdf.add_page()
        self._letterhead(organisation)
        self._say(title, size=22, style="B", colour=self._brand, height=12)
        self._pdf.ln(2)

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Names and values, one a line."""
        for name, value in facts:
            self._pdf.set_font(TEXT, "", 11)
            self._pdf.set_text_color(*SOFT)
            self._pdf.cell(40, 6.5, name)
            self._pdf.set_text_color(0)
            self._pdf.multi_cell(0, 6.5, value, align="L", new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(5)

    def table(
        self, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, widths: tuple[int, ...], totals: int
    ) -> None:
        """Rows under `head`, which comes again on each page; the last `totals` rows stand out."""
        pdf = self._pdf
        pdf.set_font(TEXT, "", 11)
        pdf.set_draw_color(*LINE)
        align = ("LEFT",) * (len(head) - 1) + ("RIGHT",)
        heading = FontFace(family=TEXT, emphasis="B", color=self._brand)
        strong = FontFace(family=TEXT, emphasis="B")
        with pdf.table(
            col_widths=widths,
            text_align=align,
            borders_layout="HORIZONTAL_LINES",
            headings_style=heading,
            line_height=7,
            padding=1,
        ) as table:
            for position, cells in enumerate([head, *rows]):
                row = table.row(style=strong if position > len(rows) - totals else None)
                for cell in cells:
                    row.cell(cell)
        pdf.ln(3)

    def note(self, text: str) -> None:
        """A line under the table."""
        self._say(text, size=11, colour=SOFT)

    def done(self) -> bytes:
        """The file."""
        return bytes(self._pdf.output())

    def _add_fonts(self, text: str) -> None:
        pdf, others = self._pdf, fonts_for(text)
        pdf.add_font(TEXT, "", FONTS / f"{TEXT}-Regular.ttf")
        pdf.add_font(TEXT, "B", FONTS / f"{TEXT}-SemiBold.ttf")
        for name in others:
            pdf.add_font(name, "", FONTS / f"{name}.ttf")
        if others:
            pdf.set_fallback_fonts(others, exact_match=False)
        pdf.set_text_shaping(True)

    def _logo(self) -> None:
        """Top right, when there is one whose file can be read."""
        picture = logo_of(self._profile)
        if picture:
            self._pdf.image(BytesIO(picture), x=140, y=16, w=50, h=15, keep_aspect_ratio=True)

    def _letterhead(self, organisation: dict[str, str]) -> None:
        self._logo()
        self._say(organisation["name"], size=14, style="B", colour=self._brand, height=7)
        for line in (organisation[name] for name in PRINTED if organisation.get(name)):
            self._say(line, size=10, colour=SOFT, height=5)
        pdf = self._pdf
        pdf.ln(3)
        pdf.set_draw_color(*self._brand)
        pdf.set_line_width(0.6)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
        pdf.set_line_width(0.2)
        pdf.ln(7)

    def _say(self, text: str, *, size: int, style: str = "", colour: tuple[int, int, int], height: float = 6.5) -> None:
        self._pdf.set_font(TEXT, style, size)
        self._pdf.set_text_color(*colour)
        self._pdf.multi_cell(0, height, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self._pdf.set_text_color(0)
