"""The caregiver's people and profile. Somebody else's person is a 404."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.accounts import personal_data, reauthentication
from portal.accounts.models import User
from portal.activity import consent
from portal.audit.actor import Cause, Source, actor_of
from portal.caregivers.data_export import as_zip
from portal.caregivers.domain import PersonNeeded, caregiver_of, removal_blockers, remove_care_recipient
from portal.caregivers.erasure import request_erasure
from portal.caregivers.forms import CareRecipientForm, ErasureForm, PersonDetailsForm, ProfileForm
from portal.caregivers.models import CareRecipient


def _signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # every view here is behind login_required
    return request.user


def _form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of a form; 422 when it was refused."""
    return render(request, template, context, status=422 if context["form"].errors else 200)


@never_cache
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """The people this caregiver looks after."""
    return render(request, "caregivers/people_list.html", {"people": CareRecipient.objects.of(_signed_in(request))})


@never_cache
@login_required
def add_person(request: HttpRequest) -> HttpResponse:
    """Add somebody; `?next=` leads back to where they were missing."""
    form = CareRecipientForm(request.POST or None)
    following = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "POST" and form.is_valid():
        form.instance.caregiver = caregiver_of(_signed_in(request))
        person = form.save()
        messages.success(request, _("%(name)s has been added.") % {"name": person.full_name})
        safe = url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure())
        return redirect(_naming(person, following) if following and safe else "caregivers:people")
    return _form(request, "caregivers/person_form.html", {"form": form, "next": following})


def _naming(person: CareRecipient, address: str) -> str:
    """`address` with the person who was missing there."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), ("person", person.pk)])))


@never_cache
@login_required
def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Change somebody's details."""
    person = get_object_or_404(CareRecipient.objects.of(_signed_in(request)), pk=pk)
    form = PersonDetailsForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person.save(update_fields=form.changed_data)
        messages.success(request, _("The details for %(name)s have been saved.") % {"name": person.full_name})
        return redirect("caregivers:people")
    return _form(request, "caregivers/person_form.html", {"form": form, "person": person})


@never_cache
@login_required
def remove_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first; refused, with the bookings, while one stands."""
    person = get_object_or_404(CareRecipient.objects.of(_signed_in(request)), pk=pk)
    blockers = removal_blockers(person)
    if request.method == "POST":
        try:
            remove_care_recipient(person, cause=Cause(actor_of(request), Source.CAREGIVER))
        except PersonNeeded as needed:
            blockers = needed.blockers
        else:
            messages.success(request, _("%(name)s has been removed from your list.") % {"name": person.full_name})
            return redirect("caregivers:people")
    status = 409 if request.method == "POST" else 200
    return render(request, "caregivers/person_remove.html", {"person": person, "blockers": blockers}, status=status)


@never_cache
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """The caregiver's own name and phone number."""
    user = _signed_in(request)
    caregiver = caregiver_of(user)
    initial = {"first_name": user.first_name, "last_name": user.last_name, "phone": caregiver.phone}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        user.first_name, user.last_name = form.cleaned_data["first_name"], form.cleaned_data["last_name"]
        user.save(update_fields={"first_name", "last_name"} & set(form.changed_data))
        caregiver.phone = form.cleaned_data["phone"]
        caregiver.save(update_fields={"phone"} & set(form.changed_data))
        messages.success(request, _("Your details have been saved."))
        return redirect("caregivers:profile")
    return _form(request, "caregivers/profile.html", {"form": form})


@never_cache
@login_required
def your_data(request: HttpRequest) -> HttpResponse:
    """What we keep, a copy of it, and asking to be erased: with the password, once nothing is open."""
    user = _signed_in(request)
    if (
        request.method == "POST"
        and is_mfa_enabled(user)
        and (response := reauthentication.reauthenticate_first(request))
    ):
        return response
    form = ErasureForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and request_erasure(user):
        logout(request)
        return render(request, "caregivers/erasure_requested.html")
    context = {
        "form": form,
        "kept": [part.RETENTION_NOTICE for _, part in personal_data.parts() if part.RETENTION_NOTICE],
        "retention": personal_data.retention(),
        "erasure_blockers": personal_data.erasure_blockers(user),
        "visits_linked": bool(user.visitor_key),
        "visits_counted": consent.may_record(request),
    }
    return _form(request, "caregivers/your_data.html", context)


@login_required
@require_POST
def link_visits(request: HttpRequest) -> HttpResponse:
    """Allow that visits are linked under a code, or throw the code away."""
    user = _signed_in(request)
    if request.POST.get("allow") == "yes":
        consent.allow(user)
        messages.success(request, _("Thank you. From now on, we link your visits under a code."))
    else:
        consent.withdraw(user)
        messages.success(request, _("We no longer link your visits, and have deleted the code."))
    return redirect("caregivers:your_data")


@never_cache
@login_required
def download_data(request: HttpRequest) -> HttpResponse:
    """A ZIP: data.json for programs, your-data.html to read. Wants a recent authentication."""
    if response := reauthentication.reauthenticate_first(request, back=reverse("caregivers:your_data")):
        return response
    archive = as_zip(personal_data.export(_signed_in(request)))
    return HttpResponse(
        archive,
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="your-data.zip"'},
    )
