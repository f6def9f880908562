"""The bill of materials of a release, as CycloneDX JSON."""

import tomllib
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from ops.supply_chain.shipped import ROOT, Part, normal, parts

SPDX: Final = "MIT MIT-0 MIT-CMU BSD-2-Clause BSD-3-Clause PSF-2.0 Apache-2.0 MPL-2.0 LGPL-3.0-only OFL-1.1".split()


def bill(shipped: list[Part] | None = None) -> Bom:
    """Every part with version, licence and hashes, and what needs what."""
    found = parts() if shipped is None else shipped
    bom = Bom()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bom.metadata.component = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref=project["name"]
    )
    components = [_component(part) for part in found]
    by_name: dict[str, list[Component]] = {}
    for component in components:
        bom.components.add(component)
        by_name.setdefault(normal(component.name), []).append(component)
    for part, component in zip(found, components, strict=True):
        bom.register_dependency(component, [one for name in part.needs for one in by_name.get(name, [])])
    bom.register_dependency(bom.metadata.component, components)
    return bom


def _component(part: Part) -> Component:
    maker = "pypi" if part.kind == "package" else "generic"
    kind = ComponentType.LIBRARY if part.kind == "package" or part.name.endswith(".js") else ComponentType.FILE
    return Component(
        name=part.name,
        version=part.version,
        type=kind,
        bom_ref=f"{part.name}@{part.version}",
        purl=PackageURL(maker, None, part.name, part.version),
        licenses=[_licence(part.licence)] if part.licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value) for value in part.hashes],
    )


def _licence(text: str) -> DisjunctiveLicense | LicenseExpression:
    if text in SPDX:
        return DisjunctiveLicense(id=text)
    if "License" in text:
        return DisjunctiveLicense(name=text)
    return LicenseExpression(text)


def as_json(bom: Bom) -> str:
    """The bill as CycloneDX 1.6."""
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
