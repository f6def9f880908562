"""Who may change whom, and which roles they may give: the same for every view of the user admin."""

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from portal.accounts.models import User
from portal.accounts.roles import Role


class UserPolicy(ModelPermissionPolicy):  # type: ignore[misc]
    """Only superusers touch a superuser."""

    def user_has_permission_for_instance(self, user: User, action: str, instance: User) -> bool:
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def user_has_any_permission_for_instance(self, user: User, actions: Any, instance: User) -> bool:
        if instance.is_superuser and not user.is_superuser:
            return False
        return bool(self.user_has_any_permission(user, actions))


POLICY = UserPolicy(User)


def givable_roles(by: User) -> QuerySet[Group]:
    """Superusers give every group; others the portal's roles, not a group that a superuser made for something else."""
    groups = Group.objects.order_by("name")
    return groups if by.is_superuser else groups.filter(name__in=[role.value for role in Role])


def may_give_roles(by: User, user: User) -> bool:
    """Nobody gives themselves a role; a superuser has every permission anyway."""
    return by.is_superuser or (by.pk != user.pk and not user.is_superuser)
