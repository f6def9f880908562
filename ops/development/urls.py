"""The portal's addresses, and the debug toolbar's."""

from debug_toolbar.toolbar import debug_toolbar_urls

from portal.urls import handler400, handler403, handler404, handler429, handler500
from portal.urls import urlpatterns as of_the_portal

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]
urlpatterns = [*debug_toolbar_urls(), *of_the_portal]
