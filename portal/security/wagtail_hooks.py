"""Registers the administrators' panel of the admin's home page."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from portal.security.home import SecondStepPanel
from portal.security.second_factor import PERMISSION


@hooks.register("construct_homepage_panels")
def second_step(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm(PERMISSION):
        panels.append(SecondStepPanel(request))
