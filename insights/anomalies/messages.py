"""The email about anomalies: its shipped wording and placeholders."""

from typing import Final

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from portal.notifications.templates import MessageTemplate

ANOMALIES_FOUND: Final = MessageTemplate(
    key="unusual_figures",
    name=gettext_lazy("Anomalies"),
    sent_when=gettext_lazy(
        "A KPI is outside its usual range. Once for each anomaly, to the roles chosen in the settings."
    ),
    subject=_("Unusual activity: {names}"),
    body=_(
        "Dear {name},\n\n"
        "These KPIs are outside their usual range:\n\n"
        "{findings}\n\n"
        "Each was compared with the same weekday of the previous weeks. The dashboard shows when they are back to "
        "normal."
    ),
    button=_("See the anomalies"),
    samples={
        "name": "Maya",
        "names": "Attempt failure rate",
        "findings": (
            "Tuesday 10 March: 31% of payment attempts failed. On the previous 8 Tuesdays it was between 4% and 9%."
        ),
        "url": "/admin/insights/anomalies/",
    },
)
