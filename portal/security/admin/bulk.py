"""Wagtail's bulk actions on users, under the user admin's rules. They replace Wagtail's, by name."""

from typing import Any

from django.forms import Form
from wagtail.users.views import bulk_actions

from portal.accounts.models import User
from portal.security.admin.policy import POLICY, givable_roles, may_give_roles


class AssignRole(bulk_actions.AssignRoleBulkAction):  # type: ignore[misc]
    """A role to colleagues, not to oneself, nor to a superuser."""

    def check_perm(self, obj: User) -> bool:
        allowed = POLICY.user_has_permission_for_instance(self.request.user, "change", obj)
        return allowed and may_give_roles(self.request.user, obj)

    def get_form(self, form_class: type[Form] | None = None) -> Form:
        form: Form = super().get_form(form_class)
        form.fields["role"].queryset = givable_roles(self.request.user)  # type: ignore[attr-defined]
        return form


class SetActiveState(bulk_actions.SetActiveStateBulkAction):  # type: ignore[misc]
    """Close accounts, or open them again: one by one, so that each is logged."""

    def check_perm(self, obj: User) -> bool:
        return bool(POLICY.user_has_permission_for_instance(self.request.user, "change", obj))

    @classmethod
    def execute_action(
        cls, objects: list[User], mark_as_active: bool = False, user: User | None = None, **kwargs: Any
    ) -> tuple[int, int]:
        others = [account for account in objects if user is None or account.pk != user.pk]
        for account in others:
            account.is_active = mark_as_active
            account.save(update_fields=["is_active"])
        return len(others), 0


class Delete(bulk_actions.DeleteBulkAction):  # type: ignore[misc]
    """As Wagtail's, which asks about superusers; and about the permission to change them, as everything here."""

    def check_perm(self, obj: User) -> bool:
        allowed = POLICY.user_has_permission_for_instance(self.request.user, "delete", obj)
        return bool(allowed and super().check_perm(obj))
