"""The e-mail about an account that our team made."""

from typing import Final

from portal.notifications.templates import MessageTemplate

INVITED: Final = MessageTemplate(
    key="account_invited",
    name="Account made by our team",
    sent_when="Our team made an account for a caregiver who called.",
    subject="Your account with us",
    body=(
        "Dear {name},\n\n"
        "As we agreed on the phone, we have made an account for you with this e-mail address.\n\n"
        "To use it, choose a password: open the page below, write your e-mail address, and we send you a link.\n\n"
        "If you did not call us, please tell us, or do nothing: nobody can sign in without the password."
    ),
    button="Choose your password",
    samples={"name": "Amara", "url": "/accounts/password/reset/"},
)
TEMPLATES: Final = (INVITED,)
