"""Addresses of the caregiver's own pages."""

from django.urls import path

from portal.caregivers import views

app_name = "caregivers"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/add/", views.add_person, name="add_person"),
    path("people/<int:pk>/", views.edit_person, name="edit_person"),
    path("people/<int:pk>/remove/", views.remove_person, name="remove_person"),
    path("profile/", views.profile, name="profile"),
    path("profile/your-data/", views.your_data, name="your_data"),
    path("profile/your-data/visits/", views.link_visits, name="link_visits"),
    path("profile/your-data/download/", views.download_data, name="download_data"),
]
