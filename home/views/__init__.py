"""Caregivers' pages about bookings. Somebody else's booking is a 404."""
