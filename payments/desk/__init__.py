"""The care coordinator's desk in Wagtail's admin: the day, the register, bookings by phone, changes of sessions."""
