"""Every variable is documented and checked at start, with a message that says what to set."""

import os
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from cryptography.fernet import Fernet

from portal.settings.env import MAKE_A_KEY, MAKE_A_SECRET, VARIABLES
from tests.services import ROOT
from tests.unit.portal.settings.reading import complaint, fresh_processes

LIVE = "0" * 24
COMPLETE = {
    **{variable.name: variable.example for variable in VARIABLES.values() if variable.required},
    "PORTAL_SECRET_KEY": secrets.token_urlsafe(60),
    "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "AUDIT_HMAC_KEY": secrets.token_urlsafe(60),
}
PRODUCTION = {**COMPLETE, "STRIPE_SECRET_KEY": f"sk_live_{LIVE}", "STRIPE_PUBLISHABLE_KEY": f"pk_live_{LIVE}"}
ENVIRONMENTS = {"staging": COMPLETE, "production": PRODUCTION}
SaidOf = Callable[[str, dict[str, str]], str]
REQUIRED = sorted(variable.name for variable in VARIABLES.values() if variable.required)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with fresh_processes() as pool:
        yield pool


@pytest.fixture
def said_of(processes: ProcessPoolExecutor) -> SaidOf:
    """What reading the settings of an environment says of variables; "" where it takes them."""

    def said(environment: str, variables: dict[str, str]) -> str:
        plain = {"PATH": os.environ["PATH"], "VAR": os.environ["VAR"]}
        return processes.submit(complaint, environment, {**plain, **variables}).result()

    return said


def test_every_variable_is_explained_in_the_example_file() -> None:
    text = (ROOT / ".env.example").read_text()
    for variable in VARIABLES.values():
        prefix = "" if variable.required else "# "
        assert f"# {variable.purpose}" in text
        assert f"\n{prefix}{variable.name}={variable.example}\n" in text


def test_every_variable_is_read_somewhere_and_nothing_else_is() -> None:
    sources = [
        file.read_text() for app in ("portal", "payments", "insights", "home") for file in (ROOT / app).rglob("*.py")
    ]
    readers = "text|flag|integer|listing|folder|stripe_key|secrets?|encryption_keys"
    read = set(re.findall(rf'env\.(?:{readers})\(\s*"([A-Z_]+)"', "\n".join(sources)))
    direct = set(
        re.findall(r'os\.environ(?:\.get)?[[(]"([A-Z_]+)"|"([A-Z_]+)" (?:not )?in os\.environ', "\n".join(sources))
    )
    directly = {name for pair in direct for name in pair if name}
    assert directly == {"PROMETHEUS_MULTIPROC_DIR"}  # its library's own name
    assert read | directly == set(VARIABLES)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_required_ones_are_enough(environment: str, said_of: SaidOf) -> None:
    assert said_of(environment, ENVIRONMENTS[environment]) == ""


@pytest.mark.parametrize("missing", REQUIRED)
@pytest.mark.parametrize("value", [None, "  "], ids=["unset", "empty"])
def test_a_missing_one_says_what_to_set(missing: str, value: str | None, said_of: SaidOf) -> None:
    rest = {name: text for name, text in PRODUCTION.items() if name != missing}
    said = said_of("production", rest if value is None else {**rest, missing: value})
    variable = VARIABLES[missing]
    assert said == (
        f"django.core.exceptions.ImproperlyConfigured: {missing} is not set. {variable.purpose} "
        f"For example: {missing}={variable.example} (see .env.example)."
    )


@pytest.mark.parametrize(
    ("environment", "variable", "value", "sentence"),
    [
        ("staging", "STRIPE_SECRET_KEY", f"sk_live_{LIVE}", "is a live key; this environment takes test keys only."),
        ("staging", "STRIPE_SECRET_KEY", f"rk_live_{LIVE}", "is a live key; this environment takes test keys only."),
        (
            "staging",
            "STRIPE_PUBLISHABLE_KEY",
            f"pk_live_{LIVE}",
            "is a live key; this environment takes test keys only.",
        ),
        ("production", "STRIPE_SECRET_KEY", f"sk_test_{LIVE}", "is a test key; this environment takes live keys only."),
        (
            "production",
            "STRIPE_PUBLISHABLE_KEY",
            f"pk_test_{LIVE}",
            "is a test key; this environment takes live keys only.",
        ),
        ("production", "STRIPE_PUBLISHABLE_KEY", f"sk_live_{LIVE}", "is not a Stripe key of kind pk."),
        ("production", "PORTAL_HSTS_SECONDS", "a year", "must be a whole number, not 'a year'."),
    ],
)
def test_a_wrong_one_says_what_is_wrong(
    environment: str, variable: str, value: str, sentence: str, said_of: SaidOf
) -> None:
    said = said_of(environment, {**ENVIRONMENTS[environment], variable: value})
    assert f"{variable} {sentence}" in said
    assert value[8:] not in said or not value.startswith(("sk", "rk"))  # no key in a log


@pytest.mark.parametrize("variable", ["PORTAL_SECRET_KEY", "AUDIT_HMAC_KEY", "METRICS_TOKEN"])
@pytest.mark.parametrize(
    "value",
    [None, "hunter2", "k" * 60, "change-me" * 20, secrets.token_urlsafe(31)],
    ids=["the example", "short", "one character", "a word again and again", "31 bytes"],
)
def test_a_secret_that_can_be_guessed_is_refused(variable: str, value: str | None, said_of: SaidOf) -> None:
    guessed = value or VARIABLES[variable].example
    said = said_of("production", {**PRODUCTION, variable: guessed})
    assert said == (
        f"django.core.exceptions.ImproperlyConfigured: {variable} is too easy to guess: it takes 43 random characters "
        'or more. Make one: python3 -c "import secrets; print(secrets.token_urlsafe(60))"'
    )


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex], ids=["base64", "hexadecimal"])
def test_32_random_bytes_are_a_secret(make: Callable[[int], str], said_of: SaidOf) -> None:
    assert said_of("production", {**PRODUCTION, "METRICS_TOKEN": make(32)}) == ""


def test_an_earlier_secret_key_that_can_be_guessed_is_refused_as_well(said_of: SaidOf) -> None:
    kept = f"{secrets.token_urlsafe(60)},change-me"
    said = said_of("production", {**PRODUCTION, "PORTAL_SECRET_KEY_FALLBACKS": kept})
    assert "A key in PORTAL_SECRET_KEY_FALLBACKS is too easy to guess" in said
    assert kept not in said


@pytest.mark.parametrize(
    "key",
    ["change-me-three", "k" * 43 + "=", secrets.token_urlsafe(32), Fernet.generate_key().decode()[:-4], "é" * 44],
    ids=["the example", "one character", "without padding", "cut short", "no base64"],
)
def test_what_is_no_encryption_key_is_refused_by_its_place(key: str, said_of: SaidOf) -> None:
    given = f"{Fernet.generate_key().decode()}, {key}"
    said = said_of("production", {**PRODUCTION, "PORTAL_ENCRYPTION_KEYS": given})
    assert said == (
        "django.core.exceptions.ImproperlyConfigured: Key 2 of PORTAL_ENCRYPTION_KEYS is not 32 random bytes in "
        'URL-safe base64. Make one: python3 -c "import base64, secrets; '
        'print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())"'
    )


def test_the_commands_that_the_complaints_name_make_what_is_taken(said_of: SaidOf) -> None:
    made = {
        name: subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.strip()
        for name, command in {"AUDIT_HMAC_KEY": MAKE_A_SECRET, "PORTAL_ENCRYPTION_KEYS": MAKE_A_KEY}.items()
    }
    assert said_of("production", {**PRODUCTION, **made}) == ""


def test_a_restricted_live_key_is_taken_in_production(said_of: SaidOf) -> None:
    assert said_of("production", {**PRODUCTION, "STRIPE_SECRET_KEY": f"rk_live_{LIVE}"}) == ""


def test_the_demo_takes_no_key_from_the_environment(said_of: SaidOf) -> None:
    """A live key that lies around in somebody's shell is never used by the demo."""
    assert said_of("demo", {"STRIPE_SECRET_KEY": f"sk_live_{LIVE}"}) == ""
    source = (ROOT / "portal/settings/demo.py").read_text()
    assert "stripe_key(" not in source


def test_djangos_deployment_checks_find_nothing_in_production() -> None:
    plain = {"PATH": os.environ["PATH"], "VAR": os.environ["VAR"]}
    done = subprocess.run(["bash", "ops/check-deploy.sh"], cwd=ROOT, env=plain, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (1 silenced).\n"), done.stderr
