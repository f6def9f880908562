"""What a page says in one state, as editors keep it."""

from django import template

from portal.notifications.domain.page_texts import Words, page_words

register = template.Library()


@register.simple_tag
def page_text(key: str, **values: str) -> Words:
    """`{% page_text "deposit_expired" as words %}`; values fill the placeholders."""
    return page_words(key, **{name: str(value) for name, value in values.items()})
