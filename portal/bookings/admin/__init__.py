"""The coordinator's side of bookings in Wagtail's admin."""
