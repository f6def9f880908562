"""The parts of a release that we did not write: the packages of requirements/base.txt, and the vendored files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "requirements/base.txt"
_PINNED: Final = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)

# Licences that a package's own data leave out or leave open, as its licence file says them.
STATED: Final = {
    "async-timeout": "Apache-2.0",  # only for Python before 3.11.3
    "colorama": "BSD-3-Clause",  # only on Windows
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",  # ours, its client, the public suffix list
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "qrcode": "BSD-3-Clause",  # "Other/Proprietary" there is the trade mark of the code's inventor
    "draftjs-exporter": "MIT",  # its data hold the whole text
}


@dataclass(frozen=True, slots=True)
class Part:
    """One shipped part; `kind` is "package" or "vendored"; `hashes` are SHA-256."""

    name: str
    version: str
    licence: str
    kind: str = "package"
    hashes: tuple[str, ...] = ()
    needs: tuple[str, ...] = field(default=())


def packages(lock: Path = LOCK) -> Iterator[Part]:
    """The pinned packages, by name."""
    for found in _PINNED.finditer(lock.read_text()):
        hashes = tuple(re.findall(r"sha256:([0-9a-f]{64})", found["rest"]))
        yield Part(
            found["name"], found["version"], licence_of(found["name"]), hashes=hashes, needs=_needs(found["name"])
        )


def licence_of(name: str) -> str:
    """As stated above, else by the package's own data; empty when neither says it."""
    if name in STATED:
        return STATED[name]
    try:
        data = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classifiers = [text.split(" :: ")[-1] for text in data.get_all("Classifier") or [] if text.startswith("License ::")]
    expression, free = (next(iter(data.get_all(name) or []), "") for name in ("License-Expression", "License"))
    return (expression or " AND ".join(classifiers) or free).strip()


def _needs(name: str) -> tuple[str, ...]:
    try:
        wanted = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return ()
    names = (re.match(r"[\w.-]+", line) for line in wanted if "extra ==" not in line)
    return tuple(sorted({normal(match[0]) for match in names if match}))


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _vendored(name: str, version: str, licence: str, *paths: str) -> Part:
    hashes = tuple(sha256((ROOT / path).read_bytes()).hexdigest() for path in paths)
    return Part(name, version, licence, kind="vendored", hashes=hashes)


def vendored() -> list[Part]:
    """What lies in the repository but was made elsewhere; each with its licence file beside it."""
    fonts, printed = "portal/common/static/portal/fonts", "payments/fonts"
    return [
        _vendored("chart.js", "4.6.1", "MIT", "insights/static/insights/vendor/chart.js/chart.umd.min.js"),
        _vendored(
            "source-sans-3",
            "3.052",
            "OFL-1.1",
            f"{fonts}/source-sans-3-latin-wght-normal.woff2",
            f"{fonts}/source-sans-3-latin-ext-wght-normal.woff2",
            f"{printed}/SourceSans3-Regular.ttf",
            f"{printed}/SourceSans3-SemiBold.ttf",
        ),
        _vendored("vollkorn", "5.001", "OFL-1.1", f"{fonts}/vollkorn-latin-wght-normal.woff2"),
        _vendored("vazirmatn", "33.003", "OFL-1.1", f"{printed}/Vazirmatn-Regular.ttf"),
        _vendored("noto-sans-hebrew", "3.001", "OFL-1.1", f"{printed}/NotoSansHebrew-Regular.ttf"),
        _vendored("noto-sans-devanagari", "2.006", "OFL-1.1", f"{printed}/NotoSansDevanagari-Regular.ttf"),
        _vendored("noto-sans-bengali", "3.011", "OFL-1.1", f"{printed}/NotoSansBengali-Regular.ttf"),
        _vendored("noto-sans-gurmukhi", "2.004", "OFL-1.1", f"{printed}/NotoSansGurmukhi-Regular.ttf"),
        _vendored("noto-sans-tamil", "2.004", "OFL-1.1", f"{printed}/NotoSansTamil-Regular.ttf"),
        _vendored("noto-sans-thai", "2.002", "OFL-1.1", f"{printed}/NotoSansThai-Regular.ttf"),
        _vendored("noto-emoji", "3.006", "OFL-1.1", f"{printed}/NotoEmoji-Regular.ttf"),
        _vendored("droid-sans-fallback", "1.00c", "Apache-2.0", f"{printed}/DroidSansFallbackFull.ttf"),
    ]


def parts() -> list[Part]:
    """Everything that a release ships and we did not write."""
    return [*packages(), *vendored()]
