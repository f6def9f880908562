"""E-mails to the people who have a role."""

from collections.abc import Mapping

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.notifications.domain.send import send
from portal.notifications.templates import MessageTemplate


def send_to_role(
    template: MessageTemplate, role: Role, *, context: Mapping[str, str], cause: str, about: str = ""
) -> None:
    """Queue one e-mail to each active member of `role`; `cause` makes it once only. `context` lacks "name"."""
    for user in User.objects.filter(is_active=True, groups__name=role.value):
        send(
            template,
            to=user,
            context={**context, "name": user.first_name or user.email},
            dedupe_key=f"{template.key}:{cause}:{user.pk}",
            about=about,
        )
