"""Receipts as a page and as a PDF."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from payments.receipts import Receipt, as_pdf, receipt_for
from payments.views.common import own_booking


def _receipt(request: HttpRequest, reference: str) -> Receipt:
    booking = own_booking(request, reference)
    found = receipt_for(booking, reverse("payments:receipt_pdf", args=[booking.reference]))
    if found is None:
        raise Http404("nothing was paid")
    return found


@never_cache
@login_required
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt as a page."""
    return render(request, "payments/receipt.html", {"receipt": _receipt(request, reference)})


@never_cache
@login_required
def receipt_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt as PDF."""
    found = _receipt(request, reference)
    response = HttpResponse(as_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="receipt-{found.number}.pdf"'
    return response
