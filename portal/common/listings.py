"""Listings of the admin that are there to look at and to take away: no row is ever edited by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.contrib.admin import DateFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

from portal.common.admin_page import breadcrumbs
from portal.common.clock import midnight
from portal.common.money import EXPONENTS, formatted, major

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(text: str) -> str:
    """`text` with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


class DaysFilter(DateFieldListFilter):
    """Django's usual periods, and any days of the reporting time zone: `field__gte=2026-03-10&field__lt=2026-03-12`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.date_params and all(len(value) == len("2026-03-10") for value in self.date_params.values()):
            self.used_parameters = {name: [_midnight(value)] for name, value in self.date_params.items()}
            name = _named(self.date_params, self.lookup_kwarg_since, self.lookup_kwarg_until)
            chosen: dict[str, Any] = {**self.date_params}
            self.links = (*self.links, (name, chosen))


def _midnight(text: str) -> Any:
    try:
        return midnight(date.fromisoformat(text))
    except ValueError as error:
        raise IncorrectLookupParameters(error) from error


def _named(days: dict[str, str], since: str, until: str) -> str:
    return " ".join(f"{word} {days[name]}" for word, name in (("From", since), ("before", until)) if name in days)


class ReadOnlyPermissionHelper(PermissionHelper):
    """Read-only for users with the view permission."""

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
        str: {IndexView.FORMAT_CSV: escape_formula, IndexView.FORMAT_XLSX: escape_formula},
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            messages.warning(request, "That filter is none of this list. Everything is shown instead.")
            return redirect(self.index_url)
        return response

    def get_filters(self, request: HttpRequest) -> tuple[Any, ...]:
        """Only the filters that are offered: another lookup could ask for what nobody may see (a password's hash)."""
        found: tuple[Any, ...] = super().get_filters(request)
        if found[2]:
            raise IncorrectLookupParameters
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        title = str(self.get_page_title())
        return context | {"breadcrumbs_items": breadcrumbs(title), "active_filters": self._active_filters()}

    def _active_filters(self) -> list[str]:
        """What the filters are set to, in words; the first choice of each means "all"."""
        return [
            f"{spec.title} {choice['display']}".lower()
            for spec in self.filter_specs
            for choice in list(spec.choices(self))[1:]
            if choice["selected"]
        ]

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
        currency = self.model_admin.currency_of(item) if name in self.model_admin.money_fields else ""
        return major(value, currency) if currency in EXPONENTS else value


class ListingAdmin(ModelAdmin):  # type: ignore[misc]
    """Base of the look-only listings. `money_fields` are in minor units of `currency_of` the row."""

    permission_helper_class = ReadOnlyPermissionHelper
    index_view_class = ListingView
    index_template_name = "portal/admin/listing.html"
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
