"""The person who signs in, by email address."""

from typing import Any, ClassVar, Final

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.accounts.fields import AddressField, normal_address, validate_name

ERASED_DOMAIN: Final = "erased.invalid"


class UserManager(DjangoUserManager["User"]):
    """Makes users by email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        """A user who signs in with `email`; an unusable password when none is given.

        Raises ValidationError for an address that cannot be anybody's.
        """
        user = self.model(email=normal_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":  # type: ignore[override]
        """An administrator with every permission."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=username or "")


class User(AbstractUser):
    """Somebody with an account: caregiver or staff. What they may do comes from their groups (roles)."""

    username = None  # type: ignore[assignment]
    first_name = models.CharField(_("first name"), max_length=150, blank=True, validators=[validate_name])
    last_name = models.CharField(_("last name"), max_length=150, blank=True, validators=[validate_name])
    email = AddressField(
        _("email address"),
        unique=True,
        error_messages={"unique": _("Another account already uses this email address.")},
    )
    visitor_key = models.CharField(
        max_length=32,
        blank=True,
        db_default="",
        editable=False,
        help_text="Random, while the person allows that visits are linked.",
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        # For the release before, which did not store every address in lower case; the next release drops it.
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_case_insensitive"),)
        indexes = (models.Index(fields=["id"], condition=models.Q(is_superuser=True), name="user_superusers"),)

    @property
    def is_erased(self) -> bool:
        """Whether the person asked to be forgotten: the address leads nowhere."""
        return self.email.endswith(f"@{ERASED_DOMAIN}")

    def __str__(self) -> str:
        return self.get_full_name() or self.email
