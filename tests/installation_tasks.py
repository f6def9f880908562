"""What has to work in an installation with nothing in it: every address of the site, and a task of each role."""

from io import BytesIO
from typing import Final

from bs4 import BeautifulSoup
from PIL import Image

from tests.installed import Browser, Installed

PASSWORD: Final = "Gw7-marsh-lantern-42"
SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ROLES: Final = {
    "editor": "Content editor",
    "coordinator": "Care coordinator",
    "finance": "Finance",
    "manager": "Manager",
    "admin": "Administrator",
}
STAFF: Final = f"""
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from portal.accounts.models import User

for name, role in {ROLES!r}.items():
    user = User.objects.create_user(name + "@example.com", {PASSWORD!r}, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TOTP.activate(user, {SECRET!r})
"""


def install(portal: Installed) -> None:
    """What docs/operations/deployment.md has an operator run on a migrated database, and staff with their factors."""
    portal.manage("createcachetable")
    portal.manage("bootstrap_site")
    portal.collect_static()
    portal.shell(STAFF)


def check_all(portal: Installed) -> None:
    """Every promise of an empty installation. Its web server runs."""
    check_addresses(portal.browser())
    editor = signed_in(portal, "editor")  # once: a code of the authenticator app is taken once
    edit_a_page(editor)
    upload_an_image(editor)
    make_a_service_and_a_session(signed_in(portal, "coordinator"))
    for name, paths in {
        "finance": ["/admin/payments/payment/", "/admin/reconciliation/", "/admin/webhooks/"],
        "manager": ["/admin/insights/", "/admin/insights/data.json"],
        "admin": ["/admin/users/"],
    }.items():
        browser = signed_in(portal, name)
        assert [(path, browser.get(path, follow_redirects=True).status_code) for path in ["/admin/", *paths]] == [
            (path, 200) for path in ["/admin/", *paths]
        ]


def signed_in(portal: Installed, name: str) -> Browser:
    """The browser of somebody on the staff, with the second factor."""
    browser = portal.browser()
    reply = browser.sign_in(f"{name}@example.com", PASSWORD, SECRET)
    assert reply.headers.get("location") == "/admin/", reply.text[:3000]
    return browser


def check_addresses(browser: Browser) -> None:
    """Whatever header and footer lead to is there, and names no invented organisation."""
    front = browser.get("/")
    assert front.status_code == 200
    page = BeautifulSoup(front.text, "html.parser")
    paths = {str(link["href"]) for part in ("header", "footer") for link in page.find(part).find_all("a")}  # type: ignore[union-attr]
    paths = {path for path in paths if not path.startswith(("tel:", "mailto:"))}
    assert {"/", "/services/", "/deposit/", "/privacy/", "/accessibility/", "/book/", "/library/"} <= paths
    replies = {path: browser.get(path, follow_redirects=True) for path in paths}
    failed = {path: reply.status_code for path, reply in replies.items() if reply.status_code != 200}
    assert not failed, failed
    for invented in ("Hearth", "Orchard", "hello@example.org", "0117"):
        assert [path for path, reply in replies.items() if invented in reply.text] == []
    assert browser.get("/readyz/").json()["status"] in ("ok", "degraded")


def edit_a_page(editor: Browser) -> None:
    """An editor changes the privacy page and publishes it."""
    listing = editor.get("/admin/api/main/pages/", params={"slug": "privacy", "fields": "id"}).json()
    (page,) = listing["items"]
    changed = editor.submit(
        f"/admin/pages/{page['id']}/edit/", title="Privacy at our house", **{"body-count": "0", "action-publish": "yes"}
    )
    assert changed.status_code == 302, changed.text[:3000]
    shown = editor.get("/privacy/")
    assert (shown.status_code, "<h1>Privacy at our house</h1>" in shown.text) == (200, True)


def upload_an_image(editor: Browser) -> None:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    files = {"file": ("garden.png", picture.getvalue(), "image/png")}
    reply = editor.submit("/admin/images/add/", files=files, title="The garden")
    assert (reply.status_code, reply.headers.get("location")) == (302, "/admin/images/"), reply.text[:3000]


def make_a_service_and_a_session(coordinator: Browser) -> None:
    services, sessions = "/admin/snippets/bookings/service/", "/admin/snippets/bookings/session/"
    made = coordinator.submit(
        f"{services}add/", name="Music afternoon", slug="music-afternoon", summary="Songs.", location="At home",
        price_amount="45.00", deposit_kind="fixed", deposit_value="15.00", duration_minutes="120",
    )  # fmt: skip
    assert made.status_code == 302, made.text[:3000]
    assert "Music afternoon" in coordinator.get("/services/").text
    made = coordinator.submit(
        f"{sessions}add/", service="1", starts_at="2099-05-04 10:00", ends_at="2099-05-04 12:00", capacity="4"
    )
    assert made.status_code == 302, made.text[:3000]
