"""Addresses under /demo/, mounted by portal.urls where settings.DEMO says so."""

from django.urls import path

from ops.demo import mailbox

app_name = "demo"
urlpatterns = [
    path("mail/", mailbox.mailbox, name="mailbox"),
    path("mail/<slug:name>/", mailbox.message, name="message"),
    path("mail/<slug:name>/designed/", mailbox.as_designed, name="designed"),
    path("mail/<slug:name>/attachment/<int:number>/", mailbox.attachment, name="attachment"),
]
