"""Formats of dates and times where Django, Wagtail and their packages write them (`FORMAT_MODULE_PATH`)."""
