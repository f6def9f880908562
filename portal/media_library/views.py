"""The library: what the visitor may see of it, one item, its files, and what its player reports."""

import mimetypes
import posixpath

from django.contrib.auth.views import redirect_to_login
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.media_library.domain.playback import note
from portal.media_library.enums import Kind, Playback
from portal.media_library.forms import PlaybackForm
from portal.media_library.models import MediaItem
from portal.media_library.queries import Wanted, categories_in_use, items_for
from portal.media_library.ranges import ranged_response
from portal.media_library.storage import SIGNED, cache_control
from portal.security import limits

PER_PAGE = 12
KINDS = (
    (Kind.VIDEO, _("Videos")),
    (Kind.AUDIO, _("Recordings")),
    (Kind.IMAGE, _("Pictures")),
    (Kind.DOCUMENT, _("Documents")),
)
# Uploads as they came: pages use renditions, documents go out through /documents/ alone, some still wait for a title.
CLOSED = ("original_images/", "documents/", "wagtail_uploads/")


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything there is for this visitor to watch, hear, look at and read."""
    query = {name: request.GET.get(name, "") for name in ("q", "kind", "category")}
    wanted = Wanted(words=query["q"][:100], kind=query["kind"], category=query["category"])
    page = Paginator(items_for(request.user, wanted), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "items": page.object_list,
        "page_obj": page,
        "wanted": wanted,
        "kinds": KINDS,
        "categories": categories_in_use(),
    }
    return render(request, "media_library/index.html", context)


@never_cache
@require_safe
def item(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One item. Signed out, what an account may open leads to sign-in; what the visitor may not open is not there."""
    media = _visible(request, slug)
    if media is None:
        return redirect_to_login(request.get_full_path())
    return render(request, "media_library/item.html", {"item": media})


@never_cache
@require_safe
def captions(request: HttpRequest, slug: str) -> HttpResponse:
    """The captions of an item the visitor may open. From our own address, so that no player needs CORS for them."""
    media = get_object_or_404(MediaItem.objects.visible_to(request.user), slug=slug)
    if not media.captions:
        raise Http404
    return HttpResponse(media.captions, content_type="text/vtt; charset=utf-8")


@require_POST
def playback(request: HttpRequest, slug: str) -> HttpResponse:
    """What a player reports. It sends the page's CSRF token along, as any form does, so nothing is exempt."""
    refusal = limits.or_429(request, "playback")
    if refusal is not None:
        return refusal
    media = get_object_or_404(MediaItem.objects.visible_to(request.user), slug=slug)
    form = PlaybackForm(request.POST, item=media)
    if not form.is_valid():
        return JsonResponse({"error": "This is not something a player reports."}, status=400)
    note(request, media, Playback(form.cleaned_data["event"]), seconds=form.cleaned_data["seconds"] or 0)
    return HttpResponse(status=204)


@require_safe
def public_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of the public store, when no CDN stands in front."""
    if posixpath.normpath(name) != name or name.startswith(CLOSED):
        raise Http404
    return _send(request, default_storage, name, cache=cache_control(name))


@require_safe
def signed_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of the signed store, for whom its item is visible; a guess finds nothing."""
    media = get_object_or_404(MediaItem.objects.visible_to(request.user), file=f"{SIGNED}/{name}")
    return _send(request, media.file.storage, f"{SIGNED}/{name}", cache="private, max-age=3600")


def _visible(request: HttpRequest, slug: str) -> MediaItem | None:
    """The item; None when signing in might open it. Raises Http404."""
    items = MediaItem.objects.filter(slug=slug).select_related("poster")
    media: MediaItem | None = items.visible_to(request.user).first()
    if media is None and (request.user.is_authenticated or not items.filter(visible=True).exists()):
        raise Http404
    return media


def _send(request: HttpRequest, storage: Storage, name: str, *, cache: str) -> HttpResponseBase:
    try:
        file: File = storage.open(name)
        _ = file.size
    except (OSError, ValueError) as error:
        raise Http404 from error
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = ranged_response(file, content_type=content_type, range_header=request.headers.get("Range", ""))
    response["Cache-Control"] = cache
    return response
