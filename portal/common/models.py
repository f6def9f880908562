"""What an installation remembers of its own setting up."""

from django.db import models
from django.db.models.functions import Now


class SetupStep(models.Model):
    """A step of `bootstrap_site` that was done: it is not done again, so what people change afterwards stays."""

    name = models.CharField(max_length=60, primary_key=True)
    done_at = models.DateTimeField(db_default=Now())

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.name
