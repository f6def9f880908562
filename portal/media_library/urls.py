"""Addresses of the library and of its files."""

from django.urls import path

from portal.media_library import views

app_name = "media_library"
urlpatterns = [
    path("library/", views.index, name="index"),
    path("library/<slug:slug>/", views.item, name="item"),
    path("library/<slug:slug>/captions.vtt", views.captions, name="item_captions"),
    path("library/<slug:slug>/playback/", views.playback, name="item_playback"),
    path("media/public/<path:name>", views.public_file, name="item_public_file"),
    path("media/signed/<path:name>", views.signed_file, name="item_signed_file"),
]
