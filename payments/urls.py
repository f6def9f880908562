"""Addresses where caregivers pay, and Stripe's webhook."""

from django.urls import path

from payments import webhooks
from payments.enums import Purpose
from payments.views import paying, receipts

app_name = "payments"
urlpatterns = [
    path("stripe/webhook/<uuid:endpoint>/", webhooks.receive, name="webhook"),
    path("deposit/sample/<str:token>/", paying.sample, name="sample_page"),
    path("deposit/<str:reference>/", paying.deposit, name="deposit"),
    path("deposit/<str:reference>/status.json", paying.status, {"purpose": Purpose.DEPOSIT}, name="deposit_status"),
    path("deposit/<str:reference>/extend/", paying.extend, name="extend"),
    path("balance/<str:reference>/", paying.balance, name="balance"),
    path("balance/<str:reference>/status.json", paying.status, {"purpose": Purpose.BALANCE}, name="balance_status"),
    path("bookings/<str:reference>/receipt/", receipts.receipt, name="receipt"),
    path("bookings/<str:reference>/receipt.pdf", receipts.receipt_pdf, name="receipt_pdf"),
]
