"""Addresses where caregivers pay, and Stripe's webhook."""

from django.urls import path

from payments import webhooks
from payments.enums import Purpose
from payments.views import pay_link, paying, receipts

app_name = "payments"
urlpatterns = [
    path("stripe/webhook/<uuid:endpoint>/", webhooks.receive, name="webhook"),
    path("deposit/sample/<str:token>/", paying.sample, name="sample_page"),
    path("deposit/<str:reference>/", paying.deposit, name="deposit"),
    path("deposit/<str:reference>/status.json", paying.status, {"purpose": Purpose.DEPOSIT}, name="deposit_status"),
    path("deposit/<str:reference>/extend/", paying.extend, name="extend"),
    path("pay/<str:token>/", pay_link.pay, name="pay_link"),
    path("pay/<str:token>/extend/", pay_link.extend, name="pay_link_extend"),
    path("pay/return/<str:key>/", pay_link.returned, name="pay_link_return"),
    path("pay/return/<str:key>/status.json", pay_link.status, name="pay_link_status"),
    path("balance/<str:reference>/", paying.balance, name="balance"),
    path("balance/<str:reference>/status.json", paying.status, {"purpose": Purpose.BALANCE}, name="balance_status"),
    path("bookings/<str:reference>/receipt/", receipts.receipt, name="receipt"),
    path("bookings/<str:reference>/receipt.pdf", receipts.receipt_pdf, name="receipt_pdf"),
    path("bookings/<str:reference>/receipt/<str:number>.pdf", receipts.document_pdf, name="document_pdf"),
    path("statements/", receipts.statements, name="statements"),
    path("statements/<int:year>/", receipts.statement, name="statement"),
    path("statements/<int:year>/statement.pdf", receipts.statement_pdf, name="statement_pdf"),
]
