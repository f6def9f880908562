"""Caregivers' addresses about bookings."""

from django.urls import path

from home.views import book, bookings, cancel, move

app_name = "home"
urlpatterns = [
    path("book/", book.book, name="book"),
    path("dashboard/", bookings.dashboard, name="dashboard"),
    path("bookings/<str:reference>/", bookings.detail, name="booking"),
    path("bookings/<str:reference>/cancel/", cancel.cancel, name="cancel"),
    path("bookings/<str:reference>/move/", move.move, name="move"),
    path("bookings/<str:reference>/calendar.ics", bookings.calendar, name="calendar"),
]
