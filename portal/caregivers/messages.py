"""Emails about an account: that our team made it, and that it is about to be erased."""

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
UNUSED: Final = MessageTemplate(
    key="account_unused",
    name="Account about to be erased",
    sent_when="A month before an account that nobody has used for a long time is erased.",
    subject="We're about to erase your account",
    body=(
        "Dear {name},\n\n"
        "You haven't used your account with us for a long time. We'll erase it, with everything we keep about you, "
        "on {date}.\n\n"
        "If you'd like to keep it, sign in before then. Otherwise you don't need to do anything."
    ),
    button="Sign in and keep my account",
    samples={"name": "Amara", "date": "1 March 2027", "url": "/accounts/login/"},
)
TEMPLATES: Final = (INVITED, UNUSED)
