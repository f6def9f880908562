"""The caregiver's pages about bookings and money. Somebody else's booking is a 404."""
