"""Registers the library's viewsets."""

from wagtail.snippets.models import register_snippet

from portal.media_library.admin.viewsets import LibraryGroup

register_snippet(LibraryGroup)
