"""The base of every list of ours in the admin, for five million rows.

What all share: a search through one condition, by index; a count that stops at ten thousand; a spreadsheet that is
written row by row. `ListingAdmin` is for ledgers that are there to look at, `SearchedIndexView` for Wagtail's viewsets.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views import snippets
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.helpers.search import BaseSearchHandler
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

from portal.common.admin_page import breadcrumbs
from portal.common.money import EXPONENTS, formatted, major
from portal.common.search import Term
from portal.common.status_tags import status_tag

MOST_COUNTED: Final = 10_000
Condition = Callable[[Term, Any], Q]  # what was typed, and who typed it


class ReadOnlyPolicy(ModelPermissionPolicy):  # type: ignore[misc]
    """Read-only for users with the view permission, superusers included: the domain adds, changes and deletes."""

    actions: ClassVar[tuple[str, ...]] = ("view",)

    def user_has_permission(self, user: AbstractBaseUser, action: str) -> bool:
        return action in self.actions and bool(super().user_has_permission(user, action))

    def user_has_any_permission(self, user: AbstractBaseUser, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class YesNoColumn(Column):
    """Yes or No, where Wagtail's own column has an icon that is read out as True or False."""

    def get_value(self, instance: Any) -> str:
        return _("Yes") if super().get_value(instance) else _("No")


class ReadOnlyPermissionHelper(PermissionHelper):
    """The same for wagtail-modeladmin's listings."""

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


class BoundedPaginator(WagtailPaginator):  # type: ignore[misc]
    """Counts up to ten thousand, which is quick in any table, and pages through as many."""

    @cached_property
    def counted(self) -> int:
        """One more than `MOST_COUNTED` when there are more."""
        rows = self.object_list
        return rows.order_by()[: MOST_COUNTED + 1].count() if isinstance(rows, QuerySet) else len(rows)

    @cached_property
    def count(self) -> int:
        return min(self.counted, MOST_COUNTED)

    @cached_property
    def items_count_label(self) -> str:
        if self.counted <= MOST_COUNTED:
            return str(super().items_count_label)
        number = number_format(MOST_COUNTED, force_grouping=True)
        return _("More than %(number)s %(things)s") % {"number": number, "things": self.verbose_name_plural}


class _RowByRow:
    """A queryset that keeps none of the rows that it has given; each thousand is `prepared` first."""

    def __init__(self, rows: QuerySet[Any], prepared: Callable[[list[Any]], list[Any]]) -> None:
        self.rows, self.model, self.prepared = rows, rows.model, prepared

    def __iter__(self) -> Iterator[Any]:
        rows = self.rows.iterator(chunk_size=1000)
        while chunk := list(islice(rows, 1000)):
            yield from self.prepared(chunk)


class RowByRowMixin:
    """Spreadsheets in constant memory, however many rows."""

    def prepared(self, rows: list[Any]) -> list[Any]:
        """For subclasses: what some rows need together, such as names of what they are about."""
        return rows

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> HttpResponseBase:
        rows = _RowByRow(queryset, self.prepared)
        response: HttpResponseBase = super().as_spreadsheet(rows, spreadsheet_format)  # type: ignore[misc]
        return response


class SearchedIndexView(RowByRowMixin, snippets.IndexView):  # type: ignore[misc]
    """The list of a viewset whose table grows; `condition` is what the search box asks for."""

    condition: Condition
    paginator_class = BoundedPaginator
    results_template_name = "portal/admin/index_results.html"

    @cached_property
    def is_searchable(self) -> bool:
        return bool(self.index_results_url)

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.is_searching:
            return queryset
        return queryset.filter(type(self).condition(Term.of(self.search_query), self.request.user))


class TermSearch(BaseSearchHandler):  # type: ignore[misc]
    """The same for wagtail-modeladmin's listings."""

    def __init__(self, condition: Condition, user: Any) -> None:
        super().__init__(())
        self.condition, self.user = condition, user
        self.terms: dict[str, Term] = {}  # the listing asks twice, and a term keeps what was found for it

    def search_queryset(self, queryset: QuerySet[Any], search_term: str, **kwargs: Any) -> QuerySet[Any]:
        term = self.terms.setdefault(search_term, Term.of(search_term))
        return queryset.filter(self.condition(term, self.user)) if term else queryset


class ListingView(RowByRowMixin, IndexView):  # type: ignore[misc]
    """Its spreadsheet has amounts that can be added up, in major units."""

    paginator_class = BoundedPaginator

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            messages.warning(request, _("That filter isn’t available here, so everything is shown."))
            return redirect(self.index_url)
        return response

    def get_filters(self, request: HttpRequest) -> tuple[Any, ...]:
        """Only the filters that are offered: another lookup could ask for what nobody may see (a password's hash)."""
        filters: tuple[Any, ...] = super().get_filters(request)
        if filters[2]:
            raise IncorrectLookupParameters
        return filters

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.get_queryset(self.request)
        paginator = self.paginator_class(rows, self.items_per_page)
        page = paginator.get_page(self.page_num or 1)
        page.object_list = self.prepared(list(page.object_list))
        title = str(self.get_page_title())
        context: dict[str, Any] = {
            "view": self,
            "all_count": paginator.count or self.get_base_queryset().exists(),
            "result_count": paginator.count,
            "paginator": paginator,
            "page_obj": page,
            "elided_page_range": paginator.get_elided_page_range(page.number),
            "object_list": page.object_list,
            "show_search": self.search_handler.show_search_form,
            "breadcrumbs_items": breadcrumbs(title),
            "active_filters": self._active_filters(),
        }
        # not the package's own, which counts the table, whole, twice
        return {**super(IndexView, self).get_context_data(), **context, **kwargs}

    def _active_filters(self) -> list[str]:
        """What the filters are set to, in words; the first choice of each means "all"."""
        return [
            f"{spec.title} {choice['display']}".lower()
            for spec in self.filter_specs
            for choice in list(spec.choices(self))[1:]
            if choice["selected"]
        ]

    def get_heading(self, queryset: Any, field: str) -> str:
        """The field's label as it is written: the package's own writes Stripe Id."""
        return capfirst(str(label_for_field(field, self.model, self.model_admin)))

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """As Wagtail's, but zero stays zero, and a choice is its label."""
        return {field: self._value(item, field) for field in self.list_export}

    def _value(self, item: Any, field: str) -> Any:
        owner, _dot, name = field.rpartition("__")
        for part in owner.split("__") if owner else ():
            item = getattr(item, part, None)
        label = getattr(item, f"get_{name}_display", None)
        value = label() if label else getattr(item, name, None)
        if value is None:
            return ""
        currency = self.model_admin.currency_of(item) if name in self.model_admin.money_fields else ""
        return major(value, currency) if currency in EXPONENTS else value


class ListingAdmin(ModelAdmin):  # type: ignore[misc]
    """Base of the look-only listings. `money_fields` are in minor units of `currency_of` the row.

    `condition` is what the search box asks for.
    """

    permission_helper_class = ReadOnlyPermissionHelper
    index_view_class = ListingView
    index_template_name = "portal/admin/listing.html"
    inspect_view_enabled = True
    history_view_enabled = False  # the audit trail is the history; Wagtail's view asks no permission
    money_fields: ClassVar[frozenset[str]] = frozenset()
    condition: Condition

    def get_search_handler(self, request: HttpRequest, search_fields: Any = None) -> TermSearch:
        return TermSearch(type(self).condition, request.user)

    def currency_of(self, row: Any) -> str:
        """Of the row's amounts, lower case."""
        return str(row.currency)

    def state(self, row: Any) -> SafeString:
        """The status in its tag."""
        return status_tag(row)

    state.short_description = gettext_lazy("Status")  # type: ignore[attr-defined]
    state.admin_order_field = "status"  # type: ignore[attr-defined]

    def shown_amount(self, row: Any) -> str:
        """£11.25."""
        return formatted(row.amount, self.currency_of(row))

    shown_amount.short_description = gettext_lazy("Amount")  # type: ignore[attr-defined]
    shown_amount.admin_order_field = "amount"  # type: ignore[attr-defined]
