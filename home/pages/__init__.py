"""Wagtail pages: their fields, blocks and caching."""
