"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.fields import validate_address
from portal.common import encryption


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff land in the admin, caregivers on their bookings."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if request.user.has_perm("wagtailadmin.access_admin"):
            return reverse("wagtailadmin_home")
        return str(super().get_login_redirect_url(request))

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, str]]:
        """The second factor where one is enrolled: then the password is no way round it."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] != "reauthenticate"] or methods

    def clean_email(self, email: str) -> str:
        """On every way in that allauth has; its forms also refuse what lower case would hide."""
        validate_address(email)
        return email

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """No proof takes an address from an account that signs in with it: accounts are never merged."""
        if _signs_in_another(email_address):
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False
        return bool(super().confirm_email(request, email_address))


def _signs_in_another(address: EmailAddress) -> bool:
    from portal.accounts.models import User  # allauth's models load the adapter

    return User.objects.filter(email=address.email).exclude(pk=address.user_id).exists()


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The seeds of authenticator apps and recovery codes are stored as ciphertext."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)
