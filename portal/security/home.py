"""What waits for administrators, on the admin's home page: colleagues who sign in with a password alone."""

from typing import Final

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.roles import STAFF_ROLES
from portal.common.home_panel import Task, TaskPanel

SHOWN: Final = 5


class SecondStepPanel(TaskPanel):
    """Whoever may open the admin, by name; a superuser only for superusers, who alone may open their page."""

    order = 130
    key = "second-step"
    heading = _("Colleagues without a second step")
    nothing = _("Everyone who may open the admin signs in with a second step.")

    def tasks(self) -> list[Task]:
        people = User.groups.through.objects.filter(group__name__in=[role.value for role in STAFF_ROLES])
        staff = people.values("user_id")
        without = User.objects.filter(is_active=True)
        if self.request.user.is_superuser:
            staff = staff.union(User.objects.filter(is_superuser=True).values("pk"))
        else:
            without = without.filter(is_superuser=False)
        factors = Authenticator.objects.filter(
            user=OuterRef("pk"), type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        )
        without = without.filter(~Exists(factors), pk__in=staff)
        users = list(without.order_by("first_name", "last_name", "pk")[: SHOWN + 1])
        tasks = [Task(str(user), reverse("wagtailusers_users:edit", args=[user.pk])) for user in users[:SHOWN]]
        if len(users) > SHOWN:
            tasks.append(Task(gettext("All users"), reverse("wagtailusers_users:index")))
        return tasks
