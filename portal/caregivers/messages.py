"""Emails about an account: that our team made it, and that it is about to be erased."""

from typing import Final

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from portal.notifications.templates import MessageTemplate

INVITED: Final = MessageTemplate(
    key="account_invited",
    name=gettext_lazy("Account created by our team"),
    sent_when=gettext_lazy("Our team created an account for a caregiver who called."),
    subject=_("Your account with us"),
    body=_(
        "Dear {name},\n\n"
        "As we agreed on the phone, we’ve created an account for you with this email address.\n\n"
        "To use it, choose a password: open the page below and enter your email address. We’ll send you a link.\n\n"
        "If you didn’t call us, please let us know. You can also ignore this email: nobody can sign in without the "
        "password."
    ),
    button=_("Choose your password"),
    samples={"name": "Amara", "url": "/accounts/password/reset/"},
)
UNUSED: Final = MessageTemplate(
    key="account_unused",
    name=gettext_lazy("Account about to be erased"),
    sent_when=gettext_lazy("A month before an account that nobody has used for a long time is erased."),
    subject=_("We’re about to erase your account"),
    body=_(
        "Dear {name},\n\n"
        "You haven’t used your account with us for a long time. We’ll erase it, with everything we keep about you, "
        "on {date}.\n\n"
        "If you’d like to keep it, sign in before then. Otherwise you don’t need to do anything."
    ),
    button=_("Sign in and keep my account"),
    samples={"name": "Amara", "date": "1 March 2027", "url": "/accounts/login/"},
)
TEMPLATES: Final = (INVITED, UNUSED)
