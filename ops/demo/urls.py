"""Addresses under /demo/, mounted by portal.urls where settings.DEMO says so."""

from django.urls import path

from ops.demo import mailbox

app_name = "demo"
urlpatterns = [
    path("mail/", mailbox.mailbox, name="mailbox"),
    path("mail/<slug:name>/", mailbox.message, name="message"),
]
