"""The stylesheets of the organisation's colours."""

from django.urls import path, register_converter

from portal.organisation import views

register_converter(views.ColoursConverter, "colours")
app_name = "organisation"
urlpatterns = [
    path("colours/<colours:chosen>.css", views.stylesheet, name="colours"),
    path("colours/<colours:chosen>/admin.css", views.admin_stylesheet, name="admin_colours"),
]
