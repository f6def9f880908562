"""An administrator corrects somebody's address."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.security.account_mail import tell


@transaction.atomic
def correct_address(user: User, *, former: str) -> None:
    """Make the account's (new) address its one primary address, take the former one off, and tell both.

    The new one counts as proven only if its owner proved it before; else they confirm it when they next sign in. The
    former one was wrong, so it opens nothing any more. Neither email names the other address.
    """
    EmailAddress.objects.filter(user=user, email=former).delete()
    EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True})
    tell(user, _("Our team has taken this email address off your account. We now use another one."), address=former)
    tell(user, _("Our team has made this the email address of your account. Confirm it when you next sign in."))
