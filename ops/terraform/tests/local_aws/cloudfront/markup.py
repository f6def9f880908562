"""CloudFront's XML: one namespace, elements built and read by local names."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
LONG_AGO = "2026-01-01T00:00:00.000Z"

ElementTree.register_namespace("", NAMESPACE)


def qualified(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def element(name: str, *children: Element, text: str | None = None) -> Element:
    made = Element(qualified(name))
    made.text = text
    made.extend(children)
    return made


def child(parent: Element, name: str) -> Element | None:
    return parent.find(qualified(name))


def text_of(parent: Element, name: str) -> str:
    """The text of the child called ``name``, empty when there is none."""
    return parent.findtext(qualified(name)) or ""


def texts_within(parent: Element, name: str) -> list[str]:
    """The texts of every descendant called ``name``."""
    return [found.text or "" for found in parent.iter(qualified(name))]


def rendered(document: Element) -> bytes:
    text: bytes = ElementTree.tostring(document, encoding="utf-8", xml_declaration=True)
    return text
