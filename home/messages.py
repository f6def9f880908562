"""The email about a message from the contact form.

The wording is marked for translation and stays text: it may be kept in a row, where editors change it.
"""

from typing import Final

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from portal.notifications.templates import MessageTemplate

CONTACT_RECEIVED: Final = MessageTemplate(
    key="contact_received",
    name=gettext_lazy("Message from the contact form"),
    sent_when=gettext_lazy("Somebody sent the contact form. To coordinators."),
    subject=_("A message from {sender}"),
    body=_("Dear {name},\n\n{sender} has sent a message with the contact form:\n\n{message}"),
    button=_("Open the message"),
    samples={
        "name": "Cora",
        "sender": "Grace Bell",
        "email": "grace@example.com",
        "phone": "0117 496 0321",
        "message": "Do you have a place on Thursdays in spring?",
        "url": "/admin/snippets/home/contactmessage/edit/1/",
    },
    details=(
        (gettext_lazy("From"), "sender"),
        (gettext_lazy("Email"), "email"),
        (gettext_lazy("Phone number"), "phone"),
    ),
    required=("message",),
)
TEMPLATES: Final = (CONTACT_RECEIVED,)
