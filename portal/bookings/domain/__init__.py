"""Writes about bookings."""
