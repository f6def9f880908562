"""Caregivers' addresses about bookings."""

from django.urls import path

from home.views import book, bookings, calendar, cancel, details, feedback, move, notes, search

app_name = "home"
urlpatterns = [
    path("book/", book.book, name="book"),
    path("search/", search.search, name="search"),
    path("dashboard/", bookings.dashboard, name="dashboard"),
    path("calendar/", calendar.settings_page, name="calendar_settings"),
    path("calendar/end/", calendar.end, name="end_calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="feed"),
    path("bookings/<str:reference>/", bookings.detail, name="booking"),
    path("bookings/<str:reference>/cancel/", cancel.cancel, name="cancel"),
    path("bookings/<str:reference>/move/", move.move, name="move"),
    path("bookings/<str:reference>/details/", details.details, name="details"),
    path("bookings/<str:reference>/notes/", notes.notes, name="notes"),
    path("bookings/<str:reference>/feedback/", feedback.feedback, name="feedback"),
    path("bookings/<str:reference>/calendar.ics", bookings.calendar, name="calendar"),
]
