from django.apps import AppConfig


class MediaLibraryConfig(AppConfig):
    name = "portal.media_library"
    label = "media_library"
