"""Writes about payments."""
