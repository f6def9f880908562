"""The organisation's colours: three that editors choose, the rest of the palette made from them.

Contrast after WCAG 2.2, success criterion 1.4.3: relative luminance of sRGB, at least 4.5:1 for text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LEAST: Final = 4.5
HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
INK: Final = "#2b1e28"
# What the accent stands behind or on: a button's text, then every background of text in portal.css.
LIGHT: Final = ("#ffffff", "#fdf9f4", "#f7ebe0", "#fde3c4", "#e1efe5", "#fdecc9", "#fce8e3", "#e3eef5", "#efe6e6")
DARK: Final = (
    "#2a1325",
    "#1b131b",
    "#271c27",
    "#32232e",
    "#573a2a",
    "#1f3a2c",
    "#45330f",
    "#4a1d1a",
    "#1b3345",
    "#3a2d39",
)
FOOTER: Final = ("#f7e9df", "#ffd9b0")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #rrggbb, named as the tokens of portal.css."""

    brand: str
    brand_hover: str
    link: str
    link_hover: str
    heading: str
    logo: str


SHIPPED_LIGHT: Final = Palette("#5c2753", "#43183c", "#7b2a66", "#4a1f44", "#4a1f44", "#5c2753")
SHIPPED_DARK: Final = Palette("#f4a968", "#ffc894", "#ffbd8a", "#ffe0c8", "#fbdcc0", "#824a77")
SHIPPED_FOOTER: Final = "#3b1837"


def contrast(one: str, other: str) -> float:
    """The ratio between two colours (#rrggbb), from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, others: Iterable[str]) -> float:
    """The ratio with the one of `others` that is hardest to tell from it."""
    return min(contrast(colour, other) for other in others)


def light_palette(accent: str) -> Palette:
    """What is made of the accent for the light theme; the shipped palette without one."""
    if not accent:
        return SHIPPED_LIGHT
    darker = mixed(accent, INK, 0.3)
    return Palette(accent, darker, accent, darker, mixed(accent, INK, 0.4), accent)


def dark_palette(accent: str, light_accent: str) -> Palette:
    """The same for the dark theme, where the light theme's accent is lightened when there is none of its own."""
    if not accent and not light_accent:
        return SHIPPED_DARK
    own = accent or lightened(light_accent)
    lighter = mixed(own, "#ffffff", 0.35)
    return Palette(own, lighter, own, lighter, mixed(own, "#ffffff", 0.5), light_accent or SHIPPED_DARK.logo)


def lightened(colour: str) -> str:
    """The nearest lighter colour that can be read in the dark theme."""
    steps = (mixed(colour, "#ffffff", step / 20) for step in range(21))
    return next(step for step in steps if least_contrast(step, DARK) >= LEAST)


def mixed(one: str, other: str, share: float) -> str:
    """`one` with a `share` (0 to 1) of `other` in it."""
    parts = zip(rgb(one), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def stylesheet(light: Palette, dark: Palette, footer: str) -> str:
    """The tokens of portal.css that differ from the shipped ones."""
    return (
        f":root{{{_tokens(light)}--dusk:{footer};}}\n"
        f"@media (prefers-color-scheme: dark){{:root{{{_tokens(dark)}--dusk:#120b13;}}}}\n"
    )


def admin_stylesheet(light: Palette, dark: Palette) -> str:
    """Wagtail's tokens in our colours. Its menu's words are white with a fifth of what is behind: that is darker."""
    menu, chosen = mixed(light.heading, INK, 0.3), mixed(light.heading, INK, 0.7)
    of_light = {
        "primary": menu,
        "primary-200": chosen,
        "secondary": light.brand,
        "secondary-50": mixed(light.brand, "#ffffff", 0.92),
        "secondary-75": mixed(light.brand, "#ffffff", 0.6),
        "secondary-100": light.brand,
        "secondary-400": light.brand_hover,
        "secondary-600": light.brand_hover,
    }
    of_dark = {
        "surface-button-default": dark.logo,
        "surface-button-hover": mixed(dark.logo, INK, 0.3),
        "text-link-default": dark.link,
        "text-link-hover": dark.link_hover,
        "text-button-outline-default": dark.link,
        "text-button-outline-hover": dark.link_hover,
        "border-button-outline-default": dark.link,
        "border-button-outline-hover": dark.link_hover,
    }
    return (
        f":root{{{_wagtails(of_light)}}}\n.w-theme-dark{{{_wagtails(of_dark)}}}\n"
        f"@media (prefers-color-scheme: dark){{.w-theme-system{{{_wagtails(of_dark)}}}}}\n"
    )


def _wagtails(tokens: dict[str, str]) -> str:
    return "".join(f"--w-color-{name}:{value};" for name, value in tokens.items())


def _tokens(palette: Palette) -> str:
    names = ("brand", "brand_hover", "link", "link_hover", "heading", "logo")
    return "".join(f"--{name.replace('_', '-')}:{getattr(palette, name)};" for name in names)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
