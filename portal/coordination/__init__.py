"""Care coordinators' pages in Wagtail's admin: the day, attendance, bookings by phone, changes of sessions."""
