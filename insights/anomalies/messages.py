"""The e-mail about what is unusual: its shipped wording and placeholders."""

from typing import Final

from portal.notifications.templates import MessageTemplate

UNUSUAL_FIGURES: Final = MessageTemplate(
    key="unusual_figures",
    name="Unusual figures",
    sent_when="A figure has left its usual range. Once for each finding; to the roles chosen in the settings.",
    subject="Unusual figures: {names}",
    body=(
        "Dear {name},\n\n"
        "These figures are not as usual:\n\n"
        "{findings}\n\n"
        "Each was compared with the same weekday of the weeks before. The dashboard says when they are usual again."
    ),
    button="See the figures",
    samples={
        "name": "Maya",
        "names": "Attempts that fail",
        "findings": (
            "On Tuesday 10 March 31 % of attempts to pay failed; "
            "on the eight Tuesdays before it was between 4 % and 9 %."
        ),
        "url": "/admin/insights/anomalies/",
    },
)
