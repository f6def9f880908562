"""Listings of the admin that are there to look at and to take away: no row is ever edited by hand."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

from portal.common.money import formatted, major
from portal.common.spreadsheets import neutral


class LookOnly(PermissionHelper):
    """Whoever may view may look; nobody adds, changes or deletes."""

    def user_can_list(self, user: AbstractBaseUser) -> bool:
        return bool(self.user_has_specific_permission(user, f"view_{self.opts.model_name}"))

    def user_can_inspect_obj(self, user: AbstractBaseUser, obj: Model) -> bool:
        return self.inspect_view_enabled and self.user_can_list(user)

    def user_can_create(self, user: AbstractBaseUser) -> bool:
        return False

    def user_can_edit_obj(self, user: AbstractBaseUser, obj: Model) -> bool:
        return False

    def user_can_delete_obj(self, user: AbstractBaseUser, obj: Model) -> bool:
        return False


class ListingView(IndexView):  # type: ignore[misc]
    """Its spreadsheet has amounts that can be added up, in major units, and no formulas."""

    custom_value_preprocess: ClassVar[dict[Any, dict[str, Callable[[Any], Any]]]] = {
        **IndexView.custom_value_preprocess,
        str: {IndexView.FORMAT_CSV: neutral, IndexView.FORMAT_XLSX: neutral},
    }

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """As Wagtail's, but zero stays zero, and a choice is its label."""
        return {field: self._value(item, field) for field in self.list_export}

    def _value(self, item: Any, field: str) -> Any:
        owner, _, name = field.rpartition("__")
        for part in owner.split("__") if owner else ():
            item = getattr(item, part, None)
        label = getattr(item, f"get_{name}_display", None)
        value = label() if label else getattr(item, name, None)
        if value is None:
            return ""
        if name in self.model_admin.money_fields:
            return major(value, self.model_admin.currency_of(item))
        return value


class ListingAdmin(ModelAdmin):  # type: ignore[misc]
    """Base of the look-only listings. `money_fields` are in minor units of `currency_of` the row."""

    permission_helper_class = LookOnly
    index_view_class = ListingView
    inspect_view_enabled = True
    history_view_enabled = False  # the audit trail is the history; Wagtail's view asks no permission
    money_fields: ClassVar[frozenset[str]] = frozenset()

    def currency_of(self, row: Any) -> str:
        """Of the row's amounts, lower case."""
        return str(row.currency)

    def shown_amount(self, row: Any) -> str:
        """£11.25."""
        return formatted(row.amount, self.currency_of(row))

    shown_amount.short_description = "Amount"  # type: ignore[attr-defined]
    shown_amount.admin_order_field = "amount"  # type: ignore[attr-defined]
