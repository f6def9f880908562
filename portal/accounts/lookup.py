"""Whose address is it? The one answer for phone bookings, sign-up, password resets and the user admin."""

from allauth.account.models import EmailAddress

from portal.accounts.fields import is_plain
from portal.accounts.models import User


def find_user(address: str) -> User | None:
    """The account that `address` belongs to, closed ones too: proven by a link first, else the account's own.

    An address that somebody added to their account and never proved leads nowhere.
    """
    address = address.strip()
    if not is_plain(address):
        return None
    address = address.lower()
    proven = EmailAddress.objects.filter(email=address, verified=True).select_related("user").first()
    return proven.user if proven else User.objects.filter(email=address).first()


def addresses_of(user: User) -> set[str]:
    """Every address of the account, proven or not."""
    return {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
