"""Registers the user admin's bulk actions, after Wagtail's of the same names."""

from wagtail import hooks

from portal.security.admin.bulk import AssignRole, Delete, SetActiveState

for action in (AssignRole, SetActiveState, Delete):
    hooks.register("register_bulk_action", action, order=100)
