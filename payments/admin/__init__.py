"""Finance's side of payments in Wagtail's admin."""
