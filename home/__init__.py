"""Wagtail pages and blocks: fields, panels, page rules."""
