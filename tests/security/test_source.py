"""What the product's own source may not contain: each rule with the places that are allowed, and why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.services import ROOT

APPS: Final = ("portal", "payments", "insights", "home")
PROCESSES: Final = {"subprocess", "pty", "multiprocessing", "commands"}
UNSAFE_LOADERS: Final = {"pickle", "cPickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"}
XML: Final = {"xml", "lxml", "defusedxml", "html5lib"}
CLIENTS: Final = {
    "stripe",
    "boto3",
    "botocore",
    "requests",
    "httpx",
    "urllib.request",
    "http.client",
    "socket",
    "smtplib",
}
# Every place from which a connection leaves the server; docs/security/communications.md lists where to.
CONNECTIONS: Final = {
    "payments/gateway/stripe_api.py": "Stripe's API",
    "payments/webhooks.py": "checks a signature, no call",
    "payments/mirror.py": "Stripe's API",
    "payments/mirror_check.py": "Stripe's API",
    "payments/mirror_secrets.py": "Stripe's API",
    "payments/payment_page/fetch.py": "the portal's own address",
    "payments/management/commands/register_webhook.py": "Stripe's API",
    "portal/media_library/cloudfront.py": "CloudFront, and botocore's signer, which makes no call",
}
# Office documents are XML: defusedxml reads them, which refuses entities.
READS_XML: Final = {"portal/uploads/office.py"}
# Randomness that nobody gains from guessing.
PLAIN_RANDOM: Final = {"payments/gateway/retry.py": "spreads retries in time"}

# CloudFront verifies signed addresses with RSA and SHA-1 only; the address ends after four hours.
WEAK_HASHES: Final = {"portal/media_library/cloudfront.py"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """(path, syntax tree) of each module of the product; demo content and migrations are none."""
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            name = str(file.relative_to(ROOT))
            if "migrations/" not in name and "demo" not in name and "/volume/" not in name:
                yield name, ast.parse(file.read_text())


def imports(tree: ast.Module) -> set[str]:
    """Every module that is imported, anywhere in the file."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def importing(names: set[str]) -> set[str]:
    """The files that import one of the modules or something within it."""
    return {
        file
        for file, tree in sources()
        if any(module == name or module.startswith(f"{name}.") for module in imports(tree) for name in names)
    }


def calls(name: str) -> set[str]:
    """The files that call a builtin of this name."""
    return {
        file
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    }


def test_the_product_starts_no_process() -> None:
    assert importing(PROCESSES) == set()
    assert {file for file, tree in sources() if "os.system" in ast.unparse(tree)} == set()


@pytest.mark.parametrize("name", ["eval", "exec", "compile", "__import__"])
def test_no_text_is_run_as_code(name: str) -> None:
    assert calls(name) == set()


def test_nothing_is_loaded_that_can_name_its_own_classes() -> None:
    assert importing(UNSAFE_LOADERS) == set()


def test_xml_is_read_where_entities_are_refused_and_nowhere_else() -> None:
    assert importing(XML) == READS_XML
    assert importing({"defusedxml"}) == READS_XML


def test_connections_leave_from_these_places_only() -> None:
    assert importing(CLIENTS) == set(CONNECTIONS)


def test_what_must_not_be_guessed_comes_from_secrets() -> None:
    assert importing({"random"}) == set(PLAIN_RANDOM)


def test_weak_hashes_are_used_only_where_the_other_side_takes_no_other() -> None:
    assert {file for file, tree in sources() if re.search(r"\b(md5|sha1)\b", ast.unparse(tree), re.I)} == WEAK_HASHES


def test_no_template_or_view_switches_escaping_off() -> None:
    templates = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    off = re.compile(r"\|\s*safe\b|safeseq|autoescape off")
    plain_text = {file for file in templates if file.suffix == ".txt"}  # an email's text part is not HTML
    assert {str(file) for file in set(templates) - plain_text if off.search(file.read_text())} == set()
    assert importing({"django.utils.safestring.mark_safe"}) == set()


def scripts() -> list[Path]:
    """Our own scripts; what is vendored has its own licence beside it."""
    files = [file for app in APPS for file in (ROOT / app).rglob("static/**/*.js")]
    return [file for file in files if file.is_file() and "vendor" not in file.parts]


def test_our_scripts_write_text_never_markup_and_keep_nothing_in_the_browser() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|sessionStorage"
        r"|indexedDB|addEventListener\(\s*[\"']message|postMessage"
    )
    assert len(scripts()) > 3
    assert {str(file.relative_to(ROOT)): forbidden.findall(file.read_text()) for file in scripts()} == {
        str(file.relative_to(ROOT)): [] for file in scripts()
    }


def keyword_arguments() -> Iterator[tuple[str, ast.keyword]]:
    """(file, keyword) of every call."""
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from ((file, keyword) for keyword in node.keywords)


def test_no_client_skips_the_certificate() -> None:
    off = {"verify", "verify_ssl_certs", "check_hostname"}
    found = [file for file, k in keyword_arguments() if k.arg in off and ast.unparse(k.value) == "False"]
    assert found == []


def test_every_form_names_its_fields() -> None:
    everything = [file for file, tree in sources() if re.search(r"fields\s*=\s*['\"]__all__", ast.unparse(tree))]
    assert everything == []
    assert [
        file for file, tree in sources() if re.search(r"class Meta:[^c]*?\n\s+exclude\s*=", ast.unparse(tree))
    ] == []


def test_patterns_are_constants() -> None:
    """A pattern made from what somebody typed could be made to run for ever."""
    built = {
        file
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"re.compile", "re.search", "re.match", "re.fullmatch", "re.sub", "re.findall"}
        and not isinstance(node.args[0], ast.Constant)
    }
    assert built == {
        "portal/media_library/captions.py",  # of two constants
        "portal/bookings/models/booking.py",  # of the alphabet of references
        "portal/common/checks.py",  # of the pattern of one label
    }
