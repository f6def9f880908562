"""The counters of our limits."""

from django.db import models


class LimitCounter(models.Model):
    """How many tries of one kind came from one client or for one account since the first of them.

    `key` is a keyed hash: the table holds no address of a person and none of a client. A row whose time is over counts
    as nothing; beat sweeps it away.
    """

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} until {self.expires_at:%H:%M:%S}"
