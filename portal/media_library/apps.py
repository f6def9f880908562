from django.apps import AppConfig


class MediaLibraryConfig(AppConfig):
    name = "portal.media_library"
    label = "media_library"

    def ready(self) -> None:
        from portal.media_library import purge, receivers  # noqa: F401
