"""The user admin: nobody becomes a superuser or touches one, colleagues are invited, addresses stay in step.

What changes is written to the security log and the audit trail by the signals in `portal.security.receivers`.
"""

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button
from wagtail.users.views import users

from portal.accounts import reauthentication
from portal.accounts.models import User
from portal.accounts.search import matching_users
from portal.audit.admin_views import StaffView
from portal.common.listings import BoundedPaginator, YesNoColumn
from portal.common.search import MOST_FAMILIES, Term
from portal.security.account_mail import correct_address
from portal.security.admin.forms import ResetFactorForm, UserCreationForm, UserEditForm
from portal.security.admin.policy import POLICY
from portal.security.invitations import invite_colleague
from portal.security.second_factor import ResetReason, may_reset, reset_for_colleague

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class RecentAuthenticationMixin:
    """Who changes an account proves who they are, as for money; what they typed stands in the form again."""

    request: Any  # typed by the views, which are Wagtail's

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = reauthentication.reauthenticate_first(request)
        return response or super().post(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        typed = reauthentication.typed(self.request)
        return {**kwargs, "data": typed} if typed else kwargs


def roles_of(user: User) -> str:
    """The account's roles, and that it may do everything."""
    names = sorted(group.name for group in user.groups.all())
    return ", ".join([*names, _("Superuser")] if user.is_superuser else names)


class IndexView(users.IndexView):  # type: ignore[misc]
    """Searches further addresses, too; a superuser's row leads nowhere for others. Accounts are changed one by one."""

    paginator_class = BoundedPaginator
    add_item_label = gettext_lazy("Invite a colleague")

    def get_base_queryset(self) -> QuerySet[User]:
        factors = Authenticator.objects.filter(
            user=OuterRef("pk"), type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        )
        accounts: QuerySet[User] = super().get_base_queryset()
        return accounts.annotate(has_second_step=Exists(factors)).prefetch_related("groups")

    def search_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        if not self.is_searching:
            return queryset
        everybody = User.objects.all()
        found = matching_users(Term.of(self.search_query), everybody, limit=MOST_FAMILIES)
        return queryset.filter(pk__in=found.keys)

    @cached_property
    def is_searchable(self) -> bool:
        return bool(self.index_results_url)

    @cached_property
    def columns(self) -> list[Column]:
        """Wagtail's name, address and dates, with what the account may do and how it is kept safe."""
        columns = {column.name: column for column in super().columns}
        columns[User.USERNAME_FIELD].label = gettext_lazy("Email")
        columns["last_login"].label = gettext_lazy("Last sign-in")
        return [
            columns["name"],
            columns[User.USERNAME_FIELD],
            Column("roles", accessor=roles_of, label=gettext_lazy("Roles")),
            YesNoColumn("has_second_step", label=gettext_lazy("Second step")),
            YesNoColumn("is_active", label=gettext_lazy("Account open"), sort_key="is_active"),
            columns["last_login"],
        ]

    def get_edit_url(self, instance: User) -> str | None:
        allowed = POLICY.user_has_permission_for_instance(self.request.user, "change", instance)
        return super().get_edit_url(instance) if allowed else None


class CreateView(RecentAuthenticationMixin, users.CreateView):  # type: ignore[misc]
    """A new colleague is invited by email and chooses the password."""

    page_title = gettext_lazy("Invite a colleague")
    submit_button_label = gettext_lazy("Send the invitation")
    success_message = gettext_lazy("%(object)s has been invited by email.")

    def get_page_subtitle(self) -> str:
        return str(self.page_title)

    def get_header_title(self) -> str:
        return str(self.page_title)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    @transaction.atomic
    def save_instance(self) -> User:
        user: User = super().save_instance()
        invite_colleague(user)
        return user


class EditView(RecentAuthenticationMixin, users.EditView):  # type: ignore[misc]
    """Details and roles of somebody that one may change."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.former_email = self.object.email

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.user_has_permission_for_instance("change", self.object):
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    @transaction.atomic
    def save_instance(self) -> User:
        user: User = super().save_instance()
        if user.email != self.former_email:
            correct_address(user, former=self.former_email)
        return user

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_more_buttons
        user: User = self.object
        if user.is_active and not user.has_usable_password():
            url = reverse("wagtailusers_users:invite", args=[user.pk])
            buttons.append(Button(_("Send the invitation again"), url=url, icon_name="mail", priority=40))
        if may_reset(self.request.user, user):
            url = reverse("wagtailusers_users:reset_factor", args=[user.pk])
            buttons.append(Button(_("Reset the second step"), url=url, icon_name="key", priority=50))
        return buttons


class DeleteView(RecentAuthenticationMixin, users.DeleteView):  # type: ignore[misc]
    """An account that nothing needs."""


class UserActionView(StaffView, FormView[forms.Form]):
    """A page that does one thing to one account, after a question."""

    needs_recent_authentication = True
    template_name = "security/admin/user_action.html"
    header_icon = "user"
    form_class = forms.Form
    button: "StrOrPromise" = ""
    explanation: "StrOrPromise" = ""
    _show_breadcrumbs = True

    def setup(self, request: HttpRequest, *args: Any, user_id: int, **kwargs: Any) -> None:
        super().setup(request, *args, user_id=user_id, **kwargs)
        self.account = get_object_or_404(User, pk=user_id)

    def get_initial(self) -> dict[str, Any]:
        typed = reauthentication.typed(self.request)
        return typed.dict() if typed else {}

    def is_allowed(self) -> bool:
        """Whether the person signed in may do it to this account."""
        return POLICY.user_has_permission_for_instance(self.staff, "change", self.account)

    @property
    def staff(self) -> User:
        """Who does it."""
        assert isinstance(self.request.user, User)  # the admin is behind sign-in
        return self.request.user

    def get_page_subtitle(self) -> str:
        return str(self.account)

    def get_parents(self) -> list[tuple[str, str]]:
        return [(reverse("wagtailusers_users:index"), _("Users")), (self.back, str(self.account))]

    @property
    def back(self) -> str:
        """The account's page."""
        return reverse("wagtailusers_users:edit", args=[self.account.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            **context,
            submit_button_label=self.button,
            explanation=self.explanation,
            account=self.account,
            back=self.back,
        )

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.page(status=422, form=form)


class ResendInvitationView(UserActionView):
    """The invitation again, to somebody who has no password yet; the former link stops working."""

    page_title = gettext_lazy("Send the invitation again")
    button = gettext_lazy("Send the invitation")
    explanation = gettext_lazy("We’ll email a new link for choosing a password. Links sent before stop working.")

    def is_allowed(self) -> bool:
        return super().is_allowed() and self.account.is_active and not self.account.has_usable_password()

    def form_valid(self, form: forms.Form) -> HttpResponse:
        invite_colleague(self.account)
        messages.success(self.request, _("%(user)s has been invited by email.") % {"user": self.account})
        return redirect(self.back)


class ResetFactorView(UserActionView):
    """A colleague's second factor is lost."""

    page_title = gettext_lazy("Reset the second step")
    form_class = ResetFactorForm
    button = gettext_lazy("Reset the second step")
    explanation = gettext_lazy(
        "Their app, passkeys and recovery codes stop working, and they’re signed out everywhere. "
        "They’re told by email, and set up a new second step when they next sign in."
    )

    def is_allowed(self) -> bool:
        return super().is_allowed() and may_reset(self.staff, self.account)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        reset_for_colleague(self.account, by=self.staff, reason=ResetReason(form.cleaned_data["reason"]))
        messages.success(self.request, _("The second step of %(user)s has been reset.") % {"user": self.account})
        return redirect(self.back)


class UserViewSet(users.UserViewSet):  # type: ignore[misc]
    """Wagtail's, without passwords and without copies (a copy of a superuser is one)."""

    permission_policy = POLICY
    copy_view_enabled = False
    index_view_class = IndexView
    index_template_name = "wagtailadmin/generic/index.html"  # Wagtail's own adds actions on many rows
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = DeleteView
    create_template_name = "wagtailadmin/generic/create.html"
    edit_template_name = "wagtailadmin/generic/edit.html"

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return UserEditForm if for_update else UserCreationForm

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:user_id>/invitation/", ResendInvitationView.as_view(), name="invite"),
            path("<int:user_id>/second-step/", ResetFactorView.as_view(), name="reset_factor"),
        ]
