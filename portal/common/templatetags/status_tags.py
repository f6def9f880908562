"""`{% status_tag booking %}`: a state in its tag; `label=` says it in other words."""

from django import template

from portal.common.status_tags import status_tag

register = template.Library()
register.simple_tag(status_tag)
