"""Registers the refusal of deletions that the database would not carry out."""

from portal.common import deletion

__all__ = ["deletion"]
