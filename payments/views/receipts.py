"""Receipts, credit notes and yearly statements, as pages and as PDF."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from payments.documents import document_of, documents_of, statement_of, years_of
from payments.pdf import document_as_pdf, statement_as_pdf
from payments.receipts import as_pdf, receipt_for
from payments.views.common import own_booking, signed_in


@never_cache
@login_required
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Every receipt and credit note of a booking; those of the time before they had numbers of their own together."""
    booking = own_booking(request, reference)
    combined = receipt_for(booking, reverse("payments:receipt_pdf", args=[booking.reference]))
    documents = documents_of(booking)
    if combined is None and not documents:
        raise Http404("nothing was paid")
    context = {"reference": booking.reference, "receipt": combined, "documents": documents}
    return render(request, "payments/receipt.html", context)


@never_cache
@login_required
def receipt_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The first receipt as PDF: the address that was given out before each had its own."""
    booking = own_booking(request, reference)
    combined = receipt_for(booking)
    if combined is not None:
        return _download(as_pdf(combined), f"receipt-{combined.number}")
    documents = documents_of(booking)
    if not documents:
        raise Http404("nothing was paid")
    return _download(document_as_pdf(documents[0]), documents[0].number)


@never_cache
@login_required
def document_pdf(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """One receipt or credit note as PDF."""
    document = document_of(own_booking(request, reference), number)
    if document is None:
        raise Http404("no such document")
    return _download(document_as_pdf(document), document.number)


@never_cache
@login_required
def statements(request: HttpRequest) -> HttpResponse:
    """The years that have a statement."""
    return render(request, "payments/statements.html", {"years": years_of(signed_in(request))})


@never_cache
@login_required
def statement(request: HttpRequest, year: int) -> HttpResponse:
    """What was paid and refunded in a year."""
    user = signed_in(request)
    found = statement_of(user, year)
    if found is None:
        raise Http404("nothing was paid")
    return render(request, "payments/statement.html", {"statement": found, "years": years_of(user)})


@never_cache
@login_required
def statement_pdf(request: HttpRequest, year: int) -> HttpResponse:
    """The statement as PDF."""
    found = statement_of(signed_in(request), year)
    if found is None:
        raise Http404("nothing was paid")
    return _download(statement_as_pdf(found), f"statement-{year}")


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
