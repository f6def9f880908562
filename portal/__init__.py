"""The portal: project shell and the apps that everything else stands on."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
