"""wagtail.users with our user admin."""

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):  # type: ignore[misc]
    """Wagtail's own way to replace the viewset."""

    user_viewset = "portal.security.admin.users.UserViewSet"
