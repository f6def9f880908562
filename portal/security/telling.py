"""Who is told by email when somebody adds or removes an address; allauth's adapter tells of everything else."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, email_removed
from django.dispatch import receiver
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.security.account_mail import tell


@receiver(email_added, dispatch_uid="security.tell_added")
def tell_of_added_address(user: User, **kwargs: Any) -> None:
    """The account's own address hears of each further one."""
    tell(user, _("An email address has been added to your account. It has to be confirmed before it can be used."))


@receiver(email_removed, dispatch_uid="security.tell_removed")
def tell_removed_address(user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    """allauth tells the account's own address; one that was somebody's and is taken off is told, too."""
    if email_address.verified:
        tell(user, _("This email address has been removed from your account."), address=email_address.email)
