"""Where Django looks for the app's models."""

from home.pages.models import ContentPage, DepositPage, HomePage, ServicesPage

__all__ = ["ContentPage", "DepositPage", "HomePage", "ServicesPage"]
