"""What the contact form asks, and what becomes of it."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from home.messages import CONTACT_RECEIVED
from home.models.contact import ContactMessage
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.notifications.domain.send import send_to_role


class ContactForm(forms.Form):
    """`website` is for programs that fill in everything: people do not see it."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        error_messages={"required": _("Enter your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,  # as the message keeps it
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Enter an email address in the correct format, like name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    message = forms.CharField(
        label=_("Your message"),
        max_length=4000,
        help_text=_("Please leave out health details: we’ll ask for what we need."),
        error_messages={"required": _("Enter your message.")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        known = {"name": user.get_full_name(), "email": user.email} if isinstance(user, User) else {}
        super().__init__(*args, **{"initial": known, **kwargs})


@transaction.atomic
def receive(cleaned: dict[str, str]) -> ContactMessage | None:
    """Keep the message and mail it to the coordinators; what a program filled in is thrown away (None)."""
    values = dict(cleaned)
    if values.pop("website"):
        return None
    kept = ContactMessage.objects.create(**values)
    about = f"contact:{kept.pk}"
    context = {"sender": kept.name, "email": kept.email, "phone": kept.phone, "message": kept.message}
    send_to_role(
        CONTACT_RECEIVED,
        Role.COORDINATOR,
        context={**context, "url": f"/admin/snippets/home/contactmessage/edit/{kept.pk}/"},
        cause=str(kept.pk),
        about=about,
    )
    return kept
