"""The portal's WSGI application with its addresses loaded: workers forked from it are warm."""

from django.urls import get_resolver

from portal.wsgi import application

__all__ = ["application"]
assert get_resolver().url_patterns
