"""Wagtail pages: fields, panels, page rules. One module a subject."""

from home.models.contact import ContactMessage, ContactPage
from home.models.content import ContentPage, HomePage, LandingPage
from home.models.deposit import DepositPage, live_copy
from home.models.help import PeoplePage, QuestionsPage
from home.models.legal import LegalPage
from home.models.news import NewsIndexPage, NewsPage
from home.models.services import ServicePage, ServicesPage

__all__ = [
    "ContactMessage",
    "ContactPage",
    "ContentPage",
    "DepositPage",
    "HomePage",
    "LandingPage",
    "LegalPage",
    "NewsIndexPage",
    "NewsPage",
    "PeoplePage",
    "QuestionsPage",
    "ServicePage",
    "ServicesPage",
    "live_copy",
]
