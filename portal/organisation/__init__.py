"""The organisation behind the site: what pages, emails and papers say of it and how they look, kept by editors."""
