"""The library: media the caregiver may see."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache


@never_cache
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Everything there is to watch, hear and read."""
    return render(request, "media_library/index.html", {"items": []})
