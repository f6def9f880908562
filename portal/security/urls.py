"""Invitations, and ending one's sessions; the list of sessions is allauth's page."""

from django.urls import path

from portal.security import views
from portal.security.invitation_views import invitation

app_name = "security"
urlpatterns = [
    path("accounts/invitation/<str:token>/", invitation, name="invitation"),
    path("profile/sessions/end/", views.end_all_sessions, name="end_all_sessions"),
    path("profile/sessions/<int:pk>/end/", views.end_session, name="end_session"),
]
