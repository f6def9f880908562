"""The refusal of an upload."""


class Refused(Exception):
    """The library does not take the file; the message says why and what to do."""
