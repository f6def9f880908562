"""What an answer would send: released texts and documents, held to Stripe's limits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pypdf
from babel.numbers import get_currency_symbol
from django.core.files.base import File
from django.utils.translation import gettext as _
from fpdf import FPDF

from payments.domain.evidence.fields import BY_NAME, DOCUMENTS, FIELDS, MOST_BYTES, MOST_PAGES
from payments.errors import EvidenceError
from payments.models import DisputeEvidence
from portal.common.money import EXPONENTS

PDF: Final = ".pdf"
_SPACES: Final = dict.fromkeys(map(chr, (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)), " ")
_CURRENCIES: Final = {
    symbol: f"{code} "
    for code in EXPONENTS
    if len(symbol := get_currency_symbol(code, "en_GB")) == 1 and ord(symbol) > 255
}
# What PDF's built-in fonts do not have, in signs that they have.
_PLAIN: Final = str.maketrans(
    {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", **_SPACES, **_CURRENCIES}
)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as Stripe gets it. `pages` counts a picture as one."""

    content: bytes
    ending: str
    pages: int
    name: str = ""
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """What would go: texts and documents by Stripe's field names."""

    texts: Mapping[str, str]
    documents: Mapping[str, Document]

    @property
    def pages(self) -> int:
        return sum(document.pages for document in self.documents.values())


def compose(evidence: DisputeEvidence) -> Composed:
    """What `evidence` sends as it is stored. Raises EvidenceError."""
    documents = {
        file.field: Document(bytes(file.content), file.ending, file.pages, file.name)
        for file in evidence.files.filter(printed=False)
    }
    return composed(evidence.texts, evidence.released, documents)


def composed(texts: Mapping[str, str], released: Collection[str], attached: Mapping[str, Document]) -> Composed:
    """The released part of it. Raises EvidenceError with everything that is wrong."""
    wrong = []
    words: dict[str, str] = {}
    documents: dict[str, Document] = {}
    for field in (field for field in FIELDS if field.name in released):
        text = texts.get(field.name, "").strip()
        if field.name in DOCUMENTS and field.name in attached:
            documents[field.name] = attached[field.name]
        elif not text:
            wrong.append(_("“%(field)s” is ticked but empty. Write something or untick it.") % {"field": field.label})
        elif len(text) > field.most:
            wrong.append(
                _("“%(field)s” has %(count)s characters. Stripe accepts up to %(most)s.")
                % {"field": field.label, "count": len(text), "most": field.most}
            )
        elif field.name not in DOCUMENTS:
            words[field.name] = text
        elif unprintable := _unprintable(text):
            wrong.append(
                _("“%(field)s” has characters we can’t print: %(signs)s. Replace them or attach a file.")
                % {"field": field.label, "signs": unprintable}
            )
        else:
            documents[field.name] = printed(field.name, text)
    wrong += _over(documents)
    if wrong:
        raise EvidenceError(*wrong)
    return Composed(words, documents)


def _over(documents: Mapping[str, Document]) -> Iterable[str]:
    """Stripe's limits of all documents together. Source: Stripe's guide to submitting evidence."""
    size = sum(len(document.content) for document in documents.values())
    if size > MOST_BYTES:
        yield _("Your documents come to %(size).1f MB. Stripe accepts up to 4.5 MB in total.") % {
            "size": size / 1_000_000
        }
    pages = sum(document.pages for document in documents.values())
    if pages > MOST_PAGES:
        yield _("Your documents have %(count)s pages. Stripe accepts fewer than 50 in total.") % {"count": pages}


def attachment(file: File) -> Document:
    """An upload that has been examined."""
    file.seek(0)
    content = file.read()
    ending = "." + (file.name or "").rpartition(".")[2].lower()
    pages = len(pypdf.PdfReader(BytesIO(content)).pages) if ending == PDF else 1
    return Document(content, ending, pages, (file.name or "")[:100])


def printed(field: str, text: str) -> Document:
    """The text of a document field as PDF."""
    pdf = FPDF(format="A4")
    title = str(BY_NAME[field].label)
    pdf.set_title(title)
    pdf.set_lang("en-GB")
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 16)
    pdf.multi_cell(0, 10, title.translate(_PLAIN), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 11)
    pdf.multi_cell(0, 6, text.translate(_PLAIN), new_x="LMARGIN", new_y="NEXT")
    return Document(bytes(pdf.output()), PDF, pdf.page_no(), printed=True)


def _unprintable(text: str) -> str:
    """The signs that PDF's built-in fonts do not have."""
    plain = text.translate(_PLAIN)
    return " ".join(sorted({sign for sign in plain if sign not in "\n\r\t" and not _is_latin(sign)}))


def _is_latin(sign: str) -> bool:
    return sign.isprintable() and ord(sign) < 256
