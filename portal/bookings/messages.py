"""The email that asks how a session was."""

from typing import Final

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from portal.notifications.templates import MessageTemplate

FEEDBACK_INVITED: Final = MessageTemplate(
    key="feedback_invited",
    name=gettext_lazy("Feedback"),
    sent_when=gettext_lazy("The day after a session that was attended."),
    subject=_("How was {service} on {date}?"),
    body=_(
        "Dear {name},\n\n"
        "{person} was with us on {date} for {service}. We’d like to know how it went.\n\n"
        "There are three short questions. Your answers help us do better, and only our team reads them."
    ),
    button=_("Tell us how it went"),
    samples={
        "name": "Amara",
        "service": "Respite care at home",
        "date": "Thursday 3 December 2026",
        "person": "Rose Okafor",
        "reference": "7K3M-9QX2-W4TD",
        "url": "/bookings/7K3M-9QX2-W4TD/feedback/",
    },
    details=(
        (gettext_lazy("Service"), "service"),
        (gettext_lazy("Date"), "date"),
        (gettext_lazy("For"), "person"),
        (gettext_lazy("Reference"), "reference"),
    ),
)
TEMPLATES: Final = (FEEDBACK_INVITED,)
