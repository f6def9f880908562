"""Forms of the user admin."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm as WagtailCreationForm
from wagtail.users.forms import UserEditForm as WagtailEditForm

from portal.accounts.fields import validate_address
from portal.accounts.lookup import find_user
from portal.accounts.models import User
from portal.security.admin.policy import givable_roles, may_give_roles
from portal.security.second_factor import ResetReason

TAKEN = _("Another account already uses this email address.")


class UserFormMixin:
    """What both forms ask; `by` is who fills it in."""

    field_order = ("email", "first_name", "last_name", "groups", "is_active", "is_superuser")  # Wagtail's is a set

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.error_messages = {**self.error_messages, "duplicate_username": TAKEN}  # type: ignore[has-type]
        self.fields["email"].validators.append(validate_address)  # type: ignore[attr-defined]
        self.fields["first_name"].label = _("First name")  # type: ignore[attr-defined]
        self.fields["last_name"].label = _("Last name")  # type: ignore[attr-defined]
        if not by.is_superuser:
            self.fields.pop("is_superuser", None)  # type: ignore[attr-defined]
        elif "is_superuser" in self.fields:  # type: ignore[attr-defined]
            self.fields["is_superuser"].label = _("Superuser")  # type: ignore[attr-defined]
            self.fields["is_superuser"].help_text = _(  # type: ignore[attr-defined]
                "May do everything, whatever their roles. For emergencies."
            )
        if may_give_roles(by, self.instance):  # type: ignore[attr-defined]
            self.fields["groups"].queryset = givable_roles(by)  # type: ignore[attr-defined]
            self.fields["groups"].label = _("Roles")  # type: ignore[attr-defined]
            self.fields["groups"].help_text = _("What this person does here.")  # type: ignore[attr-defined]
        else:
            del self.fields["groups"]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()  # type: ignore[attr-defined]
        owner = find_user(email)
        if owner is not None and owner.pk != self.instance.pk:  # type: ignore[attr-defined]
            raise ValidationError(TAKEN)
        return email

    def clean_groups(self) -> list[Group]:
        """The chosen roles, and those groups of the person that `by` may neither give nor take."""
        chosen = list(self.cleaned_data["groups"])  # type: ignore[attr-defined]
        user: User = self.instance  # type: ignore[attr-defined]
        untouched = user.groups.exclude(pk__in=givable_roles(self.by)) if user.pk else Group.objects.none()
        return [*chosen, *untouched]


class UserCreationForm(UserFormMixin, WagtailCreationForm):  # type: ignore[misc]
    """A new colleague."""


class UserEditForm(UserFormMixin, WagtailEditForm):  # type: ignore[misc]
    """Details, roles, and whether the account is open. One's own address is changed, and proven, as everybody's is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        editing_self = kwargs.get("editing_self", False)
        super().__init__(*args, **kwargs)
        if "is_active" in self.fields:  # Wagtail takes it away from one's own form
            self.fields["is_active"].help_text = _("Untick to close the account. Nobody can then sign in with it.")
        if editing_self:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _("Change your own address on your account’s pages.")


class ResetFactorForm(forms.Form):
    """Why the second factor is reset."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=ResetReason.choices,
        widget=forms.RadioSelect,
        help_text=_("First make sure who is asking: in person, or by a number you know."),
        error_messages={"required": _("Choose a reason.")},
    )
