"""The dashboard in Wagtail's admin."""
