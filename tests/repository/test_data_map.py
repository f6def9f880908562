"""The data map leaves no table out, and names only what exists."""

from importlib.util import find_spec

from django.apps import apps

from home.privacy_page import privacy_html
from ops.docs import data_map
from portal.accounts import personal_data


def test_every_table_is_in_the_data_map() -> None:
    assert data_map.unmapped() == []


def test_the_map_names_only_tables_that_exist_or_come_with_a_known_app() -> None:
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert set(data_map.PERSONAL) - known <= {"usersessions.UserSession"}


def test_export_and_erasure_are_done_by_an_app_or_have_a_reason() -> None:
    doers = {label for label, _ in personal_data.parts()} | {"reason:"}
    said = {words.split()[0] for row in data_map.PERSONAL.values() for words in (row.export, row.erase)}
    assert said - doers == set()
    assert find_spec("ops.docs.data_map") is not None


def test_the_shipped_privacy_page_says_every_term() -> None:
    page = privacy_html()
    assert [r.key for r in personal_data.retention() if r.period[1:].replace("'", "&#x27;") not in page] == []
    assert all(word in page for word in ("controller", "Article 9(2)(h)", "Stripe", "Cookies", "Your rights", "ICO"))
