"""Every route as an address of something that is there: a row of each kind that the routes name."""

from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import call_command
from djstripe.models import WebhookEndpoint
from wagtail.admin.models import EditingSession
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Collection, GroupApprovalTask, RevisionMixin, Site, UploadedFile, Workflow

from home.models import ContactMessage, ContentPage, HomePage
from insights.anomalies.models import AnomalySettings
from payments.domain.discrepancies import record_discrepancy
from payments.domain.pay_links import issue, return_key
from payments.enums import AttemptOutcome, DiscrepancyKind, RefundReason
from payments.models import Dispute, PayLink, PaymentAttempt, Receipt, ReceivedEvent, Refund
from payments.payment_page import sample
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.models import CalendarFeed, Closure, Question
from portal.caregivers.models import CareRecipient, StaffNote
from portal.common import clock
from portal.media_library.enums import Access
from portal.notifications.models import MessageText, Notification, PageText, Wording
from portal.organisation.models import SiteSettings
from portal.security.invitations import token_for
from tests.factories import (
    BookingFactory,
    CaregiverFactory,
    CareRecipientFactory,
    CategoryFactory,
    MediaItemFactory,
    ServiceFactory,
)
from tests.fakes import FakeGateway
from tests.ledger import pay
from tests.unit.portal.admin_routes import PARAMETER, REGEX_PARAMETER, key_of_a_row
from tests.unit.portal.uploads.samples import picture

ENDPOINT: Final = "0f8fad5b-d9cb-469f-a165-70867728950e"
Values = Mapping[str, object]


class Named(NamedTuple):
    """What the parameters of routes stand for."""

    everywhere: Values
    by_route: Mapping[str, Values]  # by how a route begins: the longest beginning counts first
    whole: Mapping[str, str]  # addresses of routes whose parameters have no name, or that want a query

    def address(self, route: str) -> str:
        """An address of `route`."""
        if route in self.whole:
            return self.whole[route]
        begins = sorted((prefix for prefix in self.by_route if route.startswith(prefix)), key=len, reverse=True)
        values = ChainMap[str, object](*(dict(self.by_route[prefix]) for prefix in begins), dict(self.everywhere))
        plain = REGEX_PARAMETER.sub(r"<\1>", route).replace("^", "").replace("$", "").replace("\\.", ".")
        own = key_of_a_row(plain.removeprefix("admin/"))
        return "/" + PARAMETER.sub(lambda parameter: str(values.get(parameter[1], own)), plain)


def named(visitor: User, owner: User, stripe: FakeGateway) -> Named:
    """An installed portal with one row of each kind: drafts are `visitor`'s, the rest is signed-in `owner`'s."""
    call_command("bootstrap_site", verbosity=0)
    recipient = CareRecipientFactory(caregiver=CaregiverFactory(user=owner))
    parts = [_care(recipient), _money(recipient, stripe), _people(owner), _pages(visitor), _files(visitor), _lists()]
    return Named(*({key: value for part in parts for key, value in part[field].items()} for field in range(3)))  # type: ignore[arg-type]


def _care(recipient: CareRecipient) -> Named:
    item = MediaItemFactory(categories=[CategoryFactory()])
    closed = MediaItemFactory(access=Access.SIGNED_IN, file=ContentFile(b"closed", name="closed.mp4"))
    Question.objects.create(service=ServiceFactory(), label="Who has a key?")
    Closure.objects.create(name="Christmas", first_day=clock.now().date(), last_day=clock.now().date())
    caregiver = recipient.caregiver
    email = Notification.objects.create(
        template="hold_ending", to="a@example.com", dedupe_key="hold_ending:1", recipient=caregiver.user
    )
    note = StaffNote.objects.create(caregiver=caregiver, text="Rings on Mondays")
    ContactMessage.objects.create(name="Grace", email="g@example.com", message="Hello")
    return Named(
        {"caregiver_id": caregiver.pk, "person_id": recipient.pk, "note_id": note.pk},
        {
            "admin/desk/families/": {"pk": email.pk},
            "people/": {"pk": recipient.pk},
            "library/": {"slug": item.slug},
            "colours/": {"chosen": "1f5fa8-none-none"},
            "media/signed/": {"name": closed.file.name.partition("/")[2]},
            "admin/snippets/organisation/": _revisions_of(SiteSettings.objects.get()),
        },
        {},
    )


def _revisions_of(row: RevisionMixin) -> Values:
    return {"revision_id": row.save_revision().pk, "revision_id_a": "earliest", "revision_id_b": "latest"}


def _reviewed(row: Wording, workflow: Workflow, visitor: User) -> Values:
    revisions = _revisions_of(row)
    state = workflow.start(row, visitor)
    return {
        **revisions, "workflow_state_id": state.pk, "task_state_id": state.current_task_state_id,
        "task_id": state.current_task_state.task_id, "action_name": "approve",
    }  # fmt: skip


def _money(recipient: CareRecipient, stripe: FakeGateway) -> Named:
    booking = BookingFactory(care_recipient=recipient)
    payment = pay(booking, stripe)
    found = record_discrepancy(
        DiscrepancyKind.UNKNOWN_CHARGE, stripe_object_id="ch_1", payment=payment,
        cause=Cause(Actor.system(SystemActor.RECONCILIATION), Source.RECONCILIATION),
    )  # fmt: skip
    refund = Refund.objects.create(payment=payment, amount=100, reason=RefundReason.GOODWILL)
    dispute = Dispute.objects.create(payment=payment, stripe_dispute_id="dp_1", amount=100, status="needs_response")
    PaymentAttempt.objects.create(payment=payment, outcome=AttemptOutcome.FAILED, reference="evt_1")
    ReceivedEvent.objects.create(event_id="evt_1", type="charge.succeeded", livemode=False, created_at=clock.now())
    WebhookEndpoint.objects.create(
        id="we_1", djstripe_uuid=ENDPOINT, secret="whsec_test", livemode=False, url="http://127.0.0.1/",
        enabled_events=["*"],
    )  # fmt: skip
    everywhere = {
        "reference": booking.reference, "booking_id": booking.pk, "session_id": booking.session_id,
        "payment_id": payment.pk, "refund_id": refund.pk, "dispute_id": dispute.pk, "discrepancy_id": found.pk,
        "endpoint": ENDPOINT,
    }  # fmt: skip
    token = issue(BookingFactory())
    by_route: dict[str, Values] = {
        "calendar/": {"token": CalendarFeed.renew(recipient.caregiver)},
        "bookings/": {"number": str(Receipt.objects.get(payment=payment))},
        "statements/": {"year": clock.now().year},
        "pay/": {"token": token, "key": return_key(PayLink.objects.get())},
    }
    return Named(
        everywhere, by_route, {"deposit/sample/<str:token>/": sample.new_address().partition("example.org")[2]}
    )


def _people(owner: User) -> Named:
    colleague = User.objects.create_user("invited@example.com")
    colleague.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    unconfirmed = EmailAddress.objects.create(user=colleague, email=colleague.email, verified=False, primary=True)
    elsewhere = UserSession.objects.filter(user=owner).earliest("pk")
    by_route = {
        "admin/users/": {"pk": colleague.pk},
        "admin/groups/": {"pk": colleague.groups.get().pk},
        "profile/sessions/": {"pk": elsewhere.pk},
        "accounts/^confirm-email/": {"key": EmailConfirmationHMAC(unconfirmed).key},
        "accounts/invitation/": {"token": token_for(colleague)},
        "accounts/^password/reset/key/": {
            "uidb36": user_pk_to_url_str(colleague), "key": default_token_generator.make_token(colleague)
        },
    }  # fmt: skip
    return Named({"user_id": colleague.pk}, by_route, {})


def _pages(visitor: User) -> Named:
    home = HomePage.objects.get()
    page, review = (home.add_child(instance=ContentPage(title=title, slug=title)) for title in ("one", "review"))
    first, latest = page.save_revision(), page.save_revision()
    workflow = Workflow.objects.get()
    review.save_revision(user=visitor)
    state = workflow.start(review, visitor)
    editing = EditingSession.objects.create(user=visitor, content_object=page, last_seen_at=clock.now())
    alias = page.create_alias(update_slug="alias")
    closed_workflow = Workflow.objects.create(name="Former", active=False)
    closed_task = GroupApprovalTask.objects.create(name="Former", active=False)
    everywhere: Values = dict.fromkeys(("page_id", "page_pk", "page_to_move_id"), page.pk) | {
        "parent_page_id": home.pk, "destination_id": home.pk, "revision_id": first.pk,
        "workflow_state_id": state.pk, "task_state_id": state.current_task_state_id, "action_name": "approve",
        "workflow_pk": workflow.pk, "task_id": state.current_task_state.task_id,
    }  # fmt: skip
    texts = {
        f"admin/snippets/notifications/{model._meta.model_name}/": _reviewed(
            model.objects.latest("pk"), workflow, visitor
        )
        for model in (MessageText, PageText)
    }
    content = {"content_type_app_name": "home", "content_type_model_name": "contentpage"}
    own_page = {"app_label": "home", "model_name": "contentpage"}
    by_route: dict[str, Values] = {
        **texts,
        "admin/pages/": {**content, **own_page},
        "admin/pages/workflow/": {"page_id": review.pk},
        "admin/pages/<int:page_id>/workflow_history/": {"page_id": review.pk},
        "admin/pages/<int:page_id>/convert_alias/": {"page_id": alias.pk},
        "admin/api/": {"pk": page.pk, "action_name": "publish"},
        "admin/workflows/": {"pk": workflow.pk},
        "admin/workflows/enable/": {"pk": closed_workflow.pk},
        "admin/workflows/tasks/": {"pk": everywhere["task_id"]},
        "admin/workflows/tasks/add/": {"app_label": "wagtailcore", "model_name": "groupapprovaltask"},
        "admin/workflows/tasks/enable/": {"pk": closed_task.pk},
        "admin/editing-sessions/": {**own_page, "object_id": page.pk, "session_id": editing.pk},
    }
    bulk = "admin/bulk/<str:app_label>/<str:model_name>/<str:action>/"
    compare = r"admin/pages/^(\d+)/revisions/compare/(live|earliest|\d+)\.\.\.(live|latest|\d+)/$"
    block = next(iter(ContentPage._meta.get_field("body").stream_block.child_blocks.values()))
    whole = {
        bulk: f"/admin/bulk/wagtailcore/page/delete/?id={page.pk}",
        compare: f"/admin/pages/{page.pk}/revisions/compare/{first.pk}...{latest.pk}/",
        "admin/block-preview/": f"/admin/block-preview/?id={block.definition_prefix}",
        "admin/^.*/$": "/admin/no-such-page/",
        r"^((?:[\w\-]+/)*)$": "/",
    }
    return Named(everywhere, by_route, whole)


def _files(visitor: User) -> Named:
    shape = ContentFile(picture(), name="shape.jpg")
    image = Image.objects.create(title="A shape", file=shape)
    document = Document.objects.create(title="Words", file=ContentFile(b"words", name="words.txt"))
    on_disk = Path(document.file.path)  # Wagtail sends what its storage says is on this machine
    on_disk.parent.mkdir(parents=True)
    on_disk.write_bytes(b"words")
    images, documents = (
        UploadedFile.objects.create(
            for_content_type=ContentType.objects.get_for_model(model), uploaded_by_user=visitor,
            file=ContentFile(b"x", name=name),
        )
        for model, name in ((Image, "x.jpg"), (Document, "x.txt"))
    )  # fmt: skip
    by_route = {
        "admin/images/": {"pk": image.pk, "uploaded_file_id": images.pk, "filter_spec": "original"},
        "admin/documents/": {"pk": document.pk, "uploaded_file_id": documents.pk},
        "media/public/": {"name": image.get_rendition("original").file.name},
    }
    whole = {r"documents/^(\d+)/(.*)$": document.url}
    return Named({"image_id": image.pk, "document_id": document.pk, "doc_id": document.pk}, by_route, whole)


def _lists() -> Named:
    collection = Collection.get_first_root_node().add_child(name="Leaflets")
    by_route = {
        "admin/collections/": {"pk": collection.pk},
        "admin/sites/": {"pk": Site.objects.get().pk},
        "admin/settings/": {
            "app_name": "insights", "model_name": "anomalysettings", "pk": AnomalySettings.load().pk
        },
        "admin/tag-autocomplete/": {"app_name": "taggit", "model_name": "tag"},
    }  # fmt: skip
    redirect = Redirect.objects.create(old_path="/old", redirect_link="/new")
    everywhere = {
        "collection_id": collection.pk,
        "redirect_id": redirect.pk,
        "restriction_id": 1,
        "page_view_restriction_id": 1,
    }
    return Named(everywhere, by_route, {})
