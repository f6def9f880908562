"""How deposits work, and the wording of the page where one is paid."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from home.pages.blocks import INLINE_TEXT, BodyBlock, QuestionBlock
from home.pages.public import PublicPage
from payments.deposit_copy import DepositCopy, Question
from payments.queries import unpaid_rows_of
from payments.samples import sample_price, sample_row


class DepositPage(PublicPage, Page):
    """How deposits work, and the wording of the page where one is paid (`/deposit/<reference>/`)."""

    introduction = RichTextField(_("introduction"), features=INLINE_TEXT)
    how_it_works = StreamField(BodyBlock(), blank=True, verbose_name=_("how it works"))
    payment_title = models.CharField(
        _("payment page: heading"),
        max_length=80,
        default="Pay your deposit",
        help_text=_("Include the word deposit, so that people know what they’re paying."),
    )
    payment_introduction = RichTextField(_("payment page: introduction"), features=INLINE_TEXT, blank=True)
    policy = RichTextField(_("cancellation policy"), features=INLINE_TEXT, blank=True)
    confirmation = RichTextField(
        _("payment page: confirmation"),
        features=INLINE_TEXT,
        blank=True,
        help_text=_("Shown under “Deposit paid” once the deposit is paid."),
    )
    faq = StreamField([("question", QuestionBlock())], blank=True, verbose_name=_("FAQ"))

    template = "home/deposit_page.html"
    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        *(index.SearchField(name) for name in ("introduction", "how_it_works", "policy", "faq")),
    ]
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("how_it_works"),
        FieldPanel("payment_title"),
        FieldPanel("payment_introduction"),
        FieldPanel("policy"),
        FieldPanel("confirmation"),
        FieldPanel("faq"),
    ]
    preview_modes: ClassVar[list[tuple[str, str | Promise]]] = [
        ("", _("How deposits work")),
        ("ready", _("Payment page")),
        ("paid", _("Deposit paid")),
    ]

    class Meta:
        verbose_name = _("deposit page")
        verbose_name_plural = _("deposit pages")

    def clean(self) -> None:
        super().clean()
        if "deposit" not in self.payment_title.lower():
            raise ValidationError(
                {"payment_title": _("Include the word deposit, so that people know what they’re paying.")}
            )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        unpaid = unpaid_rows_of(request.user) if request.user.is_authenticated else []
        return {**context, "unpaid": unpaid}

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "payments/deposit.html" if mode_name else self.template

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        context = self.get_context(request)
        if not mode_name:
            return context
        return {**context, "state": mode_name, "copy": self.as_copy(), "booking": sample_row(), "price": sample_price()}

    def as_copy(self) -> DepositCopy:
        """This page's wording as payments renders it."""
        return DepositCopy(
            title=self.payment_title,
            introduction=self.payment_introduction,
            policy=self.policy,
            confirmation=self.confirmation,
            faq=[Question(block.value["question"], block.value["answer"].source) for block in self.faq],
        )


def live_copy() -> DepositCopy | None:
    """The wording of the live deposit page, None when there is none."""
    page = DepositPage.objects.live().first()
    return page.as_copy() if page else None
