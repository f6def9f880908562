"""Addresses of bookings and payments."""

from django.urls import path

from payments import webhooks
from payments.enums import Purpose
from payments.views import booking, moving, paying

app_name = "payments"
urlpatterns = [
    path("stripe/webhook/<uuid:endpoint>/", webhooks.receive, name="webhook"),
    path("book/", booking.book, name="book"),
    path("dashboard/", booking.dashboard, name="dashboard"),
    path("deposit/sample/<str:token>/", paying.sample, name="sample_page"),
    path("deposit/<str:reference>/", paying.deposit, name="deposit"),
    path("deposit/<str:reference>/status.json", paying.status, {"purpose": Purpose.DEPOSIT}, name="deposit_status"),
    path("deposit/<str:reference>/extend/", booking.extend, name="extend"),
    path("balance/<str:reference>/", paying.balance, name="balance"),
    path("balance/<str:reference>/status.json", paying.status, {"purpose": Purpose.BALANCE}, name="balance_status"),
    path("bookings/<str:reference>/", booking.detail, name="booking"),
    path("bookings/<str:reference>/cancel/", booking.cancel, name="cancel"),
    path("bookings/<str:reference>/move/", moving.move, name="move"),
    path("bookings/<str:reference>/receipt/", booking.receipt, name="receipt"),
    path("bookings/<str:reference>/receipt.pdf", booking.receipt_pdf, name="receipt_pdf"),
    path("bookings/<str:reference>/calendar.ics", booking.calendar, name="calendar"),
]
