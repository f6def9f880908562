"""Ending one's sessions; the list of them is allauth's page."""

from django.urls import path

from portal.security import views

app_name = "security"
urlpatterns = [
    path("profile/sessions/end/", views.end_all_sessions, name="end_all_sessions"),
    path("profile/sessions/<int:pk>/end/", views.end_session, name="end_session"),
]
