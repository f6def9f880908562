"""Figures in Wagtail's admin."""
