"""The contact form: a page, and what is sent with it."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index

from home.pages.blocks import INLINE_TEXT
from home.pages.public import PublicPage
from portal.common import clock, when
from portal.security import limits


class ContactPage(PublicPage, Page):
    """A form for anybody: what is sent is kept, and mailed to the coordinators."""

    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)
    thanks = models.CharField(
        _("thank you"),
        max_length=200,
        default="Thank you. We’ve received your message and will reply within two working days.",
        help_text=_("Shown once the message has been sent."),
    )

    template = "home/contact_page.html"
    keeps_for_strangers = False  # a form has a token
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("introduction")]
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.ContentPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("thanks")]

    class Meta:
        verbose_name = _("contact page")
        verbose_name_plural = _("contact pages")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        from home.contact import ContactForm, receive

        form = ContactForm(request.POST if request.method == "POST" else None, user=request.user)
        if form.is_bound:
            refusal = limits.or_429(request, "contact")
            if refusal:
                return refusal
            if form.is_valid():
                receive(form.cleaned_data)
                messages.success(request, self.thanks)
                return redirect(self.get_url(request))
        context = {**self.get_context(request), "form": form}
        response = TemplateResponse(request, self.template, context, status=422 if form.errors else 200)
        add_never_cache_headers(response)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home.contact import ContactForm

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, "form": ContactForm(user=request.user)}


class ContactMessage(models.Model):
    """What somebody sent with the contact form. They may have no account."""

    created_at = models.DateTimeField(_("received"), default=clock.now, editable=False, db_index=True)
    name = models.CharField(_("name"), max_length=100, editable=False)
    email = models.EmailField(_("email"), editable=False, db_index=True)
    phone = models.CharField(_("phone number"), max_length=40, blank=True, editable=False)
    message = models.TextField(_("message"), editable=False)
    answered = models.BooleanField(_("answered"), default=False)

    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name, read_only=True) for name in ("created_at", "name", "email", "phone", "message")),
        FieldPanel("answered"),
    ]

    class Meta:
        verbose_name = _("contact message")
        verbose_name_plural = _("contact messages")
        ordering = ("-pk",)
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return gettext("Message of %(moment)s") % {"moment": when.plain_day(self.created_at)}
