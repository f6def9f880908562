"""Addresses of the library."""

from django.urls import path

from portal.media_library import views

app_name = "media_library"
urlpatterns = [path("library/", views.index, name="index")]
